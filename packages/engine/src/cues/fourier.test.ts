import { describe, expect, it } from 'vitest';
import { spectrum } from './fourier.js';

const SIDE = 16;
const square = (value: (x: number, y: number) => number) =>
  Float32Array.from({ length: SIDE * SIDE }, (_, k) => value(k % SIDE, Math.floor(k / SIDE)));

describe('the spectrum', () => {
  it('of a constant is its sum at the zero frequency', () => {
    const found = spectrum(
      square(() => 2),
      SIDE,
    );
    expect(found[0]).toBeCloseTo(2 * SIDE * SIDE, 3);
    expect(Math.max(...found.slice(1))).toBeLessThan(1e-9);
  });

  it('of a wave is half its height times the area, at its two frequencies', () => {
    // Three waves across, five down: cos(2 pi (3 x + 5 y) / 16).
    const found = spectrum(
      square((x, y) => Math.cos((2 * Math.PI * (3 * x + 5 * y)) / SIDE)),
      SIDE,
    );
    const peaks = [...found].flatMap((value, k) => (value > 1 ? [k] : []));
    expect(peaks).toEqual([5 * SIDE + 3, (SIDE - 5) * SIDE + (SIDE - 3)]);
    expect(found[5 * SIDE + 3]).toBeCloseTo((SIDE * SIDE) / 2, 3);
  });

  it('keeps the sum of squares (Parseval)', () => {
    const values = square((x, y) => ((x * 7 + y * 13) % 11) - 5);
    const squares = (list: Float32Array) => list.reduce((sum, value) => sum + value * value, 0);
    expect(squares(spectrum(values, SIDE)) / (SIDE * SIDE)).toBeCloseTo(squares(values), 1);
  });

  it('refuses what is no square of a power of two', () => {
    expect(() => spectrum(new Float32Array(36), 6)).toThrow(RangeError);
    expect(() => spectrum(new Float32Array(15), 4)).toThrow(RangeError);
  });
});
