import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../policy.js';
import { compareEvaluations, type Evaluation } from './compare.js';
import type { LabelledPresentation, Outcome } from './presentation.js';
import { changeText, figureText, renderComparison } from './page/comparison-page.js';
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
      ...{ engine: 'e', policy: 'p', operatingPoint: 'balanced', manifestSha256, sample: null },
      ...{ manifest: 'm.csv', groupedBy: 'clip', concurrency: 1, thresholds: { realface: 1, spoofface: -1 } },
    },
    presentations,
    outcomes,
    policy: loadPolicy(),
    pairs: null,
  });
  return { report, outcomes };
}

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
    expect(renderComparison(comparison)).toContain('The manifests differ');
  });

  it('shows rates with intervals and changes in percentage points', () => {
    const [figure] = compareEvaluations(evaluation(40, 5), evaluation(10, 5)).figures;
    expect(figure && figureText(figure.after)).toMatch(/^10\.0.% \(4\.9–17\.6.%\)$/);
    expect(figure && changeText(figure)).toBe('−30.0');
  });
});
