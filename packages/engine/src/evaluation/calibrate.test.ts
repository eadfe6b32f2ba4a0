import { describe, expect, it } from 'vitest';
import type { CueReport } from '../analysis.js';
import { checkPolicy, loadPolicy } from '../policy.js';
import type { Outcome } from './presentation.js';
import { calibrate, calibratedPolicy, TARGETS } from './calibrate.js';
import { seededRandom } from './intervals.js';

const policy = loadPolicy();

const cue = (name: string, llr: number): CueReport => ({
  name,
  version: '1',
  outcome: { status: 'scored', llr, quality: 1, evidence: {} },
});

type Made = Outcome & { simulated: boolean };

/** What the networks and parallax say about the k-th person or print of a source. */
function made(
  label: 'bonafide' | 'attack',
  k: number,
  networks: number,
  parallax: number,
  more: Partial<Made> = {},
): Made {
  const source = k % 2 === 0 ? 'lab' : 'office';
  return {
    ...{
      path: `${label}${k}`,
      label,
      species: label === 'attack' ? 'print' : '',
      subject: `${source} ${label} ${k % 10}`,
    },
    ...{ clip: '', source, decision: 'uncertain', score: networks + parallax, reasons: [], timeMs: 1 },
    ...{ cues: [cue('pad-networks', networks), cue('parallax', parallax)], quality: [], conditions: null },
    unbound: true,
    simulated: false,
    ...more,
  };
}

/** Parallax tells well, the networks hardly. */
const spread = (k: number) => ((k * 7) % 11) / 5 - 1;
const OUTCOMES = Array.from({ length: 60 }, (_, k) => [
  made('bonafide', k, spread(k) + 0.2, 1.5 + spread(k + 3)),
  made('attack', k, spread(k + 1) - 0.2, -1.5 + spread(k + 5)),
]).flat();

const random = seededRandom(3);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** People, or attacks that look by so much more like them, as chance has them. */
function drawn(label: 'bonafide' | 'attack', n: number, more: Partial<Made> = {}, alike = 0) {
  const sign = label === 'bonafide' ? 1 : -1;
  return Array.from({ length: n }, (_, k) => {
    const [networks, parallax] = [sign + alike + normal(), 0.4 * sign + alike / 2 + normal()];
    const subject = `${label} ${more.species ?? ''} ${k}`;
    return { ...made(label, k, networks, parallax, { source: 'lab', subject, ...more }), networks, parallax };
  });
}

