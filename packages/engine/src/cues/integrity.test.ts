import { describe, expect, it } from 'vitest';
import { boundClip, type Shot } from '../../test/bound-clip.js';
import { hash } from '../../test/synthetic-face.js';
import { loadPolicy } from '../policy.js';
import type { Clip } from './cue.js';
import { fingerprint, integrity, unsteadinessOf } from './integrity.js';
import { parametersOf } from './measure.js';

const numbers = parametersOf(integrity, loadPolicy());
const SIDE = 256;

/** A blob that wanders, under noise of its own in each frame. */
function picture(position: number, noise: number): Clip['frames'][number]['frame'] {
  const rgb = new Uint8Array(new SharedArrayBuffer(3 * SIDE * SIDE));
  for (let k = 0; k < SIDE * SIDE; k++) {
    const [x, y] = [(k % SIDE) / SIDE - 0.5, Math.floor(k / SIDE) / SIDE - 0.5];
    const distance = Math.hypot(x - 0.2 * Math.sin(position), y - 0.02 * position);
    const grey = 60 + 120 * Math.exp(-((distance / 0.22) ** 2)) + 6 * hash(k, noise, 1);
    rgb.fill(grey, 3 * k, 3 * k + 3);
  }
  return { index: 0, timeMs: 0, width: SIDE, height: SIDE, rgb, uploaded: { width: SIDE, height: SIDE } };
}

/** Camera times: 33 ms and what a clock wanders. */
const shotsAt = (count: number, timeOf: (k: number) => number): Shot[] =>
  Array.from({ length: count }, (_, k) => ({ timeMs: timeOf(k), stepId: 0 }));
const jittered = (k: number) => 33.4 * k + hash(k, 7, 2);
const REPORTS = [{ id: 0, shownAtMs: 0, doneAtMs: 4000 }];

async function judge(
  frames: readonly [position: number, noise: number][],
  { timeOf = jittered, label = 'Front Camera', bound = true } = {},
) {
  const clip = boundClip([], REPORTS, shotsAt(frames.length, timeOf), { camera: { label } });
  const pictures = clip.frames.map((seen, index) => {
    const [position, noise] = frames[index] ?? [0, 0];
    return { ...seen, frame: { ...picture(position, noise), index } };
  });
  const { capture: _, ...unbound } = clip;
  const shown = { ...(bound ? clip : unbound), frames: pictures };
  const parts = integrity.plan(shown, numbers);
  if (!Array.isArray(parts)) return parts;
  const measured = await Promise.all(
    parts.map((part) =>
      integrity.measure(
        part,
        part.frames.flatMap((k) => pictures.slice(k, k + 1)),
        {} as never,
      ),
    ),
  );
  return integrity.conclude(measured, shown, numbers, parts);
}

const moving = (count: number): [number, number][] => Array.from({ length: count }, (_, k) => [0.35 * k, k]);

describe('integrity', () => {
  it('says nothing against frames as a camera gives them', async () => {
    const outcome = await judge(moving(16));
    expect(outcome).toMatchObject({ status: 'scored', llr: 0, evidence: { frozen: 0, repeats: 0 } });
    expect(outcome).not.toHaveProperty('veto');
  });

  it('vetoes a still that was fed in, and not a single frame shown twice', async () => {
    const still = moving(16).map((): [number, number] => [1, 1]);
    expect(await judge(still)).toMatchObject({ veto: { code: 'FrozenFrames' }, evidence: { frozen: 15 } });
    const once = moving(16);
    once[5] = once[4] ?? [0, 0];
    expect(await judge(once)).not.toHaveProperty('veto');
  });

  it('vetoes frames that come again to the last bit', async () => {
    const loop = [...moving(8), ...moving(8)];
    expect(await judge(loop)).toMatchObject({ veto: { code: 'RepeatedFrames' }, evidence: { repeats: 8 } });
  });

  it('speaks against a loop that was encoded anew, at its own length', async () => {
    const again = moving(8).map(([position, noise]): [number, number] => [position, noise + 100]);
    const outcome = await judge([...moving(8), ...again]);
    expect(outcome).toMatchObject({ llr: numbers['loopLlr'], evidence: { loopLag: 8 } });
    expect(outcome).not.toHaveProperty('veto');
  });

  it('vetoes frames older than the step that they name', async () => {
    const early = { timeOf: (k: number) => jittered(k) - 200 };
    expect(await judge(moving(16), early)).toMatchObject({ veto: { code: 'ImpossibleTimes' } });
  });

  it('allows a frame as much earlier than its step as clocks may differ', async () => {
    // The first frame is up to 34 ms older than its step; the next is younger.
    const early = { timeOf: (k: number) => jittered(k) - 34 };
    expect(await judge(moving(16), early)).not.toHaveProperty('veto');
  });

  it('does not take a person who hardly moves for a loop', async () => {
    const calm = Array.from({ length: 16 }, (_, k): [number, number] => [0.02 * hash(k, 3, 5), k]);
    expect(await judge(calm)).toMatchObject({ llr: 0 });
  });

  it('speaks softly against a clock without jitter and against names of virtual cameras', async () => {
    const exact = await judge(moving(16), { timeOf: (k) => 40 * k });
    expect(exact).toMatchObject({ llr: numbers['steadyLlr'] });
    expect(await judge(moving(16), { label: 'OBS Virtual Camera' })).toMatchObject({
      llr: numbers['deviceLlr'],
    });
    expect(await judge(moving(16), { label: 'Observer HD' })).toMatchObject({ llr: 0 });
  });

  it('judges the pictures of an unbound clip, which has no times of its own', async () => {
    expect(await judge(moving(16), { bound: false, timeOf: (k) => 40 * k })).toMatchObject({ llr: 0 });
    expect(await judge([...moving(8), ...moving(8)], { bound: false })).toMatchObject({
      veto: { code: 'RepeatedFrames' },
    });
  });

  it('measures how far intervals are off whole multiples of the shortest', () => {
    const steps = [0, 40, 80, 160, 200, 240, 280, 320, 360, 440];
    expect(unsteadinessOf(steps)).toBe(0);
    // A file of which frames were dropped keeps to its clock: 40 or 80 ms, mostly 80.
    expect(unsteadinessOf([0, 80, 160, 200, 280, 360, 440, 520, 600, 680])).toBe(0);
    // Every second frame 3 ms late: intervals 43, 37, ... against 37, 37, ...: the median of 6, 0, 6, 0, ... is 3.
    expect(unsteadinessOf(Array.from({ length: 13 }, (_, k) => 40 * k + (k % 2) * 3))).toBeCloseTo(3, 9);
    expect(unsteadinessOf([0, 40, 80])).toBeNaN();
  });

  it('tells apart frames that differ by noise alone, and averages fields', () => {
    const [one, other] = [fingerprint(picture(1, 1)), fingerprint(picture(1, 2))];
    expect(one.hash).not.toBe(other.hash);
    expect(fingerprint(picture(1, 1))).toEqual(one);
    const even = { ...picture(0, 0), rgb: new Uint8Array(new SharedArrayBuffer(3 * SIDE * SIDE)).fill(100) };
    expect(fingerprint(even).fields[0]).toBeCloseTo(100, 6);
  });
});
