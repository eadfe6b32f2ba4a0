import { describe, expect, it } from 'vitest';
import { SHAPES, hash, seeView, type Shape, type View } from '../../test/synthetic-face.js';
import { boundClip } from '../../test/bound-clip.js';
import type { FaceFrame } from '../face.js';
import { loadPolicy } from '../policy.js';
import type { Clip } from './cue.js';
import { parametersOf } from './measure.js';
import { explain, measurePair, motionBetween, parallax, type ParallaxMeasure } from './parallax.js';

/** Any session's challenge: depth is not compared with its steps. */
const { capture } = boundClip([], [], []);
const numbers = parametersOf(parallax, loadPolicy());

/** An approach from 50 to 30 cm with a slight turn. */
const approach = (shape: Shape) =>
  [50, 44, 38, 34, 30].map((distance, index) => seeView({ shape, distance, index, yawDeg: index - 2 }));

async function judge(frames: FaceFrame[], capture?: Clip['capture']) {
  const clip = { mode: 'clip' as const, frames, usable: frames, ...(capture && { capture }) };
  const parts = parallax.plan(clip, numbers);
  if (!Array.isArray(parts)) return parts;
  const measured = parts.map((part) =>
    measurePair(part.frames.map((index) => frames[index]).filter((frame) => frame !== undefined)),
  );
  return parallax.conclude(measured, clip, numbers, parts);
}

const pair = (shape: Shape, from: Partial<View>, to: Partial<View>): ParallaxMeasure | null =>
  measurePair([seeView({ shape, distance: 45, ...from }), seeView({ shape, distance: 45, ...to })]);

