import { describe, expect, it } from 'vitest';
import { matchPatch, type Plane } from './patch-match.js';

/** Smooth blotches, moved by so many pixels. */
function blotches(dx: number, dy: number, contrast = 40): Plane {
  const [width, height] = [80, 80];
  const values = Float32Array.from({ length: width * height }, (_, k) => {
    const [x, y] = [(k % width) - dx, Math.floor(k / width) - dy];
    return 120 + contrast * Math.sin(x / 3.1 + 0.4 * y) + contrast * Math.cos(y / 2.3 - 0.2 * x);
  });
  return { values, width, height };
}
const middle = { x: 40, y: 40 };

describe('matchPatch', () => {
  it('finds how far a patch moved, to a fraction of a pixel', () => {
    for (const [dx, dy] of [
      [2, -3],
      [0.4, 0],
      [-1.3, 2.6],
      [0, -0.3],
    ] as const) {
      const match = matchPatch(blotches(0, 0), middle, blotches(dx, dy), middle);
      expect(Math.abs((match?.x ?? NaN) - 40 - dx)).toBeLessThan(0.15);
      expect(Math.abs((match?.y ?? NaN) - 40 - dy)).toBeLessThan(0.15);
      expect(match?.ncc).toBeGreaterThan(0.95);
    }
  });

  it('finds none where there is no texture, where it moved out of reach, and at borders', () => {
    expect(matchPatch(blotches(0, 0, 2), middle, blotches(0, 0, 2), middle)).toBeNull();
    const noise = { ...blotches(0, 0), values: blotches(0, 0).values.map((_, k) => (k * 7919) % 251) };
    expect(matchPatch(blotches(0, 0), middle, noise, middle)).toBeNull();
    expect(matchPatch(blotches(0, 0), { x: 3, y: 40 }, blotches(0, 0), middle)).toBeNull();
    expect(matchPatch(blotches(0, 0), middle, blotches(0, 0), { x: 76, y: 40 })).toBeNull();
  });

  it('follows dark skin as light skin: the same texture at a quarter of the brightness', () => {
    const dimmed = (plane: Plane) => ({ ...plane, values: plane.values.map((value) => value / 4) });
    const [from, to] = [blotches(0, 0, 20), blotches(1.3, -0.4, 20)];
    const match = matchPatch(dimmed(from), middle, dimmed(to), middle);
    expect(match?.x).toBeCloseTo(matchPatch(from, middle, to, middle)?.x ?? NaN, 5);
    expect(match?.x).toBeGreaterThan(41);
  });
});
