import type { Challenge, ChallengeStep, LightReport, LightStep, StepReport } from '@bonafide/protocol';
import { linearRgb, mix, type Rgb } from '../colour.js';
import { smoothNoise } from '../noise.js';
import { between, normal, randomOf, type Random } from '../random.js';
import { AT_REST, type PersonState } from '../render-person.js';

/** What happens during a capture: when each step was shown, what the person does and what the screen shows at any time. */
export interface Script {
  steps: StepReport[];
  light: LightReport[];
  endMs: number;
  /** The person's pose and face, ms from the start of the capture. */
  stateAt(timeMs: number): PersonState;
  /** Linear colour of the screen, 1 = white. */
  screenAt(timeMs: number): Rgb;
  /** For each step, the times at which a client takes pictures of it. */
  moments: { stepId: number; kind: ChallengeStep['kind']; timesMs: number[] }[];
}

/** How a person goes about it. Times in ms. */
interface Manner {
  /** From the display of a step to the first movement. */
  reaction(): number;
  /** Reaching for something large or small takes about so long. */
  reach(): number;
  /** The detector in the page sees what is there so much later. */
  detection(): number;
}

/** The page around the camera's picture, outside of the light step. */
const PAGE: Rgb = linearRgb([240, 240, 242]);
/** The screen before the first colour. */
const LEAD_IN: Rgb = linearRgb([178, 178, 178]);
/** A colour is on the panel so much later than the page was told, and gets there at this rate. */
const DISPLAY_LAG_MS = [8, 25] as const;
/** How far the face moves with a turn of the head, which turns about the neck: cm from the axis. */
const NECK_CM = 5;
/** Pictures that are taken of each colour, as shares of its time: late enough for display and camera to have it. */
const LIGHT_PICTURES = [0.55, 0.8] as const;

type Channel = Exclude<keyof PersonState, 'shake' | 'gaze'>;

/** A movement of one channel that begins and ends gently. */
interface Move {
  fromMs: number;
  toMs: number;
  to: number;
}

/**
 * Plays a challenge with a person of human timing.
 * @param handheld the camera shakes with the hand that holds it
 */
export function playScript(
  challenge: Challenge,
  seed: number,
  { handheld, aspect }: { handheld: boolean; aspect: number },
): Script {
  const random = randomOf(seed, 'script');
  const manner = drawManner(random);
  const moves = new Map<Channel, Move[]>();
  const start: PersonState = {
    ...AT_REST,
    faceCentreX: 0.5 + 0.03 * normal(random),
    faceCentreY: 0.5 + 0.02 * normal(random),
    faceWidth: between(random, 0.36, 0.46),
    pitchDeg: between(random, -3, 5),
    rollDeg: 2 * normal(random),
  };
  const move = (channel: Channel, fromMs: number, durationMs: number, to: number) => {
    moves.set(channel, [...(moves.get(channel) ?? []), { fromMs, toMs: fromMs + durationMs, to }]);
  };

  const steps: StepReport[] = [];
  const light: LightReport[] = [];
  const moments: Script['moments'] = [];
  let lights: { step: LightStep; colours: Rgb[]; shownAtMs: number } | null = null;
  let now = between(random, 250, 500);
  for (const step of challenge.steps) {
    const shownAtMs = round(now);
    const act = play(step, shownAtMs, { random, manner, move });
    if (step.kind === 'light') {
      lights = { step, colours: step.colours.map((colour) => linearRgb(colour)), shownAtMs };
      light.push(...lightReports(step, shownAtMs, random));
    }
    steps.push({ id: step.id, shownAtMs, doneAtMs: round(act.doneAtMs) });
    moments.push({ stepId: step.id, kind: step.kind, timesMs: act.picturesMs });
    now = act.doneAtMs + between(random, 25, 60);
  }

  const displayLag = between(random, ...DISPLAY_LAG_MS);
  const blinks = drawBlinks(random, now + 1000);
  const sway = Math.floor(random() * 2 ** 30);
  return {
    steps,
    light,
    moments,
    endMs: now,
    stateAt(timeMs) {
      const state = { ...start };
      for (const [channel, list] of moves) state[channel] = follow(list, start[channel], timeMs);
      drift(state, sway, timeMs);
      state.faceCentreX +=
        ((NECK_CM / 14.3) * Math.sin((state.yawDeg * Math.PI) / 180) * state.faceWidth) / Math.max(1, aspect);
      state.eyesClosed = Math.max(...blinks.map((at) => lidAt(timeMs - at)), 0);
      state.shake = handheld ? shakeAt(sway, timeMs) : AT_REST.shake;
      return state;
    },
    screenAt: (timeMs) => (lights ? screenColour(lights, timeMs - displayLag) : PAGE),
  };
}

function drawManner(random: Random): Manner {
  const pace = between(random, 0.8, 1.3);
  return {
    reaction: () => pace * between(random, 220, 420),
    reach: () => pace * between(random, 550, 950),
    detection: () => between(random, 70, 170),
  };
}

interface Stage {
  random: Random;
  manner: Manner;
  move(channel: Channel, fromMs: number, durationMs: number, to: number): void;
}

