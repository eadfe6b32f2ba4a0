import { describe, expect, it } from 'vitest';
import type { CueOutcome, CueReport } from './analysis.js';
import { decide, type Evidence } from './decide.js';
import { loadPolicy } from './policy.js';

const policy = loadPolicy();
const { realface, spoofface } = policy.operatingPoints.balanced;

/** The one cue that the shipped policy requires. */
function networks(outcome: CueOutcome): CueReport {
  return { name: 'pad-networks', version: '1', outcome };
}

function scored(llr: number, quality = 1): Extract<CueOutcome, { status: 'scored' }> {
  return { status: 'scored', llr, quality, evidence: {} };
}

function judge(outcome: CueOutcome, more: Partial<Evidence> = {}) {
  return decide(
    { cues: [networks(outcome)], quality: [], unbound: false, allowUnbound: false, ...more },
    policy,
  );
}

describe('a decision', () => {
  it('is realface from one threshold on, spoofface down from the other, and uncertain in between', () => {
    expect(judge(scored(realface.value)).decision).toBe('realface');
    expect(judge(scored(realface.value - 0.01)).decision).toBe('uncertain');
    expect(judge(scored(spoofface.value + 0.01)).decision).toBe('uncertain');
    expect(judge(scored(spoofface.value)).decision).toBe('spoofface');
  });

  it('needs more at the strict operating point than at the convenient one', () => {
    const at = (point: 'strict' | 'convenience', llr: number) =>
      decide(
        { cues: [networks(scored(llr))], quality: [], unbound: false, allowUnbound: false },
        policy,
        point,
      ).decision;
    const { strict, convenience } = policy.operatingPoints;
    const between = (strict.realface.value + convenience.realface.value) / 2;
    expect([at('strict', between), at('convenience', between)]).toEqual(['uncertain', 'realface']);
  });

  it('is never realface for an unbound clip, unless the caller allows it', () => {
    const unbound = judge(scored(9), { unbound: true });
    expect([unbound.decision, unbound.reasons[0]?.code]).toEqual(['uncertain', 'Unbound']);
    expect(judge(scored(9), { unbound: true, allowUnbound: true }).decision).toBe('realface');
    expect(judge(scored(-9), { unbound: true }).decision).toBe('spoofface');
  });

  it('is uncertain when the capture is not good enough, whatever the score', () => {
    for (const llr of [9, -9]) {
      const { decision, reasons } = judge(scored(llr), { quality: ['Blurred'] });
      expect([decision, reasons[0]?.code]).toEqual(['uncertain', 'Blurred']);
    }
  });

  it('is spoofface at a veto, even of a capture that is not good enough', () => {
    const veto = { code: 'Still', text: 'every frame is the same' };
    const { decision, reasons } = judge({ ...scored(9), veto }, { quality: ['Blurred'] });
    expect([decision, reasons]).toEqual(['spoofface', [veto]]);
  });

  it('is uncertain without exactly one person, even at a veto', () => {
    const vetoed = { ...scored(-9), veto: { code: 'Still', text: 'every frame is the same' } };
    for (const reason of ['NoFace', 'SeveralFaces'] as const)
      expect(judge(vetoed, { quality: [reason] })).toMatchObject({
        decision: 'uncertain',
        reasons: [{ code: reason }],
      });
  });

  it.each<[string, CueOutcome]>([
    ['a cue that failed', { status: 'failed', reason: 'out of memory' }],
    ['a required cue that says nothing', { status: 'not_applicable', reason: 'no usable frame' }],
    ['a score that is no number', scored(NaN)],
    ['an infinite score', scored(Infinity)],
    ['an infinite score against', scored(-Infinity)],
    ['a quality that is no number', scored(9, NaN)],
  ])('is uncertain for %s', (_, outcome) => {
    expect(judge(outcome)).toMatchObject({ decision: 'uncertain', score: null });
  });

  it('is uncertain where a required cue was not measured at all, and where nothing was', () => {
    expect(judge(scored(9), { cues: [] }).decision).toBe('uncertain');
    const unknown = { ...networks(scored(9)), name: 'nobody-knows-it' };
    expect(judge(scored(9), { cues: [unknown] }).decision).toBe('uncertain');
    const light = { ...networks(scored(9)), name: 'light' };
    const expression = { ...networks(scored(9)), name: 'expression' };
    expect(judge(scored(9), { cues: [light, expression] })).toMatchObject({
      decision: 'uncertain',
      reasons: [{ code: 'CueMissing' }],
    });
  });

  it('is uncertain where another cue failed, however sure the required one is', () => {
    const other: CueReport = { name: 'another', version: '1', outcome: { status: 'failed', reason: 'bug' } };
    const { decision, reasons } = judge(scored(9), { cues: [networks(scored(9)), other] });
    expect([decision, reasons[0]?.code]).toEqual(['uncertain', 'CueFailed']);
  });

  it('weighs each cue by its weight and its quality, and adds them up', () => {
    const row = (name: string) => policy.cues[name] ?? expect.fail();
    const light: CueReport = { name: 'light', version: '1', outcome: scored(0.5, 0.4) };
    const { score } = judge(scored(1), { cues: [networks(scored(1)), light] });
    const expected = row('pad-networks').weight.value + row('light').weight.value * 0.4 * 0.5;
    expect(score).toBeCloseTo(expected, 9);
    const doubled = { ...policy, cues: { 'pad-networks': { ...row('pad-networks') } } };
    doubled.cues['pad-networks'].weight = { ...row('pad-networks').weight, value: 2 };
    const evidence = { cues: [networks(scored(1))], quality: [], unbound: false, allowUnbound: false };
    expect(decide(evidence, doubled).score).toBeCloseTo(2, 9);
  });

  it('is uncertain where a cue misses what the challenge asked for, though no policy requires it', () => {
    const outcome: CueOutcome = { status: 'not_applicable', reason: 'no smile', missing: true };
    const other: CueReport = { name: 'expression', version: '1', outcome };
    expect(judge(scored(9), { cues: [networks(scored(9)), other] })).toMatchObject({
      decision: 'uncertain',
      reasons: [{ code: 'CueMissing', text: 'expression is required: no smile' }],
    });
    const idle: CueReport = { ...other, outcome: { status: 'not_applicable', reason: 'not asked for' } };
    expect(judge(scored(9), { cues: [networks(scored(9)), idle] }).decision).toBe('realface');
  });

  it('names what moved it, the strongest first, and which way', () => {
    const against: CueReport = { name: 'light', version: '1', outcome: scored(-0.1) };
    const { reasons } = judge(scored(9), {
      cues: [against, networks(scored(9))],
      ...{ unbound: true, allowUnbound: true },
    });
    expect(reasons.map(({ code }) => code)).toEqual(['pad-networks', 'light']);
    expect(reasons.map(({ text }) => text.includes('for an attack'))).toEqual([false, true]);
  });

  it('is not carried by the networks where the session itself speaks for an attack', () => {
    // Old frames for a new challenge that asks for the same side and expression: only the light is another session's.
    const others = (light: number) =>
      Object.entries({ challenge: 0.25, light, expression: 1, parallax: 0.5 }).map(([name, llr]) => ({
        ...{ name, version: '1' },
        outcome: scored(llr),
      }));
    const replayed = [...others(-4), networks(scored(5))];
    const { decision, score, reasons } = judge(scored(5), { cues: replayed });
    expect(score).toBeGreaterThan(realface.value);
    expect([decision, reasons[0]?.code]).toEqual(['uncertain', 'SessionAgainst']);
    expect(judge(scored(5), { cues: [...others(1), networks(scored(5))] }).decision).toBe('realface');
    // A doubt that the rest of the session outweighs stays a doubt.
    expect(judge(scored(5), { cues: [...others(-1), networks(scored(5))] }).decision).toBe('realface');
    // Nothing binds an unbound clip: there is no session that could speak.
    const allowed = { cues: replayed, unbound: true, allowUnbound: true };
    expect(judge(scored(5), allowed).decision).toBe('realface');
  });

  it('rests on bounded evidence', () => {
    const { score } = judge(scored(1e9));
    const row = policy.cues['pad-networks'];
    const most = (row?.maxLlr.value ?? NaN) * (row?.weight.value ?? NaN);
    expect(score).toBeCloseTo(most, 6);
    expect(judge(scored(-1e9)).score).toBeCloseTo(-most, 6);
  });
});
