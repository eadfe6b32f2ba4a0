import { describe, expect, it } from 'vitest';
import { fitLogistic, scoreOf, type Sample } from './logistic.js';

const sample = (features: number[], bonaFide: boolean, weight = 1): Sample => ({
  features,
  bonaFide,
  weight,
});

describe('the fit of weights', () => {
  it('finds the log-odds of a worked example', () => {
    // At 1: three bona fide of four, at -1: one of four. Then weight = ln 3 and bias = 0.
    const samples = [
      ...[true, true, true, false].map((bonaFide) => sample([1], bonaFide)),
      ...[true, false, false, false].map((bonaFide) => sample([-1], bonaFide)),
    ];
    const fit = fitLogistic(samples, [1], 0);
    expect(fit.weights[0]).toBeCloseTo(Math.log(3), 4);
    expect(fit.bias).toBeCloseTo(0, 4);
    expect(scoreOf(fit, [2])).toBeCloseTo(2 * Math.log(3), 3);
  });

  it('counts samples by their weight', () => {
    const fit = fitLogistic([sample([0], true, 3), sample([0], false, 1)], [1], 0.1);
    expect(fit.bias).toBeCloseTo(Math.log(3), 4);
    expect(fit.weights).toEqual([1]);
  });

  it('never turns evidence round', () => {
    const wrong = [1, 2, 3].flatMap((x) => [sample([x, x], false), sample([-x, x], true)]);
    const { weights } = fitLogistic(wrong, [1, 1], 0.01);
    expect(weights[0]).toBe(0);
    expect(weights.every((weight) => weight >= 0)).toBe(true);
  });

  it('stays near to what was known where data say little, and nearer the stronger the ridge', () => {
    const samples = [1, 2].flatMap((x) => [sample([x], true), sample([-x], false)]);
    const [weak, strong] = [0.01, 10].map(
      (strength) => fitLogistic(samples, [1], strength).weights[0] ?? NaN,
    );
    expect(weak).toBeGreaterThan(1.5);
    expect(strong).toBeCloseTo(1, 1);
  });

  it('refuses to fit on nothing', () => {
    expect(() => fitLogistic([], [1], 1)).toThrow(RangeError);
  });
});
