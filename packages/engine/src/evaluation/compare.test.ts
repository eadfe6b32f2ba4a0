import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../policy.js';
import { compareEvaluations, type Evaluation } from './compare.js';
import type { LabelledPresentation, Outcome } from './presentation.js';
import { pairFigures } from './pair-figures.js';
import {
  changeText,
  differenceOfData,
  figureText,
  renderComparison,
  reportName,
} from './page/comparison-page.js';
import { makeReport } from './report.js';

/** An evaluation of a hundred prints and a hundred bona fide presentations with so many errors. */
function evaluation(passed: number, refused: number, manifestSha256 = 'ab'): Evaluation {
  const outcomes = Array.from({ length: 200 }, (_, index): Outcome => {
    const isAttack = index < 100;
    const isError = isAttack ? index < passed : index - 100 < refused;
    return {
      path: `${index}.jpg`,
      label: isAttack ? 'attack' : 'bonafide',
      species: isAttack ? 'print' : '',
      subject: '',
      clip: '',
      source: 'lab',
      decision: isAttack === isError ? 'realface' : 'spoofface',
      score: isAttack === isError ? 2 : -2,
      reasons: [],
      cues: [],
      quality: [],
      unbound: true,
      conditions: null,
      timeMs: 1,
    };
  });
  const presentations = outcomes.map(
    ({ path, label, species, subject, clip, source }): LabelledPresentation => ({
      ...{ path, label, species, subject, clip, source },
      ...{ media: 'still', licence: '', simulated: false },
    }),
  );
  const report = makeReport({
    createdAt: new Date(0),
    run: {
      ...{
        engine: 'e',
        policy: 'p',
        policySha256: 'cd',
        operatingPoint: 'balanced',
        manifestSha256,
        sample: null,
      },
      ...{ manifest: 'm.csv', groupedBy: 'clip', concurrency: 1, thresholds: { realface: 1, spoofface: -1 } },
    },
    presentations,
    outcomes,
    policy: loadPolicy(),
    pairs: null,
  });
  return { report, outcomes };
}

const PAIRS = [false, true].map((same) => ({
  ...{ pathA: 'a', pathB: 'b', same, set: 'desk' },
  ...{ matchConfidence: same ? 0.9 : 0.1, similarity: 0 },
}));

describe('a comparison', () => {
  it('calls rates better or worse only when their intervals are apart', () => {
    const { figures } = compareEvaluations(evaluation(40, 5), evaluation(10, 25));
    const verdicts = Object.fromEntries(figures.map(({ figure, verdict }) => [figure, verdict]));
    expect(verdicts['APCER print']).toBe('better');
    expect(verdicts['BPCER']).toBe('worse');
    expect(compareEvaluations(evaluation(40, 5), evaluation(38, 5)).figures[0]?.verdict).toBe(
      'no clear difference',
    );
  });

  it('counts the presentations that got another decision', () => {
    expect(compareEvaluations(evaluation(40, 5), evaluation(10, 25)).decisions).toEqual({
      shared: 200,
      changed: [
        { label: 'attack', before: 'realface', after: 'spoofface', n: 30 },
        { label: 'bonafide', before: 'realface', after: 'spoofface', n: 20 },
      ],
    });
  });

  it('does not compare decisions across manifests, and says that the data differ', () => {
    const comparison = compareEvaluations(evaluation(40, 5), evaluation(40, 5, 'cd'));
    expect(comparison.decisions).toBeNull();
    expect(renderComparison(comparison)).toContain('Not of the same data (the manifest)');
  });

  it('says that a sample or the pairs differ', () => {
    const [before, after] = [evaluation(40, 5).report, evaluation(40, 5).report];
    const run = after.run && { ...after.run, sample: { perGroup: 4, seed: 1 } };
    const pairs = { file: 'pairs.csv', sha256: 'ef', sets: [] };
    expect(differenceOfData(before, after)).toBeNull();
    expect(differenceOfData(before, { ...after, run })).toContain('(the sample)');
    expect(differenceOfData(before, { ...after, pairs })).toContain('(the pairs)');
    expect(differenceOfData({ ...before, pairs }, { ...after, pairs: { ...pairs, sha256: '01' } })).toContain(
      '(the pairs)',
    );
    expect(reportName({ ...after, run, pairs })).toMatch(/^m\.csv \(a sample of 4 a group\), pairs\.csv, /);
  });

  it('shows what only one report has, with a dash for the other', () => {
    const both = evaluation(40, 5);
    const [print] = both.report.sections;
    if (!print) throw new Error('expected a section');
    const [first] = print.figures.species;
    if (!first) throw new Error('expected a species');
    const clips = { ...print, media: 'clip' as const };
    const mask = { ...print.figures, species: [{ ...first, species: 'mask' }] };
    const pairs = { file: 'p.csv', sha256: 'ef', sets: pairFigures(PAIRS) };
    const other = {
      outcomes: null,
      report: { ...both.report, pairs, sections: [{ ...print, figures: mask }, clips] },
    };
    const shown = (one: Evaluation, two: Evaluation) =>
      compareEvaluations(one, two).figures.map(({ section, figure, before, after, verdict }) =>
        [section, figure, figureText(before), figureText(after), verdict].join(' | '),
      );
    const figures = shown(both, other);
    expect(figures.find((row) => row.startsWith('Stills | APCER print'))).toMatch(/\| 40.*\| – \| $/);
    expect(figures.find((row) => row.startsWith('Stills | APCER mask'))).toMatch(/\| – \| 40.*\| $/);
    expect(figures.find((row) => row.startsWith('Clips | BPCER |'))).toMatch(/\| – \| 5\.0.*\| $/);
    expect(figures.find((row) => row.startsWith('Verification, desk | FMR'))).toMatch(/\| – \| 0\.0.*\| $/);
    expect(shown(other, both)).toHaveLength(figures.length);
  });

  it('shows rates with intervals and changes in percentage points', () => {
    const [figure] = compareEvaluations(evaluation(40, 5), evaluation(10, 5)).figures;
    expect(figure && figureText(figure.after)).toMatch(/^10\.0.% \(4\.9–17\.6.%\)$/);
    expect(figure && changeText(figure)).toBe('−30.0');
  });
});
