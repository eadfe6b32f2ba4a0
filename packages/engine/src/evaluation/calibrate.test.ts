import { describe, expect, it } from 'vitest';
import type { CueReport } from '../analysis.js';
import { checkPolicy, loadPolicy } from '../policy.js';
import type { Outcome } from './presentation.js';
import { calibrate, calibratedPolicy, TARGETS } from './calibrate.js';

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
    const { operatingPoints } = calibrate(OUTCOMES, policy);
    for (const at of ['strict', 'balanced', 'convenience'] as const) {
      expect(operatingPoints[at].apcer).toBeLessThanOrEqual(TARGETS[at].apcer);
      expect(operatingPoints[at].bpcer).toBeLessThanOrEqual(TARGETS[at].bpcer);
      expect(operatingPoints[at].spoofface).toBeLessThan(operatingPoints[at].realface);
    }
    expect(operatingPoints.strict.realface).toBeGreaterThanOrEqual(operatingPoints.convenience.realface);
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
    expect(() => calibrate(alone, policy)).toThrow(/two sources or two subjects/);
  });
});
