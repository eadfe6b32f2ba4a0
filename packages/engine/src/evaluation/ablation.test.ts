import { expect, it } from 'vitest';
import type { CueReport } from '../analysis.js';
import { loadPolicy, type Policy } from '../policy.js';
import { ablate } from './ablation.js';
import type { Outcome } from './presentation.js';

const sourced = (value: number) => ({ value, origin: 'made for this test' });
const row = (required: boolean) => ({
  required,
  weight: sourced(1),
  maxLlr: sourced(5),
  parameters: {},
});
const policy: Policy = {
  ...loadPolicy(),
  cues: { networks: row(true), motion: row(false) },
  operatingPoints: {
    strict: { realface: sourced(1), spoofface: sourced(-1) },
    balanced: { realface: sourced(1), spoofface: sourced(-1) },
    convenience: { realface: sourced(1), spoofface: sourced(-1) },
  },
};

const cue = (name: string, llr: number): CueReport => ({
  name,
  version: '1',
  outcome: { status: 'scored', llr, quality: 1, evidence: {} },
});
let serial = 0;
const outcome = (label: 'bonafide' | 'attack', networks: number, motion: number): Outcome => ({
  ...{ path: `${serial++}`, label, species: label === 'attack' ? 'replay' : '', subject: '', clip: '' },
  ...{ source: 'lab', decision: 'uncertain', score: networks + motion, reasons: [], timeMs: 1 },
  ...{ cues: [cue('networks', networks), cue('motion', motion)], quality: [], conditions: null },
});

/** The networks take both attacks for bona fide; only the motion tells. */
const OUTCOMES = [
  outcome('bonafide', 2, 1),
  outcome('bonafide', 0.5, 1),
  outcome('attack', 2, -4),
  outcome('attack', 3, -5),
];

it('decides again without each cue, and with the required one alone', () => {
  expect(
    ablate(OUTCOMES, policy, 'balanced', 'clip').map(({ cues, worst, bonaFide, auc }) => ({
      cues,
      passed: worst?.error.errors,
      uncertain: bonaFide.uncertain.errors,
      auc,
    })),
  ).toEqual([
    { cues: 'all', passed: 0, uncertain: 0, auc: 1 },
    // Without the networks each bona fide presentation has 1, each attack -4 and -5.
    { cues: 'without networks', passed: 0, uncertain: 0, auc: 1 },
    // 2 and 0.5 against 2 and 3: one tie of four.
    { cues: 'without motion', passed: 2, uncertain: 1, auc: 0.125 },
    { cues: 'networks alone', passed: 2, uncertain: 1, auc: 0.125 },
  ]);
});

it('leaves the quality gates and presentations without a response as they were', () => {
  const gated: Outcome = { ...outcome('bonafide', 5, 5), quality: ['Blurred'] };
  const silent: Outcome = { ...outcome('bonafide', 5, 5), decision: 'noResponse', cues: [] };
  const [all] = ablate([gated, silent, ...OUTCOMES], policy, 'balanced', 'clip');
  expect(all?.bonaFide.uncertain).toMatchObject({ errors: 1, n: 4 });
});

it('says nothing where there is only one cue to leave out', () => {
  const single = OUTCOMES.map((one) => ({ ...one, cues: one.cues.slice(0, 1) }));
  expect(ablate(single, policy, 'balanced', 'clip')).toEqual([]);
});
