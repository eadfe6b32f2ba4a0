import { expect, it } from 'vitest';
import type { CueReport } from '../analysis.js';
import type { Clip, Cue, Stage } from '../cues/cue.js';
import { measureCues } from '../cues/measure.js';
import { decide } from '../decide.js';
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
  ...{
    source: 'lab',
    decision: 'uncertain',
    score: networks + motion,
    reasons: [],
    unbound: true,
    timeMs: 1,
  },
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

it('decides on captures without a challenge as the engine did', () => {
  // Movement alone speaks against each, which only a session is held to.
  const unbound = [outcome('bonafide', 4, -1), outcome('attack', 4, -2)];
  const decided = unbound.map((one) => ({
    ...one,
    ...decide({ ...one, allowUnbound: true }, policy, 'balanced'),
  }));
  expect(decided.map(({ decision }) => decision)).toEqual(['realface', 'realface']);
  const passed = (outcomes: readonly Outcome[]) =>
    ablate(outcomes, policy, 'balanced', 'clip')[0]?.worst?.error.errors;
  expect(passed(decided)).toBe(1);
  expect(passed(decided.map((one) => ({ ...one, unbound: false })))).toBe(0);
});

it('leaves out of a row what a veto that the row is without had spared, and counts it', async () => {
  const cueOf = (name: string, stage: Stage): Cue => ({
    ...{ name, stage, version: '1', parameters: [] },
    plan: () => ({
      status: 'scored',
      llr: -4,
      quality: 1,
      evidence: {},
      ...(stage === 'proof' && { veto: { code: 'Frozen', text: 'it is a still' } }),
    }),
    measure: () => Promise.reject(new Error('never measured')),
    conclude: () => ({ status: 'failed', reason: 'never concluded' }),
  });
  const clip: Clip = { mode: 'clip', frames: [], usable: [] };
  const inference = { run: () => Promise.reject(new Error('never run')) };
  const chosen = [cueOf('integrity', 'proof'), cueOf('motion', 'signal'), cueOf('networks', 'network')];
  const cues = await measureCues(clip, inference, policy, undefined, chosen);
  const still: Outcome = { ...outcome('attack', 0, 0), decision: 'spoofface', cues };
  const withIntegrity = { ...policy, cues: { ...policy.cues, integrity: row(false) } };
  expect(
    ablate([...OUTCOMES, still], withIntegrity, 'balanced', 'clip').map((one) => [
      ...[one.cues, one.notMeasured, one.worst?.error.n],
    ]),
  ).toEqual([
    ['all', 0, 3],
    ['without networks', 0, 3],
    ['without motion', 0, 3],
    ['without integrity', 1, 2],
    ['networks alone', 1, 2],
  ]);
});
