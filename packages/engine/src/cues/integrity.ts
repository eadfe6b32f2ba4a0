import type { CaptureMetadata } from '@bonafide/protocol';
import type { Reason } from '../analysis.js';
import type { Frame } from '../decode.js';
import { cameraTimes } from './camera-times.js';
import { median, notApplicable, parameter, type Cue, type Part } from './cue.js';

/** What one frame is recognised by. */
export interface Fingerprint {
  /** Of a share of the rows; equal only for equal pictures, since a sensor's noise never comes twice. */
  hash: number;
  /** Mean luma (0..255) of 16 x 16 fields, a picture in which noise has vanished. */
  fields: number[];
}

const FIELDS = 16;
/** Every so many rows are read: enough that noise tells two frames apart. */
const ROW_STEP = 8;
const FRAMES_PER_PART = 6;
/** Names that virtual cameras of known programs bear. A name proves nothing either way: anyone can change it. */
const VIRTUAL_CAMERA =
  /\b(obs|virtual|manycam|v4l2loopback|loopback|xsplit|snap ?camera|splitcam|droidcam|e2esoft|vcam|akvirtual|dummy|fake)\b/i;

/**
 * Does the capture look like one that a camera made just now? Frozen and looped pictures, times that no clock gives, device
 * names of virtual cameras. A picture that a camera cannot give vetoes; everything else an attacker can forge, so that it
 * may only ever speak against a capture, and softly. See docs/cues/integrity.md.
 */
export const integrity: Cue<Part, Fingerprint[]> = {
  name: 'integrity',
  version: '1',
  stage: 'proof',
  parameters: [
    'frozenShare',
    'repeats',
    'loopShare',
    'loopLikeness',
    'loopLlr',
    'earlyMs',
    'steadyMs',
    'steadyLlr',
    'deviceLlr',
  ],

  plan({ frames, mode }) {
    if (mode === 'singleFrame') return notApplicable('a still has no course');
    return Array.from({ length: Math.ceil(frames.length / FRAMES_PER_PART) }, (_, k) => ({
      frames: frames.slice(k * FRAMES_PER_PART, (k + 1) * FRAMES_PER_PART).map(({ frame }) => frame.index),
    }));
  },

  measure: (_part, frames) => Promise.resolve(frames.map(({ frame }) => fingerprint(frame))),

  conclude(measured, clip, parameters) {
    const number = (name: string) => parameter(parameters, name);
    const prints = measured.flat();
    const steps = prints.slice(1).map((print, k) => distance(print, prints[k]));
    const frozen = steps.filter((_, k) => prints[k]?.hash === prints[k + 1]?.hash).length;
    const repeats = countRepeats(prints);
    const loop = findLoop(prints, number('loopLikeness'));
    const metadata = clip.capture?.metadata;
    const times = metadata && cameraTimes(metadata.frames);
    const unsteadiness = times ? unsteadinessOf(times) : NaN;
    const device = metadata?.camera?.label ?? '';

    const veto = firstVeto([
      [
        steps.length > 0 && frozen / steps.length > number('frozenShare'),
        { code: 'FrozenFrames', text: 'most frames are one and the same picture: a still was fed in' },
      ],
      [
        repeats >= number('repeats'),
        { code: 'RepeatedFrames', text: 'frames come again to the last bit: a recording was looped' },
      ],
      [
        metadata !== undefined && framesBeforeDisplay(metadata, number('earlyMs')) > 0,
        { code: 'ImpossibleTimes', text: 'frames are older than the step that they are said to show' },
      ],
    ]);
    const llr =
      (loop.share >= number('loopShare') ? number('loopLlr') : 0) +
      (unsteadiness < number('steadyMs') ? number('steadyLlr') : 0) +
      (VIRTUAL_CAMERA.test(device) ? number('deviceLlr') : 0);
    return {
      status: 'scored',
      llr: veto ? number('loopLlr') : llr,
      quality: 1,
      ...(veto && { veto }),
      evidence: {
        frozen,
        repeats,
        loopLag: loop.lag,
        loopShare: loop.share,
        device,
        ...(times && { unsteadinessMs: Number.isFinite(unsteadiness) ? unsteadiness : 'too few frames' }),
        change: [null, ...steps],
        ...(times && { intervalMs: [null, ...intervals(times)] }),
      },
    };
  },
};

