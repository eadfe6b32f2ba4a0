import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { CaptureMetadata, UUID_PATTERN } from './capture.js';
import { Challenge } from './challenge.js';

/**
 * `NAME.json` beside a clip `NAME.webp` that was simulated, or recorded in a lab: the session that the clip was made for, so
 * that it can be judged away from a service as that service would have judged it.
 */
export const Companion = Type.Object({
  schema: Type.Literal('bonafide-companion/1'),
  /** A camera took the clip; clips whose companion does not say so are simulated. */
  origin: Type.Optional(Type.Literal('captured')),
  sessionId: Type.String({ pattern: UUID_PATTERN }),
  /** The attempt's nonce, base64url. */
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  challenge: Challenge,
  metadata: CaptureMetadata,
});
export type Companion = Static<typeof Companion>;

/** Checks parsed JSON against {@link Companion}; throws a TypeError that names the first member which is wrong. */
export function parseCompanion(value: unknown): Companion {
  if (Value.Check(Companion, value)) return value;
  const fault = Value.Errors(Companion, value).First();
  throw new TypeError(
    `${fault?.path || 'the whole'}: ${fault?.message ?? 'not as bonafide-companion/1 asks'}`,
  );
}