/** What the person does about a step, and the times of interest in it. */
function play(
  step: ChallengeStep,
  shownAtMs: number,
  { random, manner, move }: Stage,
): { doneAtMs: number; picturesMs: number[] } {
  const begin = shownAtMs + manner.reaction();
  switch (step.kind) {
    case 'oval': {
      const reach = manner.reach();
      move('faceCentreX', begin, reach, step.centreX + 0.012 * normal(random));
      move('faceCentreY', begin, reach, step.centreY + 0.012 * normal(random));
      move('faceWidth', begin, reach * 1.1, step.faceWidth * (1 + 0.025 * normal(random)));
      const there = begin + 1.1 * reach + manner.detection();
      const doneAtMs = there + step.dwellMs;
      return { doneAtMs, picturesMs: [begin + 0.6 * reach, there + 0.3 * step.dwellMs, doneAtMs - 40] };
    }
    case 'turn': {
      const out = manner.reach();
      const hold = between(random, 200, 450);
      const yaw = (step.side === 'left' ? 1 : -1) * (step.yawDeg * between(random, 1.1, 1.35) + 2);
      move('yawDeg', begin, out, yaw);
      move('yawDeg', begin + out + hold, out, 1.5 * normal(random));
      const doneAtMs = begin + 2 * out + hold + manner.detection();
      const peak = begin + out;
      return {
        doneAtMs,
        picturesMs: [begin + 0.5 * out, peak - 30, peak + 0.7 * hold, peak + hold + 0.75 * out],
      };
    }
    case 'expression': {
      const channel = step.expression === 'smile' ? 'smile' : 'mouthOpen';
      const rise = between(random, 250, 450);
      const hold = between(random, 450, 800);
      move(channel, begin, rise, between(random, 0.75, 1));
      move(channel, begin + rise + hold, 1.3 * rise, 0);
      const doneAtMs = begin + rise + hold + 1.3 * rise + manner.detection();
      const peak = begin + rise;
      return { doneAtMs, picturesMs: [begin - 60, begin + 0.6 * rise, peak + 0.4 * hold, peak + 0.9 * hold] };
    }
    case 'light': {
      const first = shownAtMs + step.leadInMs;
      const doneAtMs = first + step.colours.length * step.stepMs;
      const inColours = step.colours.flatMap((_, k) =>
        LIGHT_PICTURES.map((share) => first + (k + share) * step.stepMs),
      );
      return { doneAtMs, picturesMs: [shownAtMs + 0.8 * step.leadInMs, ...inColours] };
    }
  }
}

function lightReports(
  { leadInMs, stepMs, colours }: LightStep,
  shownAtMs: number,
  random: Random,
): LightReport[] {
  // The page learns of each colour at the second animation frame, a few ms off the plan.
  const report = (index: number, timeMs: number) => ({
    index,
    shownAtMs: round(timeMs + between(random, 0, 8)),
  });
  return [{ index: -1, shownAtMs }, ...colours.map((_, k) => report(k, shownAtMs + leadInMs + k * stepMs))];
}

/** The colour that the panel shows; colours fade into each other. */
function screenColour(
  { step, colours, shownAtMs }: { step: LightStep; colours: readonly Rgb[]; shownAtMs: number },
  timeMs: number,
): Rgb {
  const since = timeMs - shownAtMs;
  const index = Math.floor((since - step.leadInMs) / step.stepMs);
  if (since < 0 || index >= colours.length) return PAGE;
  const colourAt = (k: number): Rgb => colours[k] ?? (k < 0 ? LEAD_IN : PAGE);
  if (index < 0) return LEAD_IN;
  const into = since - step.leadInMs - index * step.stepMs;
  const share = step.rampMs > 0 ? Math.min(1, into / step.rampMs) : 1;
  return mix(colourAt(index - 1), colourAt(index), share);
}

/** The value of a channel after its moves, each of least jerk (Flash and Hogan 1985). */
function follow(moves: readonly Move[], start: number, timeMs: number): number {
  let value = start;
  for (const { fromMs, toMs, to } of moves) {
    const t = Math.max(0, Math.min(1, (timeMs - fromMs) / (toMs - fromMs)));
    value += (to - value) * t * t * t * (10 - 15 * t + 6 * t * t);
  }
  return value;
}

/** Nobody holds quite still. */
function drift(state: PersonState, seed: number, timeMs: number): void {
  const wander = (k: number, periodMs: number) => smoothNoise(timeMs / periodMs, k, seed);
  state.faceCentreX += 0.004 * wander(1, 900) + 0.0015 * wander(2, 260);
  state.faceCentreY += 0.003 * wander(3, 800) + 0.0015 * wander(4, 240);
  state.faceWidth *= 1 + 0.008 * wander(5, 1100);
  state.yawDeg += 1.1 * wander(6, 1000);
  state.pitchDeg += 0.9 * wander(7, 1200);
  state.rollDeg += 0.7 * wander(8, 1300);
}

function shakeAt(seed: number, timeMs: number): PersonState['shake'] {
  const wander = (k: number, periodMs: number) => smoothNoise(timeMs / periodMs, k, seed);
  return {
    x: 0.012 * wander(11, 700) + 0.0012 * wander(12, 110),
    y: 0.012 * wander(13, 800) + 0.0012 * wander(14, 120),
    rollDeg: 0.8 * wander(15, 900) + 0.08 * wander(16, 110),
  };
}

/** Blinks every few seconds. */
function drawBlinks(random: Random, endMs: number): number[] {
  const blinks: number[] = [];
  for (let at = between(random, 300, 4000); at < endMs; at += between(random, 1800, 5500)) blinks.push(at);
  return blinks;
}

/** How far the lids are closed so long after the beginning of a blink: down in 80 ms, up in 150. */
function lidAt(sinceMs: number): number {
  if (sinceMs < 0 || sinceMs > 270) return 0;
  if (sinceMs < 80) return sinceMs / 80;
  return sinceMs < 120 ? 1 : (270 - sinceMs) / 150;
}

/** Browsers give times in tenths of a millisecond. */
export function round(timeMs: number): number {
  return Math.round(timeMs * 10) / 10;
}
