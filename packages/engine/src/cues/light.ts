import { createHash } from 'node:crypto';
import type { CaptureMetadata, LightStep } from '@bonafide/protocol';
import { drawColours, drawsFrom } from '../challenge.js';
import type { CueOutcome } from '../analysis.js';
import type { SeenFace, SeenFrame } from '../face.js';
import { eyeCentres, landmark, type Mesh } from '../mesh.js';
import {
  BLACK_BYTE,
  CLIPPED_BYTE,
  fitterOf,
  screenOf,
  stepwiseShare,
  timelineOf,
  toLinear,
  type Chroma,
} from './light-fit.js';
import { glassiness } from './light-glass.js';
import { answersOf, readPlaces, type Places } from './light-places.js';
import { formOf, reliefIn } from './light-relief.js';
import { cameraTimes } from './camera-times.js';
import {
  missing,
  notApplicable,
  parameter,
  ramp,
  type Clip,
  type Cue,
  type Parameters,
  type Part,
} from './cue.js';

/** Regions of skin by the landmarks that they are read around; left and right are the subject's. */
export const SKIN = {
  forehead: [151, 108, 337, 9],
  nose: [5, 4, 195, 197],
  rightCheek: [50, 101, 205, 118],
  leftCheek: [280, 330, 425, 347],
  chin: [199, 175, 200],
} as const;
type SkinRegion = keyof typeof SKIN;
const REGIONS = Object.keys(SKIN) as SkinRegion[];

/** Linear red, green and blue of each point (NaN where it lies outside or is clipped), skin regions first, then background. */
export type Samples = Float32Array;

/** Points a side of the square that is read around each landmark, and its half side in distances between the eyes. */
const SIDE = 7;
const REACH = 0.1;
const POINTS_PER_LANDMARK = SIDE * SIDE;
/** Where background is looked for: from the middle of the face, in widths and heights of its box. */
const BEHIND = [-1.15, -0.95, -0.8, 0.8, 0.95, 1.15].flatMap((x) =>
  [-0.5, -0.25, 0].map((y) => [x, y] as const),
);
/** Step of the search for the camera's delay, ms. */
const LAG_STEP_MS = 20;

/**
 * Does the face shine in the colours that this attempt's screen played? Ratios of the colour channels of skin, frame by
 * frame, against the session's own sequence and against hundreds of others of the same generator: a recording knows none of
 * them, unless somebody has it in every colour and puts its frames in order. The face must answer more than what is behind
 * it, and as skin does, not as glass before a picture. See docs/cues/light.md.
 */
export const light: Cue<Part, Lit> = {
  name: 'light',
  version: '4',
  stage: 'signal',
  parameters: [
    'decoys',
    'minFrames',
    'maxEarlyMs',
    'maxStretch',
    'minLagMs',
    'maxLagMs',
    'minResponse',
    'sureResponse',
    'minCorrelation',
    'sureCorrelation',
    'wrongCorrelation',
    'stepwise',
    'maxRank',
    'minUnclippedShare',
    'evenRatio',
    'unevenRatio',
    'skinlike',
    'glasslike',
    'minRelief',
    'matchLlr',
    'wrongLlr',
    'evenLlr',
    'glassLlr',
  ],

  plan(clip, parameters) {
    if (!clip.capture?.challenge.steps.some(({ kind }) => kind === 'light'))
      return notApplicable('the challenge plays no light');
    const frames = lightFrames(clip);
    if (frames.length < parameter(parameters, 'minFrames'))
      return missing('too few frames show the face in the light');
    return frames.map(({ index }) => ({ frames: [index] }));
  },

  measure: (_part, [seen]) => {
    if (!seen?.face) return Promise.reject(new Error('the part brought no frame with a face'));
    return Promise.resolve({ samples: readColours(seen, seen.face), places: readPlaces(seen, seen.face) });
  },

  conclude(measured, clip, parameters) {
    const { capture } = clip;
    const step = capture?.challenge.steps.find((candidate) => candidate.kind === 'light');
    if (!capture || !step) return notApplicable('the challenge plays no light');
    const { light: shown } = capture.metadata;
    const [early, stretch] = [parameter(parameters, 'maxEarlyMs'), parameter(parameters, 'maxStretch')];
    if (!playedAsPlanned(step, shown, early, stretch))
      return missing('the colours were not shown when the challenge asks for them');
    const frames = lightFrames(clip);
    return judgeLight(
      {
        measured: measured.map(({ samples }) => samples),
        places: measured.map(({ places }) => places),
        mesh: clip.frames[frames[frames.length >> 1]?.index ?? -1]?.face?.mesh ?? null,
        times: frames.map(({ timeMs }) => timeMs),
        ...{ step, shown, nonce: capture.nonce },
      },
      parameters,
    );
  },
};

/** What is read from one frame. */
export interface Lit {
  samples: Samples;
  places: Places;
}