function firstVeto(rules: readonly (readonly [boolean, Reason])[]): Reason | undefined {
  return rules.find(([holds]) => holds)?.[1];
}

/** Reads a share of the rows of a frame. */
export function fingerprint({ rgb, width, height }: Frame): Fingerprint {
  // FNV-1a, 32 bits: not against forgers, who would change a pixel, but against chance.
  let hash = 0x811c9dc5 | 0;
  const sums = new Float64Array(FIELDS * FIELDS);
  const counts = new Float64Array(FIELDS * FIELDS);
  for (let row = 0; row < height; row += ROW_STEP) {
    const line = FIELDS * Math.floor((row * FIELDS) / height);
    for (let across = 0, column = 0; across < FIELDS; across++) {
      const end = Math.ceil(((across + 1) * width) / FIELDS);
      let sum = sums[line + across] ?? 0;
      counts[line + across] = (counts[line + across] ?? 0) + end - column;
      for (; column < end; column++) {
        const at = 3 * (row * width + column);
        const red = rgb[at] ?? 0;
        const green = rgb[at + 1] ?? 0;
        const blue = rgb[at + 2] ?? 0;
        hash = Math.imul(hash ^ (red | (green << 8) | (blue << 16)), 0x01000193);
        sum = sum + 0.299 * red + 0.587 * green + 0.114 * blue;
      }
      sums[line + across] = sum;
    }
  }
  return { hash: hash >>> 0, fields: Array.from(sums, (sum, k) => sum / Math.max(1, counts[k] ?? 1)) };
}

/** Mean change of the fields, 0..255. */
function distance({ fields }: Fingerprint, other: Fingerprint | undefined): number {
  return (
    fields.reduce((sum, value, k) => sum + Math.abs(value - (other?.fields[k] ?? NaN)), 0) / fields.length
  );
}

/** Frames that were there before, with another picture in between. */
function countRepeats(prints: readonly Fingerprint[]): number {
  return prints.filter(({ hash }, k) => {
    const earlier = prints.slice(0, k).findLastIndex((print) => print.hash === hash);
    return earlier >= 0 && prints.slice(earlier, k).some((print) => print.hash !== hash);
  }).length;
}

/**
 * The lag at which frames come again almost: the share of frames that resemble the one a lag earlier far more than their
 * neighbours resemble each other. A person never moves the same way twice; a loop that was encoded anew does.
 */
function findLoop(prints: readonly Fingerprint[], likeness: number): { lag: number; share: number } {
  let best = { lag: 0, share: 0 };
  const usual = median(prints.slice(1).map((print, k) => distance(print, prints[k])));
  if (!(usual > 0)) return best;
  for (let lag = 3; prints.length - lag >= MIN_OVERLAP; lag++) {
    const alike = prints
      .slice(lag)
      .filter((print, k) => distance(print, prints[k]) < likeness * usual).length;
    const share = alike / (prints.length - lag);
    if (share > best.share) best = { lag, share };
  }
  return best;
}

/** Frames that have to come again before it is called a loop. */
const MIN_OVERLAP = 4;

function intervals(times: readonly number[]): number[] {
  return times.slice(1).map((time, k) => time - (times[k] ?? NaN));
}

/**
 * How far the times are off a fixed clock, ms: the median distance of the intervals from whole multiples of the shortest.
 * NaN for fewer than eight intervals. Cameras wander by a few tenths of a millisecond, files do not.
 */
export function unsteadinessOf(times: readonly number[]): number {
  const steps = intervals(times).filter((step) => step > 0);
  if (steps.length < 8) return NaN;
  const shortest = Math.min(...steps);
  return median(steps.map((step) => Math.abs(step - shortest * Math.round(step / shortest))));
}

/** Frames that were taken before the step which they name was on the screen. */
function framesBeforeDisplay({ frames, steps }: CaptureMetadata, earlyMs: number): number {
  return frames.filter(({ stepId, timeMs }) => {
    const step = steps.find(({ id }) => id === stepId);
    return !step || timeMs < step.shownAtMs - earlyMs;
  }).length;
}
