import { expect, it } from 'vitest';
import { pairFigures, type PairOutcome } from './pair-figures.js';

it('counts false matches and false non-matches at 0.5 by hand, set by set and together', () => {
  const outcome = (set: string, same: boolean, matchConfidence: number, index: number): PairOutcome => ({
    pathA: `${set}${same}${index}`,
    pathB: 'b',
    same,
    set,
    matchConfidence,
    similarity: matchConfidence,
  });
  const rows = (set: string, genuine: number[], impostor: number[]) => [
    ...genuine.map((confidence, index) => outcome(set, true, confidence, index)),
    ...impostor.map((confidence, index) => outcome(set, false, confidence, index)),
  ];
  const figures = pairFigures([
    ...rows('a', [0.9, 0.8, 0.5, 0.4], [0.1, 0.5]),
    ...rows('b', [0.9], [0.1, 0.2]),
  ]);
  expect(figures.map(({ set, fmr, fnmr }) => [set, fmr.errors, fmr.n, fnmr.errors, fnmr.n])).toEqual([
    ['a', 1, 2, 1, 4],
    ['b', 0, 2, 0, 1],
    ['all sets', 1, 4, 1, 5],
  ]);
  // Set a: at 0.5 half of the impostors match and a quarter of the genuine pairs do not, above it none and a half.
  expect(figures[0]?.eer).toBeGreaterThan(0.25);
  expect(figures[0]?.eer).toBeLessThan(0.5);
  expect(figures[1]?.eer).toBe(0);
});