/** What the light cue judges. */
export interface LightRecord {
  measured: readonly Samples[];
  /** Frame by frame, around the landmarks of a mesh, and one of those meshes. */
  places: readonly Places[];
  mesh: Mesh | null;
  /** When the frames were taken, ms. */
  times: readonly number[];
  step: LightStep;
  shown: CaptureMetadata['light'];
  nonce: string;
}

/** Judges what was read from the frames against the light that the screen says it played. */
export function judgeLight(record: LightRecord, parameters: Parameters): CueOutcome {
  return openLight(record, parameters)(record.step.colours);
}

/** Prepares to judge what was read from the frames against any colours: what all of them have in common is done once. */
export function openLight(
  { measured, places, mesh, times, step, shown, nonce }: LightRecord,
  parameters: Parameters,
): (colours: LightStep['colours']) => CueOutcome {
  const number = (name: string) => parameter(parameters, name);
  const skinPoints = REGIONS.flatMap((region) => SKIN[region]).length * POINTS_PER_LANDMARK;
  const usable = usablePoints(measured);
  const unclipped = share(usable.slice(0, skinPoints));
  if (unclipped < number('minUnclippedShare'))
    return () => missing('most of the skin is too bright or too dark to carry colour');
  const lags = range(number('minLagMs'), number('maxLagMs'), LAG_STEP_MS);
  const timelines = lags.map((lag) => timelineOf(times, lag, step, shown));
  const skin = chromaOf(measured, usable, 0, skinPoints);
  const fits = timelines.map((timeline) => ({ timeline, fit: fitterOf(timeline, skin) }));
  const best = (colours: LightStep['colours']) =>
    fits
      .map(({ timeline, fit }) => ({ timeline, ...fit(colours) }))
      .reduce((one, other) => (other.correlation > one.correlation ? other : one));
  const draw = drawsFrom(createHash('sha256').update(`decoys ${nonce}`).digest());
  const others = Array.from({ length: number('decoys') }, () => best(drawColours(draw)).correlation);
  const form = mesh && formOf(mesh);
  const stepwise = Math.max(...timelines.map((timeline) => stepwiseShare(timeline, skin)));

  return (colours) => {
    const own = best(colours);
    const rank = others.filter((other) => other >= own.correlation).length / others.length;
    const responseOf = (from: number, count: number) => {
      const series = chromaOf(measured, usable, from, count);
      const known = series.every(([red, blue]) => Number.isFinite(red + blue));
      return known ? fitterOf(own.timeline, series)(colours).response : NaN;
    };
    const regions = regionRanges().map(({ from, count }) => responseOf(from, count));
    const behind = responseOf(skinPoints, Infinity);
    const answers = mesh && answersOf(places, mesh, own.timeline, colours, own.response);
    const glass = answers ? glassiness(answers.alike) : NaN;
    const relief = answers && form ? reliefIn(answers, form) : NaN;
    const screen = screenOf(own.timeline, colours);
    const evidence = {
      correlation: own.correlation,
      bestOther: Math.max(...others),
      rank,
      lagMs: own.timeline.lag,
      response: own.response,
      strength: own.strength,
      stepwise,
      background: Number.isFinite(behind) ? behind : 'not in view',
      glass: Number.isFinite(glass) ? glass : 'not told',
      relief: Number.isFinite(relief) ? relief : 'not told',
      unclipped,
      regions: REGIONS.join(' '),
      regionResponse: regions.map((value) => (Number.isFinite(value) ? value : null)),
      timeMs: [...times],
      skinRed: skin.map(([red]) => red),
      skinBlue: skin.map(([, blue]) => blue),
      screenRed: screen.map(([red]) => red),
      screenBlue: screen.map(([, blue]) => blue),
    };
    const scored = (llr: number): CueOutcome => ({ status: 'scored', llr, quality: 1, evidence });

    // Colours that come and go with the screen's steps, but not those that it showed: another session's light.
    const foreign = own.correlation < number('wrongCorrelation') && stepwise >= number('stepwise');
    if (foreign && own.strength >= number('minResponse')) return scored(number('wrongLlr'));
    if (own.response < number('minResponse'))
      return {
        ...missing('the screen hardly lights the face: the room is too bright, or the screen too dark'),
        evidence,
      };
    // Says what passes, so that a rank among no decoys does not.
    if (!(own.correlation >= number('minCorrelation') && rank <= number('maxRank')))
      return { ...missing('the light on the face does not clearly follow the screen'), evidence };
    const ratio = own.response / Math.max(behind, 1e-6);
    const even = Number.isFinite(behind) ? ramp(ratio, number('unevenRatio'), number('evenRatio')) : 0;
    const sure = ramp(own.correlation, number('minCorrelation'), number('sureCorrelation'));
    const strong = ramp(own.response, number('minResponse'), number('sureResponse'));
    const match = number('matchLlr') * (0.5 + 0.5 * Math.min(sure, strong));
    const mirrored = Number.isFinite(glass) ? ramp(glass, number('skinlike'), number('glasslike')) : 0;
    // Says what passes, so that a relief that is not told does not. What is known to be flat or glass is no mere gap.
    if (!(relief >= number('minRelief')) && Math.max(even, mirrored) < 1)
      return { ...missing("the light on the face does not follow the face's form"), evidence };
    const against = Math.min(number('evenLlr') * even, number('glassLlr') * mirrored);
    return scored(match * (1 - Math.max(even, mirrored)) + against);
  };
}

