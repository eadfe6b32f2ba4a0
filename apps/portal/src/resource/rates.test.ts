import { describe, expect, it } from 'vitest';
import { countsAt, ratesAt, readReport, readScores } from './rates.js';

const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');

describe('thresholds tried out', () => {
  const scores = readScores(
    lines([
      { label: 'bonafide', score: 2 },
      { label: 'bonafide', score: -2 },
      { label: 'bonafide', score: 0 },
      { label: 'bonafide', score: null },
      { label: 'attack', species: 'print', score: 1 },
      { label: 'attack', species: 'print', score: -3 },
      { label: 'attack', species: 'replay', score: 0.9 },
      { label: 'practice', score: 5 },
    ]),
  );

  it('count an error where a score is on the wrong side, and neither what is uncertain nor what has no score', () => {
    expect(ratesAt(scores, { realface: 1, spoofface: -1 })).toMatchObject([
      { kind: 'bona fide', measure: 'BPCER', n: 4, rate: 0.25, uncertain: 0.25, unscored: 0.25 },
      { kind: 'print', measure: 'APCER', n: 2, rate: 0.5, uncertain: 0 },
      { kind: 'replay', measure: 'APCER', n: 1, rate: 0, uncertain: 1 },
    ]);
    expect(ratesAt(scores, { realface: 0.9, spoofface: -1 })[2]).toMatchObject({ rate: 1 });
  });

  it('count by species for a candidate, and take engine and policy from the report', () => {
    expect(countsAt(scores, { realface: 1, spoofface: -1 })).toEqual([
      { species: '', n: 4, scored: 3, errors: 1, uncertain: 1 },
      { species: 'print', n: 2, scored: 2, errors: 1, uncertain: 0 },
      { species: 'replay', n: 1, scored: 1, errors: 0, uncertain: 1 },
    ]);
    const run = { engine: 'e-1', policy: 'p-1', manifest: 'm.csv' };
    expect(readReport(JSON.stringify({ run, data: [{ simulated: false }, { simulated: true }] }))).toEqual({
      ...{ engine: 'e-1', policy: 'p-1', set: 'm.csv', simulated: true },
    });
    for (const text of ['{}', '{"run":null}', 'null', '[]', 'no'])
      expect(() => readReport(text), text).toThrow('report.json');
  });

  it('give the 95 % interval of Wilson', () => {
    const [low, high] = ratesAt(scores, { realface: 1, spoofface: -1 })[1]?.interval ?? [];
    // (0.5 + z²/4 ± z sqrt(1/8 + z²/16)) / (1 + z²/2) with z = 1.96
    expect(low).toBeCloseTo(0.0945, 3);
    expect(high).toBeCloseTo(0.9055, 3);
  });

  it('name the line that is none', () => {
    expect(() => readScores('{"label":"attack","score":1}\nnot json')).toThrow('Line 2');
  });
});
