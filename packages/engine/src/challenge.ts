import { hkdfSync } from 'node:crypto';
import type { Challenge, ChallengeStep, LightStep, OvalStep } from '@bonafide/protocol';

/** What a challenge may contain. */
export interface ChallengeOptions {
  /** `PassiveActive` also asks for a head turn and an expression. */
  mode: 'Passive' | 'PassiveActive';
  /** Play coloured light; without it the challenge asks for more movement. */
  light: boolean;
}

/** A source of uniform 32-bit numbers. */
export type Draw = () => number;

/** Bytes of one HKDF expansion; a challenge draws from one, rarely from two. */
const BLOCK_BYTES = 512;

/**
 * Widths of the face in the far and the near ovals, as a share of the frame's shorter side: far enough apart for the
 * perspective of an approach to show (scale ratio 1.4 and more), near enough for an interocular distance above 60 px at
 * 480 px, and wholly in view.
 */
const FAR_WIDTH = [0.28, 0.34] as const;
const NEAR_WIDTH = [0.5, 0.62] as const;
/** Offsets of an oval's centre from the middle of the frame. */
const MAX_OFFSET_X = 0.08;
const MAX_OFFSET_Y = 0.06;
/** How long the face stays in an oval: two frames and more of a still face, at 15 a second too. */
const DWELL_MS = [350, 600] as const;
/** The same before coloured light, during which the face stays where it is. */
const DWELL_BEFORE_LIGHT_MS = 250;
/** A step that a willing person has not done by then gets a hint and the attempt ends; a calm reach takes about 2 s. */
const STEP_TIMEOUT_MS = 8_000;
/** A slight turn: 3 to 6 degrees already show depth, 20 still leave both eyes in view. */
const TURN_YAW_DEG = [12, 20] as const;

/** Under three changes a second, so that WCAG 2.3.1 holds even if each change counted as a flash; ms. */
const LIGHT_STEP_MS = 350;
/** Colours of one light step: 8 draws hold about 18 bits. */
const LIGHT_STEPS = 8;
/** A neutral screen before the first colour, ms. The page shows nothing coloured before it either. */
const LIGHT_LEAD_IN_MS = 200;
/** Cross-fade between two colours, ms. */
const LIGHT_RAMP_MS = 90;
/** Fewer different colours would leave one of the two chroma axes unmeasured. */
const MIN_DIFFERENT_COLOURS = 4;
/**
 * The six hues, soft: no colour is a saturated red in the sense of WCAG 2.3.1, whose linear share of red is 0.8 and more.
 */
export const LIGHT_PALETTE: readonly LightStep['colours'][number][] = [
  [255, 100, 100],
  [255, 255, 100],
  [100, 255, 100],
  [100, 255, 255],
  [100, 100, 255],
  [255, 100, 255],
];

/**
 * The challenge of an attempt, drawn from its nonce alone: the same nonce and options give the same challenge, and nobody
 * knows it before the nonce.
 * @param nonce 16 random bytes
 */
export function issueChallenge(nonce: Uint8Array, { mode, light }: ChallengeOptions): Challenge {
  const draw = drawsFrom(nonce);
  const active = mode === 'PassiveActive';
  const near = below(draw, 2);
  // Near and far take turns, so that every two neighbours are an approach or a retreat.
  const ovals = Array.from({ length: ovalCount(draw, { active, light }) }, (_, k) =>
    oval(draw, (k + near) % 2 === 0 ? NEAR_WIDTH : FAR_WIDTH),
  );
  const steps: Unnumbered[] = [...ovals];
  if (light) {
    const at = lastNear(ovals);
    const still = ovals.slice(at, at + 1).map((last) => ({ ...last, dwellMs: DWELL_BEFORE_LIGHT_MS }));
    steps.splice(at, 1, ...still, lightStep(draw));
  }
  if (active || !light) insert(steps, draw, turn(draw));
  if (active) insert(steps, draw, expression(draw));
  return { schema: 'bonafide-challenge/1', steps: steps.map((step, id) => ({ ...step, id })) };
}

