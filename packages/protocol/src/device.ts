import { Type, type Static } from '@sinclair/typebox';
import { Challenge } from './challenge.js';
import { LIVENESS_ERRORS } from './quality.js';

/**
 * Bodies of the device routes that Azure never published, so that they are ours: `session/start` and
 * `session/attempt/end`. Unknown members are ignored.
 */
const CorrelationId = Type.String({ minLength: 1, maxLength: 64 });

/** `POST session/start`: opens an attempt. An empty body is an empty object. */
export const SessionStartRequest = Type.Object({
  /** Needed when the session was created with deviceCorrelationIdSetInClient. */
  deviceCorrelationId: Type.Optional(CorrelationId),
  /** Needed when the session was created with userCorrelationIdSetInClient. */
  userCorrelationId: Type.Optional(CorrelationId),
  /**
   * `off` asks for a challenge without coloured light (photosensitivity, reduced motion); it asks for more movement, and is
   * refused where the resource requires light.
   */
  light: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off')])),
});

/** The answer of `session/start`. A further start voids the nonce that the last one handed out. */
export const SessionStartAnswer = Type.Object({
  attemptId: Type.Integer({ minimum: 1 }),
  /** 128 random bits in base64url, good for one capture. */
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  challenge: Challenge,
  /** Attempts that the session allows after this one. */
  attemptsLeft: Type.Integer({ minimum: 0 }),
  /** The session verifies and has no reference image yet: the detect call must bring `VerifyImage`. */
  verifyImageNeeded: Type.Boolean(),
});

/** `POST session/attempt/end`: gives an attempt up. An empty body means that the person cancelled. */
export const AttemptEndRequest = Type.Object({
  /** Why, in the words of the device SDK; `UserCanceledSession` when left out. */
  reason: Type.Optional(Type.Union(LIVENESS_ERRORS.map((name) => Type.Literal(name)))),
});

export type SessionStartRequest = Static<typeof SessionStartRequest>;
export type SessionStartAnswer = Static<typeof SessionStartAnswer>;
export type AttemptEndRequest = Static<typeof AttemptEndRequest>;
