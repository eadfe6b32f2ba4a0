import { describe, expect, it } from 'vitest';
import { foldsOf, type Origin } from './folds.js';

const shown = (source: string, subject: string): Origin => ({
  ...{ source, subject },
  ...{ label: 'bonafide', species: '' },
});
const attack = (source: string, subject: string, species = 'print'): Origin => ({
  ...{ source, subject },
  ...{ label: 'attack', species },
});
/** Each shown, and attacked by a print. */
const both = (...pairs: [source: string, subject: string][]) =>
  pairs.flatMap(([source, subject]) => [shown(source, subject), attack(source, subject)]);

describe('folds', () => {
  it('leave each source out in turn, and its people with it', () => {
    const data = both(['a', 'anna'], ['b', 'anna'], ['b', 'carla'], ['c', '']);
    expect(foldsOf(data)).toEqual({
      by: 'source',
      folds: [
        { name: 'source a', fit: [4, 5, 6, 7], test: [0, 1] },
        { name: 'source b', fit: [6, 7], test: [2, 3, 4, 5] },
        { name: 'source c', fit: [0, 1, 2, 3, 4, 5], test: [6, 7] },
      ],
    });
  });

  it('split the subjects of a single source, each tested once', () => {
    const data = both(...Array.from({ length: 23 }, (_, k): [string, string] => ['a', `person ${k % 7}`]));
    const { by, folds } = foldsOf(data);
    expect([by, folds.length]).toEqual(['subject', 5]);
    expect(folds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(data.map((_, k) => k));
    for (const { fit, test } of folds) {
      const subjects = (indices: number[]) => new Set(indices.map((k) => data[k]?.subject));
      expect([...subjects(fit)].filter((subject) => subjects(test).has(subject))).toEqual([]);
    }
  });

  it('split the subjects where a source has all of a class, or all of its people', () => {
    const apart = [
      shown('office', 'anna'),
      shown('office', 'berta'),
      attack('prints', ''),
      attack('more', ''),
    ];
    expect(foldsOf(apart).by).toBe('subject');
    const twice = both(['office', 'anna'], ['home', 'anna'], ['office', 'berta'], ['home', 'berta']);
    expect(foldsOf(twice)).toMatchObject({ by: 'subject', folds: { length: 2 } });
  });

  it('leave somebody of each class to fit on wherever there are two', () => {
    // In the order of their names every fifth would be a person.
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const data = names.map((name, k) =>
      k % 5 === 0 ? shown('lab', name) : attack('lab', name, `kind ${k}`),
    );
    for (const { fit } of foldsOf(data).folds)
      expect(new Set(fit.map((k) => data[k]?.label))).toEqual(new Set(['bonafide', 'attack']));
    expect(() => foldsOf(data.slice(0, 5))).toThrow(/all bona fide presentations are of one$/);
    expect(() => foldsOf([shown('lab', 'a'), shown('lab', 'b'), attack('lab', 'b')])).toThrow(
      /all attack presentations are of one$/,
    );
  });

  it('let presentations without a subject stand for themselves', () => {
    const { folds } = foldsOf(both(['a', ''], ['a', '']));
    expect(folds.map(({ test }) => test.length)).toEqual([1, 1, 1, 1]);
    expect(folds.map(({ fit }) => fit.length)).toEqual([3, 3, 3, 3]);
  });
});
