import { Type, type Static } from '@sinclair/typebox';

/**
 * `bonafide-capture/1`: what the client reports about a capture in the `Metadata` part of the device call. All times are
 * milliseconds of the client's own monotonic clock with its zero at the start of the capture.
 *
 * The capture chain: h0 = SHA-256(session id as its 16 bytes || nonce's 16 bytes),
 * h_k = SHA-256(h_(k-1) || SHA-256(data of the k-th ANMF chunk) || SHA-256(frames[k] as RFC 8785 JSON in UTF-8)).
 */
const TimeMs = Type.Number({ minimum: 0, maximum: 600_000 });
/** A UUID in its usual text form, either case; a pattern and not a format, so that every validator knows it. */
export const UUID_PATTERN = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
const Hex256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Small = (maxLength: number) => Type.String({ maxLength });

/** One frame of the clip, in the order of the file. */
export const FrameMeta = Type.Object({
  /** 0-based index in the clip. */
  k: Type.Integer({ minimum: 0, maximum: 59 }),
  /** When the camera handed the frame over (requestVideoFrameCallback's `now`). */
  timeMs: TimeMs,
  captureTimeMs: Type.Optional(TimeMs),
  mediaTimeMs: Type.Optional(TimeMs),
  presentedFrames: Type.Optional(Type.Integer({ minimum: 0 })),
  /** The challenge step that was on the screen. */
  stepId: Type.Integer({ minimum: 0, maximum: 31 }),
  /** Index into the light step's colours that was on the screen, or -1 for the lead-in; absent in other steps. */
  lightIndex: Type.Optional(Type.Integer({ minimum: -1, maximum: 15 })),
  width: Type.Integer({ minimum: 16, maximum: 4096 }),
  height: Type.Integer({ minimum: 16, maximum: 4096 }),
});

/** When one step of the challenge was really on the screen (second of two nested animation frames) and when it was done. */
export const StepReport = Type.Object({
  id: Type.Integer({ minimum: 0, maximum: 31 }),
  shownAtMs: TimeMs,
  doneAtMs: Type.Union([TimeMs, Type.Null()]),
});

/** When one colour of the light step was really on the screen. */
export const LightReport = Type.Object({
  index: Type.Integer({ minimum: -1, maximum: 15 }),
  shownAtMs: TimeMs,
});

export const CaptureMetadata = Type.Object({
  schema: Type.Literal('bonafide-capture/1'),
  sessionId: Type.String({ pattern: UUID_PATTERN }),
  /** The attempt's nonce as session/start handed it out (base64url). */
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  client: Type.Object({ name: Small(64), version: Small(32), userAgent: Type.Optional(Small(512)) }),
  screen: Type.Optional(
    Type.Object({
      width: Type.Number(),
      height: Type.Number(),
      devicePixelRatio: Type.Number(),
      orientation: Type.Optional(Small(32)),
    }),
  ),
  camera: Type.Optional(
    Type.Object({
      label: Type.Optional(Small(256)),
      settings: Type.Optional(Type.Record(Small(64), Type.Unknown())),
      capabilities: Type.Optional(Type.Record(Small(64), Type.Unknown())),
    }),
  ),
  steps: Type.Array(StepReport, { maxItems: 32 }),
  light: Type.Array(LightReport, { maxItems: 32 }),
  events: Type.Array(Type.Object({ type: Small(64), timeMs: TimeMs }), { maxItems: 256 }),
  frames: Type.Array(FrameMeta, { minItems: 1, maxItems: 60 }),
  /** The last value of the capture chain, lower-case hex. */
  chain: Hex256,
});

export type FrameMeta = Static<typeof FrameMeta>;
export type StepReport = Static<typeof StepReport>;
export type LightReport = Static<typeof LightReport>;
export type CaptureMetadata = Static<typeof CaptureMetadata>;