/**
 * Whether every colour was shown once, in order and for about as long as it should: stamps that may be chosen freely would
 * let any recording of coloured light fit. A page that misses a colour's frames leaves it on for a multiple of its time.
 */
export function playedAsPlanned(
  { colours, leadInMs, stepMs }: LightStep,
  shown: CaptureMetadata['light'],
  maxEarlyMs: number,
  maxStretch: number,
): boolean {
  return (
    shown.length === colours.length + 1 &&
    shown.every(({ index, shownAtMs }, k) => {
      const planned = k === 0 ? 0 : k === 1 ? leadInMs : stepMs;
      const taken = k === 0 ? 0 : shownAtMs - (shown[k - 1]?.shownAtMs ?? NaN);
      const longest = planned * maxStretch + maxEarlyMs;
      return index === k - 1 && taken >= planned - maxEarlyMs && taken <= longest;
    })
  );
}

/** Frames of the light step that show the face, with their times. */
function lightFrames({ frames, capture }: Clip): { index: number; timeMs: number }[] {
  const id = capture?.challenge.steps.find(({ kind }) => kind === 'light')?.id;
  const times = cameraTimes(capture?.metadata.frames ?? []);
  return frames.flatMap(({ frame: { index }, face }) => {
    const meta = capture?.metadata.frames[index];
    const timeMs = times[index];
    return face && meta?.stepId === id && timeMs !== undefined ? [{ index, timeMs }] : [];
  });
}

/** Reads skin and background of one frame. */
export function readColours({ frame }: SeenFrame, { mesh, box }: SeenFace): Samples {
  const [right, left] = eyeCentres(mesh);
  const reach = REACH * Math.hypot(left.x - right.x, left.y - right.y);
  const places = REGIONS.flatMap((region) => SKIN[region].map((number) => landmark(mesh, number)));
  const behind = BEHIND.map(([x, y]) => ({
    x: box.left + box.width / 2 + x * box.width,
    y: box.top + box.height / 2 + y * box.height,
  }));
  const all = [...places, ...behind];
  const samples = new Float32Array(3 * POINTS_PER_LANDMARK * all.length).fill(NaN);
  all.forEach(({ x, y }, place) => {
    for (let k = 0; k < POINTS_PER_LANDMARK; k++) {
      const column = Math.round(x + ((2 * (k % SIDE)) / (SIDE - 1) - 1) * reach);
      const row = Math.round(y + ((2 * Math.floor(k / SIDE)) / (SIDE - 1) - 1) * reach);
      if (column < 0 || row < 0 || column >= frame.width || row >= frame.height) continue;
      const at = 3 * (row * frame.width + column);
      const bytes = [frame.rgb[at] ?? 0, frame.rgb[at + 1] ?? 0, frame.rgb[at + 2] ?? 0];
      if (bytes.some((byte) => byte >= CLIPPED_BYTE || byte <= BLACK_BYTE)) continue;
      samples.set(bytes.map(toLinear), 3 * (place * POINTS_PER_LANDMARK + k));
    }
  });
  return samples;
}

/** Which points carry colour in nearly every frame: one that clips under some colours would tell those apart falsely. */
function usablePoints(measured: readonly Samples[]): boolean[] {
  const count = (measured[0]?.length ?? 0) / 3;
  return Array.from({ length: count }, (_, k) =>
    measured.every((samples) => !Number.isNaN(samples[3 * k] ?? NaN)),
  );
}

function share(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}

/** Log-chroma of the mean light over the usable points of a range, frame by frame; NaN without any. */
function chromaOf(
  measured: readonly Samples[],
  usable: readonly boolean[],
  from: number,
  count: number,
): Chroma[] {
  return measured.map((samples) => {
    const sums = [0, 0, 0];
    const end = Math.min(usable.length, from + count);
    for (let k = from; k < end; k++) {
      if (!usable[k]) continue;
      for (let channel = 0; channel < 3; channel++)
        sums[channel] = (sums[channel] ?? 0) + (samples[3 * k + channel] ?? NaN);
    }
    const [red = NaN, green = NaN, blue = NaN] = sums;
    return [Math.log(red / green), Math.log(blue / green)];
  });
}

function regionRanges(): { from: number; count: number }[] {
  let from = 0;
  return REGIONS.map((region) => {
    const count = SKIN[region].length * POINTS_PER_LANDMARK;
    from += count;
    return { from: from - count, count };
  });
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, k) => from + k * step);
}
