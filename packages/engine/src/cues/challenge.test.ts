import type { ChallengeStep } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { boundClip, withoutFaces, type Shot } from '../../test/bound-clip.js';
import { loadPolicy } from '../policy.js';
import { challenge, changesOf, pathOf } from './challenge.js';
import { parametersOf } from './measure.js';

const numbers = parametersOf(challenge, loadPolicy());

const FAR = { centreX: 0.46, centreY: 0.52, faceWidth: 0.3 };
const NEAR = { centreX: 0.55, centreY: 0.48, faceWidth: 0.56 };
const STEPS: ChallengeStep[] = [
  { kind: 'oval', id: 0, ...FAR, dwellMs: 600, timeoutMs: 8000 },
  { kind: 'oval', id: 1, ...NEAR, dwellMs: 600, timeoutMs: 8000 },
  { kind: 'turn', id: 2, side: 'left', yawDeg: 15, timeoutMs: 8000 },
];
const REPORTS = [
  { id: 0, shownAtMs: 0, doneAtMs: 1800 },
  { id: 1, shownAtMs: 1900, doneAtMs: 3800 },
  { id: 2, shownAtMs: 3900, doneAtMs: 5500 },
];
const between = (share: number) => ({
  centreX: FAR.centreX + share * (NEAR.centreX - FAR.centreX),
  centreY: FAR.centreY + share * (NEAR.centreY - FAR.centreY),
  faceWidth: FAR.faceWidth + share * (NEAR.faceWidth - FAR.faceWidth),
});
/** A person who takes 400 ms to begin and 800 to arrive. */
const PERSON: Shot[] = [
  { timeMs: 200, stepId: 0, ...between(0.4) },
  { timeMs: 700, stepId: 0, ...between(0.2) },
  { timeMs: 1300, stepId: 0, ...FAR },
  { timeMs: 1700, stepId: 0, ...FAR },
  { timeMs: 2100, stepId: 1, ...FAR },
  { timeMs: 2700, stepId: 1, ...between(0.6) },
  { timeMs: 3200, stepId: 1, ...NEAR },
  { timeMs: 3700, stepId: 1, ...NEAR },
  { timeMs: 4100, stepId: 2, ...NEAR },
  { timeMs: 4700, stepId: 2, ...NEAR, yawDeg: 16 },
  { timeMs: 5400, stepId: 2, ...NEAR, yawDeg: 1 },
];

const judge = (shots: readonly Shot[], reports = REPORTS, steps = STEPS) =>
  challenge.plan(boundClip(steps, reports, shots), numbers);

