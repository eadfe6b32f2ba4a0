import { describe, expect, it } from 'vitest';
import { foldsOf } from './folds.js';

const items = (...pairs: [source: string, subject: string][]) =>
  pairs.map(([source, subject]) => ({ source, subject }));

describe('folds', () => {
  it('leave each source out in turn, and its people with it', () => {
    const data = items(['a', 'anna'], ['a', 'berta'], ['b', 'anna'], ['b', 'carla'], ['c', '']);
    expect(foldsOf(data)).toEqual([
      { name: 'source a', fit: [3, 4], test: [0, 1] },
      { name: 'source b', fit: [1, 4], test: [2, 3] },
      { name: 'source c', fit: [0, 1, 2, 3], test: [4] },
    ]);
  });

  it('split the subjects of a single source, each tested once', () => {
    const data = items(...Array.from({ length: 23 }, (_, k): [string, string] => ['a', `person ${k % 7}`]));
    const folds = foldsOf(data);
    expect(folds).toHaveLength(5);
    expect(folds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(data.map((_, k) => k));
    for (const { fit, test } of folds) {
      const subjects = (indices: number[]) => new Set(indices.map((k) => data[k]?.subject));
      expect([...subjects(fit)].filter((subject) => subjects(test).has(subject))).toEqual([]);
    }
  });

  it('let presentations without a subject stand for themselves', () => {
    const folds = foldsOf(items(['a', ''], ['a', ''], ['a', '']));
    expect(folds.map(({ test }) => test.length)).toEqual([1, 1, 1]);
    expect(folds.map(({ fit }) => fit.length)).toEqual([2, 2, 2]);
  });
});
