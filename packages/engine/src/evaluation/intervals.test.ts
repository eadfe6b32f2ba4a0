import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clopperPearson, clusterBootstrap, seededRandom } from './intervals.js';

describe('the exact interval', () => {
  it('is 1 - 0.025^(1/n) after no error, which can be worked out by hand', () => {
    for (const n of [1, 50, 150, 1000])
      expect(clopperPearson(0, n).high).toBeCloseTo(1 - 0.025 ** (1 / n), 9);
    expect(clopperPearson(0, 150).high).toBeCloseTo(0.0243, 4);
    expect(clopperPearson(0, 150).low).toBe(0);
  });

  it('gives the tabled values of 1 of 10 and 5 of 50', () => {
    expect(clopperPearson(1, 10).low).toBeCloseTo(0.0025, 4);
    expect(clopperPearson(1, 10).high).toBeCloseTo(0.445, 4);
    expect(clopperPearson(5, 50).low).toBeCloseTo(0.0333, 4);
    expect(clopperPearson(5, 50).high).toBeCloseTo(0.2181, 4);
  });

  it('solves the two quadratic equations of 1 of 2', () => {
    // P(X >= 1 | p) = 1 - (1 - p)^2 = 0.025 and P(X <= 1 | p) = 1 - p^2 = 0.025.
    expect(clopperPearson(1, 2).low).toBeCloseTo(1 - Math.sqrt(0.975), 9);
    expect(clopperPearson(1, 2).high).toBeCloseTo(Math.sqrt(0.975), 9);
  });

  it('mirrors when errors and successes change places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (n, raw) => {
        const errors = raw % (n + 1);
        const one = clopperPearson(errors, n);
        const other = clopperPearson(n - errors, n);
        expect(one.low).toBeCloseTo(1 - other.high, 8);
        expect(one.high).toBeCloseTo(1 - other.low, 8);
      }),
    );
  });

  it('holds the share and lies inside 0..1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (n, raw) => {
        const errors = raw % (n + 1);
        const { low, high } = clopperPearson(errors, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(errors / n);
        expect(high).toBeGreaterThanOrEqual(errors / n);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('knows nothing after no trial, and refuses counts that cannot be', () => {
    expect(clopperPearson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(() => clopperPearson(3, 2)).toThrow(RangeError);
    expect(() => clopperPearson(-1, 2)).toThrow(RangeError);
    expect(() => clopperPearson(0.5, 2)).toThrow(RangeError);
  });

  it('stays finite for a hundred thousand trials', () => {
    const { low, high } = clopperPearson(1000, 100_000);
    expect(low).toBeGreaterThan(0.0093);
    expect(low).toBeLessThan(0.01);
    expect(high).toBeGreaterThan(0.01);
    expect(high).toBeLessThan(0.0107);
  });
});

describe('the bootstrap over clusters', () => {
  it('is close to the exact interval when every cluster is one trial', () => {
    const clusters = Array.from({ length: 200 }, (_, index) => ({ errors: index < 40 ? 1 : 0, n: 1 }));
    const drawn = clusterBootstrap(clusters, 1);
    const exact = clopperPearson(40, 200);
    expect(Math.abs(drawn.low - exact.low)).toBeLessThan(0.015);
    expect(Math.abs(drawn.high - exact.high)).toBeLessThan(0.015);
  });

  it('is wider when the same errors come in clusters of ten', () => {
    const alone = Array.from({ length: 200 }, (_, index) => ({ errors: index < 40 ? 1 : 0, n: 1 }));
    const together = Array.from({ length: 20 }, (_, index) => ({ errors: index < 4 ? 10 : 0, n: 10 }));
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(clusterBootstrap(together, 1))).toBeGreaterThan(2 * width(clusterBootstrap(alone, 1)));
  });

  it('weighs clusters by their size', () => {
    const { low, high } = clusterBootstrap([{ errors: 1, n: 1 }, ...Array(9).fill({ errors: 0, n: 100 })], 3);
    expect(low).toBe(0);
    expect(high).toBeLessThan(0.01);
  });

  it('repeats for the same seed', () => {
    const clusters = Array.from({ length: 30 }, (_, index) => ({ errors: index % 3, n: 3 }));
    expect(clusterBootstrap(clusters, 7)).toEqual(clusterBootstrap(clusters, 7));
  });
});

it('seeded numbers fill 0..1 evenly and differ between seeds', () => {
  const random = seededRandom(42);
  const bins = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 10_000; draw++) {
    const bin = Math.floor(random() * 10);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(seededRandom(1)()).not.toBe(seededRandom(2)());
});