describe('parallax', () => {
  it('speaks for a head that approaches and against a print that does', async () => {
    const head = await judge(approach(SHAPES.head), capture);
    const print = await judge(approach(SHAPES.flat), capture);
    expect(head).toMatchObject({ status: 'scored', llr: numbers['solidLlr'] });
    expect(print).toMatchObject({ status: 'scored', llr: numbers['flatLlr'] });
    if (head.status !== 'scored' || print.status !== 'scored') return;
    expect(head.evidence['depth']).toBeGreaterThan(0.8);
    expect(print.evidence['depth']).toBeLessThan(0.2);
    expect(print.evidence['beyondPlane']).toBeLessThan(0.3);
    expect(head.evidence['pairDepth']).toHaveLength((head.evidence['pairFrom'] as number[]).length);
  });

  it('does not speak for a head without a challenge, since a video of a head has its depth, and still against a print', async () => {
    expect(await judge(approach(SHAPES.head))).toMatchObject({ status: 'scored', llr: 0 });
    expect(await judge(approach(SHAPES.flat))).toMatchObject({ status: 'scored', llr: numbers['flatLlr'] });
  });

  it('sees that a bent sheet is bent and no head', async () => {
    const sheet = await judge(approach(SHAPES.bent));
    expect(sheet).toMatchObject({ status: 'scored' });
    if (sheet.status !== 'scored') return;
    expect(sheet.llr).toBeLessThan(-1);
    expect(sheet.evidence['depthBeyondBend']).toBeLessThan(0.1);
  });

  it('says nothing about what hardly moved, whatever it is', async () => {
    for (const shape of [SHAPES.head, SHAPES.flat]) {
      const still = [0, 1, 2, 3].map((index) =>
        seeView({ shape, distance: 40 + 0.2 * index, index, yawDeg: 0.5 * index }),
      );
      expect(await judge(still)).toEqual({ status: 'not_applicable', reason: 'the head moved too little' });
    }
    const [frame] = approach(SHAPES.flat);
    if (!frame) throw new Error('there is a frame');
    const still = { mode: 'singleFrame' as const, frames: [frame], usable: [frame] };
    expect(parallax.plan(still, numbers)).toMatchObject({ status: 'not_applicable' });
  });

  it('measures depth that grows with the approach and with the turn', () => {
    const little = pair(SHAPES.head, { distance: 45 }, { distance: 38 })?.depth ?? NaN;
    const much = pair(SHAPES.head, { distance: 50 }, { distance: 30 })?.depth ?? NaN;
    const turn = pair(SHAPES.head, { yawDeg: -3 }, { yawDeg: 3 })?.depth ?? NaN;
    expect(little).toBeGreaterThan(0.2);
    expect(much).toBeGreaterThan(2 * little);
    expect(turn).toBeGreaterThan(0.6);
    expect(pair(SHAPES.flat, { yawDeg: -3 }, { yawDeg: 3 })?.depth).toBeLessThan(0.1);
  });

  it('finds a positive gamma on a head that comes nearer and a negative one on a hollow mould', async () => {
    expect(pair(SHAPES.head, { distance: 50 }, { distance: 30 })?.gamma).toBeGreaterThan(0);
    expect(pair(SHAPES.hollow, { distance: 50 }, { distance: 30 })?.gamma).toBeLessThan(0);
    const mould = await judge(approach(SHAPES.hollow));
    expect(mould.status === 'scored' && mould.llr).toBeLessThan(-1);
  });

  describe('on a head that approached', () => {
    const frames = approach(SHAPES.head);
    const measured = { matches: 40, depth: 1.2, depthBeyondBend: 0.8, beyondPlane: 2, gamma: 0.05 };
    const conclude = (of: Partial<ParallaxMeasure>, bound = true) => {
      const clip = { mode: 'clip' as const, frames, usable: frames, ...(bound && capture && { capture }) };
      const parts = parallax.plan(clip, numbers);
      if (!Array.isArray(parts)) throw new Error('the head moves');
      return parallax.conclude(
        parts.map(() => ({ ...measured, ...of })),
        clip,
        numbers,
        parts,
      );
    };

    it('does not take badly followed points for a sheet', () => {
      const flat = { depth: 0.1, depthBeyondBend: 0.05 };
      expect(conclude({ ...flat, beyondPlane: 0.5 })).toMatchObject({ llr: numbers['flatLlr'] });
      const unclear = conclude({ ...flat, beyondPlane: 3 });
      expect(unclear.status === 'scored' && unclear.llr).toBeCloseTo(0);
    });

    it('takes depth that a bend explains for a bent sheet, though a flat one has none', () => {
      const bent = { depth: 0.6, depthBeyondBend: 0.05, beyondPlane: 0.5 };
      expect(conclude(bent)).toMatchObject({ llr: numbers['bentLlr'] });
      expect(conclude({ ...bent, depthBeyondBend: 0.3 })).not.toMatchObject({ llr: numbers['bentLlr'] });
    });

    it('does not take the noise of a head that is hardly deep for a hollow mould', () => {
      // Depth grows by 1 / distance with the approach: 0.2 a distance between the eyes at 31 cm. All grow by half here.
      expect(conclude({ gamma: -0.01 })).toMatchObject({ llr: numbers['solidLlr'] });
      const mould = conclude({ gamma: -0.1 });
      expect(mould).toMatchObject({ llr: numbers['bentLlr'] });
      expect(mould.status === 'scored' && mould.evidence['growth']).toBeLessThan(-0.15);
    });

    it('is half as sure of half as many pairs', () => {
      const clip = { mode: 'clip' as const, frames, usable: frames, ...(capture && { capture }) };
      const parts = parallax.plan(clip, numbers);
      if (!Array.isArray(parts)) throw new Error('the head moves');
      const { surePairs = NaN, minPairs = NaN } = numbers;
      const outcome = parallax.conclude(
        parts.map((_, k) => ({ ...measured, matches: k < minPairs ? 40 : 5 })),
        clip,
        numbers,
        parts,
      );
      expect(outcome).toMatchObject({ status: 'scored', quality: minPairs / surePairs });
    });

    it('misses what a challenge asked for where the points cannot be followed', () => {
      const reason = 'too few points of the face could be followed';
      expect(conclude({ matches: 12 })).toEqual({ status: 'not_applicable', reason, missing: true });
      expect(conclude({ matches: 12 }, false)).toEqual({ status: 'not_applicable', reason });
    });
  });

  it('explains by depth exactly what a worked example moves by depth', () => {
    // gamma 0.02 and g (0.03, 0): a point at (0.5, 0.2) of nearness 0.4 moves by 0.4 (0.02 * 0.5 + 0.03) = 0.016 across.
    const points = Array.from({ length: 60 }, (_, k) => {
      const [x, y] = [((k % 10) - 4.5) / 9, (Math.floor(k / 10) - 2.5) / 5];
      const nearness = 0.4 * Math.exp(-4 * (x * x + y * y));
      return { x, y, nearness, across: x, dx: nearness * (0.02 * x + 0.03), dy: nearness * 0.02 * y };
    });
    const found = explain(points, 0.003);
    expect(found?.gamma).toBeCloseTo(0.02, 6);
    expect(found?.depth).toBeGreaterThan(0.2);
    const plane = points.map((point) => ({
      ...point,
      dx: 0.1 * point.x + 0.02 * point.x * point.y,
      dy: 0.02 * point.y ** 2,
    }));
    expect(explain(plane, 0.003)?.depth).toBeCloseTo(0, 6);
  });

  it('finds no depth in mere noise', () => {
    const noise = (k: number, seed: number) => 0.02 * (hash(k, seed, 4) - 0.5);
    const depths = Array.from({ length: 12 }, (_, seed) => {
      const points = Array.from({ length: 40 }, (_, k) => {
        const [x, y] = [((k % 8) - 3.5) / 7, (Math.floor(k / 8) - 2) / 4];
        const nearness = 0.4 * Math.exp(-4 * (x * x + y * y));
        return { x, y, nearness, across: x, dx: noise(k, 2 * seed), dy: noise(k, 2 * seed + 1) };
      });
      return explain(points, 0.003)?.depth ?? NaN;
    });
    // Three unknowns explain 3 of 80 squares of any noise: 0.58 % * sqrt(3 / 40) * sqrt(1 / 1) = 0.16 %, were it not taken off.
    expect(depths.reduce((sum, depth) => sum + depth, 0) / depths.length).toBeLessThan(0.12);
  });

  it('leaves a point out that was followed to somewhere else', () => {
    const points = Array.from({ length: 60 }, (_, k) => {
      const [x, y] = [((k % 10) - 4.5) / 9, (Math.floor(k / 10) - 2.5) / 5];
      const nearness = 0.4 * Math.exp(-4 * (x * x + y * y));
      return { x, y, nearness, across: x, dx: k === 33 ? 0.3 : 0.001 * hash(k, 1, 2), dy: 0 };
    });
    expect(explain(points, 0.003)).toMatchObject({ matches: 59 });
    expect(explain(points, 0.003)?.depth).toBeLessThan(0.1);
  });

  describe('chooses pairs', () => {
    const plan = (frames: FaceFrame[], of: Clip['capture'] | null = capture) => {
      const clip = { mode: 'clip' as const, frames, usable: frames, ...(of && { capture: of }) };
      return parallax.plan(clip, numbers);
    };

    it('of which no frame is in more than three', () => {
      const distances = [50, 49.6, 49.2, 48.8, 30];
      const frames = distances.map((distance, index) => seeView({ shape: SHAPES.head, distance, index }));
      // All differ from the last alone.
      expect(plan(frames)).toHaveLength(3);
    });

    it('not of turns after which skin looks different, and not of small faces', () => {
      const turned = [-11, 11].map((yawDeg, index) =>
        seeView({ shape: SHAPES.head, distance: 45, yawDeg, index }),
      );
      const small = [200, 100].map((distance, index) => seeView({ shape: SHAPES.head, distance, index }));
      expect(plan(turned)).toMatchObject({ status: 'not_applicable', reason: 'the head moved too little' });
      // Small pictures must not hide what a challenge asked for, whatever else it plays.
      const hidden = 'the face is too small in the pictures for its depth to be seen';
      expect(plan(small)).toMatchObject({ status: 'not_applicable', missing: true, reason: hidden });
      expect(plan(small, null)).toMatchObject({ reason: 'the head moved too little' });
    });

    it('of sharp frames before others that show as much movement', () => {
      const frames = [50, 30, 30].map((distance, index) => seeView({ shape: SHAPES.head, distance, index }));
      const blurred = frames.map((seen, k) =>
        k === 1 ? { ...seen, face: { ...seen.face, report: { ...seen.face.report, sharpness: 20 } } } : seen,
      );
      const parts = plan(blurred);
      expect(Array.isArray(parts) && parts[0]?.frames).toEqual([0, 2]);
    });

    it('and misses movement where the challenge plays no light, which would tell a person from a picture', () => {
      const still = [0, 1].map((index) => seeView({ shape: SHAPES.head, distance: 45, index }));
      expect(plan(still)).toMatchObject({ missing: true });
      expect(plan(still, null)).not.toHaveProperty('missing');
      const colours = ['red' as const];
      const light = { kind: 'light' as const, id: 0, colours, leadInMs: 400, stepMs: 400 };
      const lit = boundClip([light as never], [], []).capture;
      expect(plan(still, lit ?? null)).not.toHaveProperty('missing');
    });
  });

  it('counts an approach by 13 %, a turn by 3 degrees and a nod by 4 as one unit of motion', () => {
    const one = seeView({ shape: SHAPES.flat, distance: 45 });
    const nearer = seeView({ shape: SHAPES.flat, distance: 45 / 1.13 });
    const turnedHead = seeView({ shape: SHAPES.flat, distance: 45, yawDeg: 3 });
    expect(motionBetween(one, nearer)).toBeCloseTo(1, 0);
    expect(motionBetween(one, turnedHead)).toBeCloseTo(1, 0);
    expect(motionBetween(one, one)).toBe(0);
  });
});