describe('challenge', () => {
  it('speaks for a person who goes where the ovals are and turns to the side asked for', () => {
    expect(judge(PERSON)).toMatchObject({ status: 'scored', llr: numbers['followedLlr'] });
  });

  it('says nothing about a clip without one', () => {
    const { capture: _, ...unbound } = boundClip(STEPS, REPORTS, PERSON);
    expect(challenge.plan(unbound, numbers)).toEqual({
      status: 'not_applicable',
      reason: 'the clip has no challenge',
    });
  });

  it('leaves undecided who does not follow, and says what is missing', () => {
    const missing = (...faults: string[]) => ({ status: 'not_applicable', missing: true, faults });
    const elsewhere = PERSON.map((shot) => (shot.stepId === 1 ? { ...shot, ...FAR } : shot));
    expect(judge(elsewhere)).toMatchObject(missing('StepTimedOut'));
    const beside = PERSON.map((shot) => ({ ...shot, centreX: (shot.centreX ?? 0.5) + 0.2 }));
    expect(judge(beside)).toMatchObject(missing('StepTimedOut'));
    const below = PERSON.map((shot) => ({ ...shot, centreY: (shot.centreY ?? 0.5) + 0.2 }));
    expect(judge(below)).toMatchObject(missing('StepTimedOut'));
    const otherSide = PERSON.map((shot) => ({ ...shot, yawDeg: -(shot.yawDeg ?? 0) }));
    expect(judge(otherSide)).toMatchObject(missing('TurnNotPerformed'));
    const little = PERSON.map((shot) => ({ ...shot, yawDeg: (shot.yawDeg ?? 0) / 2 }));
    expect(judge(little)).toMatchObject(missing('TurnNotPerformed'));
    expect(challenge.plan(withoutFaces(boundClip(STEPS, REPORTS, PERSON)), numbers)).toMatchObject(
      missing('StepTimedOut', 'TurnNotPerformed'),
    );
  });

  it('leaves undecided a report without a step, without its end, or with one too late', () => {
    expect(judge(PERSON, REPORTS.slice(0, 1))).toMatchObject({ missing: true });
    const [first, ...others] = REPORTS;
    if (!first) throw new Error('there is a report');
    const unfinished = boundClip(STEPS, [{ ...first, doneAtMs: null }, ...others], PERSON);
    expect(challenge.plan(unfinished, numbers)).toMatchObject({ missing: true, faults: ['StepTimedOut'] });
    expect(judge(PERSON, [{ ...first, doneAtMs: 9000 }, ...others])).toMatchObject({
      faults: ['StepTimedOut'],
    });
  });

  it('speaks against a face that is in the oval before a person could react', () => {
    const hasty = PERSON.map((shot) => (shot.timeMs === 2100 ? { ...shot, timeMs: 1980, ...NEAR } : shot));
    expect(judge(hasty)).toMatchObject({ status: 'scored', evidence: { hasty: 1 } });
    const outcome = judge(hasty);
    expect('llr' in outcome && outcome.llr).toBe(
      Math.min(numbers['reactionLlr'] ?? NaN, numbers['jumpLlr'] ?? NaN),
    );
    // The same after the time that a reaction takes, and on the way rather than there at once, is a person's.
    const calm = PERSON.map((shot) => (shot.timeMs === 2100 ? { ...shot, ...between(0.3) } : shot));
    expect(judge(calm)).toMatchObject({ status: 'scored', llr: numbers['followedLlr'] });
  });

  it('speaks against a cut: 0.13 widths in 10 ms pass for trembling, 0.9 widths do not', () => {
    const added = (shift: number) => {
      const cut = { timeMs: 3710, stepId: 1, ...NEAR, centreX: NEAR.centreX + shift * NEAR.faceWidth };
      return judge([...PERSON.slice(0, 8), cut, ...PERSON.slice(8)]);
    };
    expect(added(0.13)).toMatchObject({ llr: numbers['followedLlr'], evidence: { jumps: 0 } });
    expect(added(0.9)).toMatchObject({ llr: numbers['jumpLlr'] });
  });

  it('leaves undecided a face that stays where two ovals overlap', () => {
    // 0.38 is within 25 % of 0.31 and of 0.5.
    const [far, near] = STEPS;
    if (far?.kind !== 'oval' || near?.kind !== 'oval') throw new Error('the first two steps are ovals');
    const steps = [
      { ...far, ...NEAR, faceWidth: 0.31 },
      { ...near, ...NEAR, faceWidth: 0.5 },
    ];
    const widths = (one: number, other: number) =>
      PERSON.filter(({ stepId }) => stepId < 2).map((shot) => ({
        ...shot,
        ...NEAR,
        faceWidth: shot.stepId === 0 ? one : other,
      }));
    const judged = (one: number, other: number) => judge(widths(one, other), REPORTS.slice(0, 2), steps);
    expect(judged(0.38, 0.38)).toMatchObject({ missing: true, faults: ['StepTimedOut'] });
    // As near to each other as our client takes a face: 10 % beside either width.
    expect(judged(0.31 * 1.1, 0.5 * 0.9)).toMatchObject({ status: 'scored' });
    // Away where it should come nearer, both within reach: 0.385 and 0.375.
    expect(judged(0.385, 0.375)).toMatchObject({ missing: true });
  });

  it('says nothing for a face that was where the ovals are before they were shown', () => {
    const [oval] = STEPS;
    if (oval?.kind !== 'oval') throw new Error('the first step is an oval');
    const near = { ...oval, ...NEAR };
    const there = PERSON.map((shot) => ({ ...shot, ...NEAR, timeMs: shot.timeMs - 300 }));
    expect(judge(there, [{ id: 0, shownAtMs: 0, doneAtMs: 1800 }], [near])).toMatchObject({
      status: 'scored',
      llr: 0,
    });
  });

  it('leaves undecided who arrives only after the end that the report gives', () => {
    const late = PERSON.map((shot) => (shot.stepId === 1 && shot.timeMs < 3500 ? { ...shot, ...FAR } : shot));
    const [first, second, third] = REPORTS;
    if (!first || !second || !third) throw new Error('there are three reports');
    expect(judge(late)).toMatchObject({ status: 'scored' });
    // In the oval at 3700 ms, and said to be done at 2900: 800 ms are more than the slack.
    expect(judge(late, [first, { ...second, doneAtMs: 2900 }, third])).toMatchObject({
      faults: ['StepTimedOut'],
    });
  });

  it('measures a turn from how the head is held otherwise: a camera at the side gives and takes nothing', () => {
    const aside = (yawDeg: number) =>
      PERSON.map((shot) => ({ ...shot, yawDeg: (shot.yawDeg ?? 0) + yawDeg }));
    expect(judge(aside(-12))).toMatchObject({ status: 'scored' });
    const still = PERSON.map((shot) => ({ ...shot, yawDeg: 12 }));
    expect(judge(still)).toMatchObject({ faults: ['TurnNotPerformed'] });
  });

  it('speaks against a face that doubles between two frames where it stands', () => {
    // From a width of 0.28 to one of 0.56 in 80 ms: ln 2 / 0.08 s = 8.7 e-folds a second.
    const grown = [
      ...PERSON.slice(0, 7),
      { timeMs: 3300, stepId: 1, ...NEAR, faceWidth: 0.28 },
      { timeMs: 3380, stepId: 1, ...NEAR },
      ...PERSON.slice(7),
    ];
    expect(judge(grown)).toMatchObject({ llr: numbers['jumpLlr'] });
  });

  it('measures speed in widths of the face and growth in e-folds, each a second', () => {
    // 0.1 of 480 px are 48 px, a third of a face of 144 px, in half a second: 0.667 widths a second.
    const shots = [
      { timeMs: 0, stepId: 0, centreX: 0.4, faceWidth: 0.3 },
      { timeMs: 500, stepId: 0, centreX: 0.5, faceWidth: 0.3 },
      { timeMs: 1000, stepId: 0, centreX: 0.5, faceWidth: 0.3 * Math.E },
      { timeMs: 1500, stepId: 0, centreX: 0.5, centreY: 0.6, faceWidth: 0.3 * Math.E },
    ];
    const { speeds, growths } = changesOf(pathOf(boundClip(STEPS, REPORTS, shots)));
    expect(speeds[0]).toBeCloseTo(0.1 / 0.3 / 0.5, 3);
    expect(growths[0]).toBeCloseTo(0, 5);
    expect(growths[1]).toBeCloseTo(2, 3);
    // 0.1 of 640 px, in widths of 0.3 e * 480 px.
    expect(speeds[2]).toBeCloseTo((0.1 * 640) / (0.3 * Math.E * 480) / 0.5, 2);
  });
});
