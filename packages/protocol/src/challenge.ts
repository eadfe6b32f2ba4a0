import { Type, type Static } from '@sinclair/typebox';

/**
 * The challenge of one attempt: what the person is asked to do, in order, and which light the screen plays. It is drawn by
 * the service from the attempt's nonce, played by the client and checked by the engine against the frames.
 *
 * Coordinates are fractions of the *unmirrored* camera frame (x to the right, y down); widths are the width of the face
 * (ear to ear) as a fraction of the frame's shorter side. Left and right are the subject's own.
 */
const Fraction = Type.Number({ minimum: 0, maximum: 1 });
const Milliseconds = Type.Integer({ minimum: 0, maximum: 60_000 });
const Channel = Type.Integer({ minimum: 0, maximum: 255 });

/** Bring the face into this oval and keep it there for `dwellMs`. */
export const OvalStep = Type.Object({
  kind: Type.Literal('oval'),
  id: Type.Integer({ minimum: 0, maximum: 31 }),
  centreX: Fraction,
  centreY: Fraction,
  faceWidth: Fraction,
  dwellMs: Milliseconds,
  timeoutMs: Milliseconds,
});

/** Turn the head to one's own `side` by at least `yawDeg` degrees, then back. */
export const TurnStep = Type.Object({
  kind: Type.Literal('turn'),
  id: Type.Integer({ minimum: 0, maximum: 31 }),
  side: Type.Union([Type.Literal('left'), Type.Literal('right')]),
  yawDeg: Type.Number({ minimum: 5, maximum: 45 }),
  timeoutMs: Milliseconds,
});

/** Make this expression, a movement that a rigid mask or a print cannot show. */
export const ExpressionStep = Type.Object({
  kind: Type.Literal('expression'),
  id: Type.Integer({ minimum: 0, maximum: 31 }),
  expression: Type.Union([Type.Literal('smile'), Type.Literal('openMouth')]),
  timeoutMs: Milliseconds,
});

/** Hold still while the screen shows `colours` one after another, `stepMs` each, after `leadInMs` of neutral grey. */
export const LightStep = Type.Object({
  kind: Type.Literal('light'),
  id: Type.Integer({ minimum: 0, maximum: 31 }),
  leadInMs: Milliseconds,
  stepMs: Type.Integer({ minimum: 350, maximum: 2000 }),
  rampMs: Milliseconds,
  colours: Type.Array(Type.Tuple([Channel, Channel, Channel]), { minItems: 8, maxItems: 16 }),
});

export const ChallengeStep = Type.Union([OvalStep, TurnStep, ExpressionStep, LightStep]);

export const Challenge = Type.Object({
  schema: Type.Literal('bonafide-challenge/1'),
  steps: Type.Array(ChallengeStep, { minItems: 1, maxItems: 16 }),
});

export type OvalStep = Static<typeof OvalStep>;
export type TurnStep = Static<typeof TurnStep>;
export type ExpressionStep = Static<typeof ExpressionStep>;
export type LightStep = Static<typeof LightStep>;
export type ChallengeStep = Static<typeof ChallengeStep>;
export type Challenge = Static<typeof Challenge>;