/** A colour sequence of the light step; also what a capture's colours are compared with as decoys. */
export function drawColours(draw: Draw): LightStep['colours'] {
  for (;;) {
    const hues: number[] = [];
    while (hues.length < LIGHT_STEPS) {
      const hue = below(draw, LIGHT_PALETTE.length);
      if (hue !== hues.at(-1)) hues.push(hue);
    }
    if (new Set(hues).size >= MIN_DIFFERENT_COLOURS)
      return hues.flatMap((hue) => LIGHT_PALETTE.slice(hue, hue + 1));
  }
}

/** Uniform numbers that follow from the nonce: HKDF-SHA-256 (RFC 5869), one block after another. */
export function drawsFrom(nonce: Uint8Array): Draw {
  let block = new DataView(new ArrayBuffer(0));
  let blocks = 0;
  let at = 0;
  return () => {
    if (at >= block.byteLength) {
      block = new DataView(hkdfSync('sha256', nonce, '', `bonafide-challenge/1 ${blocks++}`, BLOCK_BYTES));
      at = 0;
    }
    at += 4;
    return block.getUint32(at - 4);
  };
}

type Unnumbered<Step = ChallengeStep> = Step extends ChallengeStep ? Omit<Step, 'id'> : never;

/** Without light there is more movement; where all kinds of steps are asked for, one approach or retreat is enough. */
function ovalCount(draw: Draw, { active, light }: { active: boolean; light: boolean }): number {
  if (!light) return 3;
  return active ? 2 : 2 + below(draw, 2);
}

function oval(draw: Draw, width: readonly [number, number]): Unnumbered<OvalStep> {
  return {
    kind: 'oval',
    centreX: between(draw, 0.5 - MAX_OFFSET_X, 0.5 + MAX_OFFSET_X),
    centreY: between(draw, 0.5 - MAX_OFFSET_Y, 0.5 + MAX_OFFSET_Y),
    faceWidth: between(draw, ...width),
    dwellMs: Math.round(between(draw, ...DWELL_MS)),
    timeoutMs: STEP_TIMEOUT_MS,
  };
}

function turn(draw: Draw): Unnumbered {
  const side = below(draw, 2) === 0 ? 'left' : 'right';
  return {
    kind: 'turn',
    side,
    yawDeg: Math.round(between(draw, ...TURN_YAW_DEG)),
    timeoutMs: STEP_TIMEOUT_MS,
  };
}

function expression(draw: Draw): Unnumbered {
  const which = below(draw, 2) === 0 ? 'smile' : 'openMouth';
  return { kind: 'expression', expression: which, timeoutMs: STEP_TIMEOUT_MS };
}

function lightStep(draw: Draw): Unnumbered {
  return {
    kind: 'light',
    leadInMs: LIGHT_LEAD_IN_MS,
    stepMs: LIGHT_STEP_MS,
    rampMs: LIGHT_RAMP_MS,
    colours: drawColours(draw),
  };
}

/** Where the screen lights the face best: its light falls with the square of the distance. */
function lastNear(ovals: readonly Unnumbered<OvalStep>[]): number {
  return ovals.findLastIndex(({ faceWidth }) => faceWidth >= NEAR_WIDTH[0]);
}

/** Puts a step anywhere after the first, but never between an oval and its light. */
function insert(steps: Unnumbered[], draw: Draw, step: Unnumbered): void {
  const places = steps.flatMap((_, k) => (steps[k + 1]?.kind === 'light' ? [] : [k + 1]));
  steps.splice(places[below(draw, places.length)] ?? steps.length, 0, step);
}

/** A whole number from 0 to `limit - 1`, each as likely. */
function below(draw: Draw, limit: number): number {
  const fair = Math.floor(2 ** 32 / limit) * limit;
  let value = draw();
  while (value >= fair) value = draw();
  return value % limit;
}

/** A number from `low` to `high`, in thousandths. */
function between(draw: Draw, low: number, high: number): number {
  return Math.round((low + ((high - low) * draw()) / 2 ** 32) * 1000) / 1000;
}
