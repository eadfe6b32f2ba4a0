import { describe, expect, it } from 'vitest';
import { SHAPES, hash, seeView } from '../../test/synthetic-face.js';
import type { FaceFrame } from '../face.js';
import { loadPolicy } from '../policy.js';
import { parametersOf } from './measure.js';
import { gridStrength, texture } from './texture.js';

const numbers = parametersOf(texture, loadPolicy());
const SIDE = 128;

/** Noise that is finer the weaker, as of skin and sensor, with a wave of some height and waves per square. */
const plane = (height: number, across: number, down: number, seed = 1) =>
  Float32Array.from({ length: SIDE * SIDE }, (_, k) => {
    const [x, y] = [k % SIDE, Math.floor(k / SIDE)];
    const noise = 6 * hash(x, y, seed) + 14 * hash(x >> 2, y >> 2, seed + 50);
    return noise + height * Math.cos((2 * Math.PI * (across * x + down * y)) / SIDE);
  });

/** A face with waves of so many pixels over it. */
function grid(height: number, period: number, tint: readonly number[] = [1, 1, 1]): FaceFrame[] {
  return [0, 1].map((index) => {
    const seen = seeView({ shape: SHAPES.head, distance: 30, index });
    const { rgb, width } = seen.frame;
    for (let k = 0; k < rgb.length / 3; k++) {
      const [x, y] = [k % width, Math.floor(k / width)];
      const noise = 5 * (hash(x, y, index + 3) - 0.5);
      const wave = height * Math.cos((2 * Math.PI * (x + 0.6 * y)) / period);
      for (let c = 0; c < 3; c++)
        rgb[3 * k + c] = Math.max(0, Math.min(255, (rgb[3 * k + c] ?? 0) + noise + wave * (tint[c] ?? 0)));
    }
    return seen;
  });
}

async function judge(usable: FaceFrame[]) {
  const clip = { mode: 'clip' as const, frames: usable, usable };
  const parts = texture.plan(clip, numbers);
  if (!Array.isArray(parts)) return parts;
  const measured = await Promise.all(
    parts.map((part) =>
      texture.measure(
        part,
        part.frames.flatMap((k) => usable.slice(k, k + 1)),
        {} as never,
      ),
    ),
  );
  return texture.conclude(measured, clip, numbers, parts);
}

describe('texture', () => {
  it('says nothing for or against skin without a grid', async () => {
    expect(await judge(grid(0, 4))).toMatchObject({ status: 'scored', llr: 0 });
  });

  it('speaks against a grid over the skin', async () => {
    expect(await judge(grid(5, 4.3))).toMatchObject({ status: 'scored', llr: numbers['gridLlr'] });
  });

  it('speaks against stripes of colour whose luma is even', () => {
    // The first changes red against blue alone, the second green against both: 0.299 r + 0.587 g + 0.114 b is 0 in either.
    const stripes = [
      [1, -0.227, -1.454],
      [1, -0.704, 1],
    ];
    return Promise.all(
      stripes.map(async (tint) => {
        expect(await judge(grid(8, 4.3, tint))).toMatchObject({ llr: numbers['gridLlr'] });
      }),
    );
  });

  it('looks only at pixels as the file has them, and at large faces', async () => {
    const reduced = grid(5, 4.3).map((seen) => ({
      ...seen,
      frame: { ...seen.frame, uploaded: { width: 960, height: 960 } },
    }));
    expect(await judge(reduced)).toMatchObject({ status: 'not_applicable' });
    const small = [seeView({ shape: SHAPES.head, distance: 80 })];
    expect(await judge(small)).toMatchObject({ status: 'not_applicable' });
  });

  it('finds a wave whatever its direction, and the stronger the higher it is', () => {
    const none = gridStrength(plane(0, 0, 0));
    expect(gridStrength(plane(3, 27, 21))).toBeGreaterThan(none + 1);
    expect(gridStrength(plane(3, 21, -37))).toBeGreaterThan(none + 1);
    expect(gridStrength(plane(6, 27, 21))).toBeGreaterThan(gridStrength(plane(3, 27, 21)));
    // In logarithms: twice the height adds as much each time, and does not double the strength.
    const [low, middle, high] = [6, 12, 24].map((height) => gridStrength(plane(height, 27, 21)));
    expect((high ?? NaN) - (middle ?? NaN)).toBeLessThan(1.5 * ((middle ?? NaN) - (low ?? NaN)));
  });

  it('does not take blocks of an encoder, edges or features of the face for a grid', () => {
    const none = gridStrength(plane(0, 0, 0));
    expect(gridStrength(plane(8, 16, 32))).toBeLessThan(none + 0.5);
    expect(gridStrength(plane(8, 30, 0))).toBeLessThan(none + 0.5);
    expect(gridStrength(plane(8, 5, 6))).toBeLessThan(none + 0.5);
  });
});
