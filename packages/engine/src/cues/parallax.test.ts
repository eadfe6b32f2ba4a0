import { describe, expect, it } from 'vitest';
import { SHAPES, seeView, type Shape, type View } from '../../test/synthetic-face.js';
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

    it('does not take the noise of a head that is hardly deep for a hollow mould', () => {
      // Depth grows by 1 / distance with the approach: 0.2 a distance between the eyes at 31 cm. All grow by half here.
      expect(conclude({ gamma: -0.01 })).toMatchObject({ llr: numbers['solidLlr'] });
      const mould = conclude({ gamma: -0.1 });
      expect(mould).toMatchObject({ llr: numbers['bentLlr'] });
      expect(mould.status === 'scored' && mould.evidence['growth']).toBeLessThan(-0.15);
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

  it('counts an approach by 13 %, a turn by 3 degrees and a nod by 4 as one unit of motion', () => {
    const one = seeView({ shape: SHAPES.flat, distance: 45 });
    const nearer = seeView({ shape: SHAPES.flat, distance: 45 / 1.13 });
    const turnedHead = seeView({ shape: SHAPES.flat, distance: 45, yawDeg: 3 });
    expect(motionBetween(one, nearer)).toBeCloseTo(1, 0);
    expect(motionBetween(one, turnedHead)).toBeCloseTo(1, 0);
    expect(motionBetween(one, one)).toBe(0);
  });
});