describe('calibration', () => {
  it('does not count files that could not be read among the attacks that were withstood', () => {
    const reasons = [{ code: 'Undecodable', text: 'cut' }];
    const damaged = Array.from({ length: 400 }, (_, k) =>
      made('attack', k, 0, 0, { score: null, decision: 'noResponse', cues: [], reasons }),
    );
    expect(calibrate([...OUTCOMES, ...damaged], policy)).toEqual(calibrate(OUTCOMES, policy));
  });

  it('gives more weight to the cue that tells more, in every fold', () => {
    const found = calibrate(OUTCOMES, policy);
    const weight = (name: string) => found.cues.find((one) => one.name === name)?.weight ?? NaN;
    expect(weight('parallax')).toBeGreaterThan(weight('pad-networks'));
    expect(found.folds.map(({ name, tested }) => [name, tested])).toEqual([
      ['source lab', 60],
      ['source office', 60],
    ]);
    expect(found.test.auc).toBeGreaterThan(0.95);
    expect(found.test.cllr ?? NaN).toBeLessThan(found.test.cllrBefore ?? NaN);
    // What was never scored stays as it was.
    expect(weight('light')).toBe(policy.cues['light']?.weight.value);
  });

  it('puts thresholds where the worst species passes as seldom as allowed, and people are called attacks as seldom', () => {
    const found = calibrate([...drawn('bonafide', 300), ...drawn('attack', 300)], policy);
    for (const at of ['strict', 'balanced', 'convenience'] as const) {
      const { apcer, bpcer, realface, spoofface } = found.operatingPoints[at];
      expect(Math.abs(apcer - TARGETS[at].apcer)).toBeLessThan(0.02);
      // No threshold is above that for realface.
      expect(bpcer).toBeLessThan(TARGETS[at].bpcer + 0.01);
      expect(spoofface).toBeLessThan(realface);
    }
    const { strict, convenience } = found.operatingPoints;
    expect(strict.realface).toBeGreaterThan(convenience.realface);
  });

  it('looks at the worst species, not at the mean', () => {
    const masks = Array.from({ length: 20 }, (_, k) =>
      made('attack', k, 3 + spread(k), 2, { species: 'mask' }),
    );
    const { operatingPoints } = calibrate([...OUTCOMES, ...masks], policy);
    expect(operatingPoints.balanced.worst).toBe('mask');
    expect(operatingPoints.balanced.realface).toBeGreaterThan(
      calibrate(OUTCOMES, policy).operatingPoints.balanced.realface,
    );
  });

  it('states what its thresholds do to people and attacks that it has not seen', () => {
    const stated = { apcer: 0, bpcer: 0 };
    const fresh = { apcer: 0, bpcer: 0 };
    const rounds = 20;
    for (let round = 0; round < rounds; round++) {
      const found = calibrate([...drawn('bonafide', 25), ...drawn('attack', 25)], policy);
      const { realface, spoofface, apcer, bpcer } = found.operatingPoints.strict;
      const weight = (name: string) => found.cues.find((one) => one.name === name)?.weight ?? NaN;
      const share = (label: 'bonafide' | 'attack', isError: (score: number) => boolean) =>
        drawn(label, 1000).filter(({ networks, parallax }) =>
          isError(weight('pad-networks') * networks + weight('parallax') * parallax),
        ).length / 1000;
      stated.apcer += apcer / rounds;
      stated.bpcer += bpcer / rounds;
      fresh.apcer += share('attack', (score) => score >= realface) / rounds;
      fresh.bpcer += share('bonafide', (score) => score <= spoofface) / rounds;
    }
    expect(fresh.apcer).toBeGreaterThan(0.02);
    expect(stated.apcer).toBeGreaterThan(0.8 * fresh.apcer);
    expect(stated.bpcer).toBeGreaterThan(0.8 * fresh.bpcer);
  });

  it('tests everybody, by person where a class comes from one source', () => {
    const people = drawn('bonafide', 60, { source: 'office' });
    const masks = drawn('attack', 60, { source: 'office', species: 'mask' }, 3);
    const others = ['print', 'replay'].flatMap((species) =>
      drawn('attack', 60, { source: `${species}s`, species }),
    );
    const found = calibrate([...people, ...masks, ...others], policy);
    expect(found.folds.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((k) => `subjects ${k} of 5`));
    expect(found.folds.reduce((sum, { tested }) => sum + tested, 0)).toBe(240);
    const { worst, apcer, realface, bpcer } = found.operatingPoints.balanced;
    expect([worst, Math.round(60 * apcer) / 60]).toEqual(['mask', apcer]);
    expect(apcer).toBeGreaterThan(0);
    expect(apcer).toBeLessThan(0.15);
    expect(bpcer).toBeGreaterThan(0);
    expect(realface).toBeGreaterThan(
      calibrate([...people, ...others], policy).operatingPoints.balanced.realface,
    );
    expect(found.notes.join()).toContain('folds are of people');
  });

  it('takes the same people in two sources, which leave nobody to fit on without one', () => {
    const twice = ['office', 'home'].flatMap((source) =>
      Array.from({ length: 20 }, (_, k) => [
        ...drawn('bonafide', 1, { source, subject: `person ${k}` }),
        ...drawn('attack', 1, { source, subject: `person ${k}` }),
      ]).flat(),
    );
    expect(calibrate(twice, policy).folds.map(({ tested }) => tested)).toEqual([16, 16, 16, 16, 16]);
  });

  it('says where a species is rated by what has never seen it', () => {
    const masks = drawn('attack', 20, { source: 'masks', species: 'mask' });
    expect(calibrate([...OUTCOMES, ...masks], policy).notes).toEqual([
      'mask comes from source masks alone: its rate is of weights and thresholds that were found without any',
    ]);
  });

  it('never fits the weights of networks on simulated presentations', () => {
    const found = calibrate(
      OUTCOMES.map((one) => ({ ...one, simulated: true })),
      policy,
    );
    const networks = found.cues.find(({ name }) => name === 'pad-networks');
    expect(networks?.weight).toBe(networks?.weightBefore);
    expect(found.notes).toHaveLength(1);
  });

  it('counts captures that no sum decides as refused, whatever their score', () => {
    const closed = OUTCOMES.map((one) =>
      one.label === 'attack' ? { ...one, quality: ['TurnNotPerformed' as const] } : one,
    );
    expect(calibrate(closed, policy).operatingPoints.strict.apcer).toBe(0);
  });

  it('counts people whom a cue alone calls an attack as errors, whatever their score', () => {
    const veto = { code: 'Frozen', text: 'it is a still' };
    const frozen: CueReport = {
      ...{ name: 'integrity', version: '1' },
      outcome: { status: 'scored', llr: -4, quality: 1, evidence: {}, veto },
    };
    const vetoed = OUTCOMES.map((one) =>
      one.label === 'bonafide' && Number(one.path.slice('bonafide'.length)) < 12
        ? { ...one, decision: 'spoofface' as const, cues: [...one.cues, frozen] }
        : one,
    );
    expect(calibrate(vetoed, policy).operatingPoints.convenience.bpcer).toBeGreaterThanOrEqual(12 / 60);
  });

  it('makes a policy that the engine takes, whose numbers say where they come from', () => {
    const found = calibrate(OUTCOMES, policy);
    const made = checkPolicy(calibratedPolicy(policy, found, 'mine-1', 'calibrated on m.csv'));
    expect(made.version).toBe('mine-1');
    expect(made.cues['parallax']?.weight.origin).toBe('calibrated on m.csv');
    expect(made.cues['light']?.weight).toEqual(policy.cues['light']?.weight);
    expect(made.operatingPoints.strict.realface.origin).toContain('calibrated on m.csv: least with APCER');
  });

  it('refuses too little data', () => {
    expect(() => calibrate(OUTCOMES.slice(0, 30), policy)).toThrow(/at least 20 scored/);
    const alone = OUTCOMES.map((one) => ({ ...one, source: 'lab', subject: 'anna' }));
    expect(() => calibrate(alone, policy)).toThrow(
      'expected two subjects of each class at least, and all bona fide presentations are of one',
    );
  });
});
