import type { Challenge } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { CHALLENGE, GOOD_FACE, sight } from '../test/face.js';
import {
  currentStep,
  kept,
  momentOf,
  observe,
  shown,
  startPlay,
  stepProgress,
  tick,
  type Play,
} from './challenge-player.js';
import type { FaceMeasure } from './face-mesh.js';

const IN_OVAL = { centreX: 0.55, centreY: 0.48, width: 0.55 };

/** A quick phone: a picture at every second animation frame, the finder looks at every fourth. */
const QUICK = { picturesEvery: 2, looksEvery: 4 };
/** A slow phone in the dark: 7.5 pictures a second, fewer than 4 looks. */
const SLOW = { picturesEvery: 8, looksEvery: 16 };

/**
 * Plays with an animation frame every 1/60 s; `act` is what the face does at each time, and what is painted is on the screen
 * `shownAfter` frames later.
 */
function run(
  challenge: Challenge,
  act: (play: Play, nowMs: number) => Partial<FaceMeasure> | null,
  { picturesEvery, looksEvery } = QUICK,
  { shownAfter = 0, endMs = 20_000 } = {},
) {
  let play = startPlay(challenge, GOOD_FACE);
  let hiddenFor = 0;
  const frames: { stepId: number; moment: number; colour: number; timeMs: number }[] = [];
  for (let nowMs = 0; nowMs < endMs && currentStep(play) && !play.fault; nowMs += 100 / 6) {
    play = tick(play, nowMs);
    const step = currentStep(play);
    if (!step) break;
    const isHidden = play.shownAtMs === null || (step.kind === 'light' && play.colourShownAtMs === null);
    hiddenFor = isHidden ? hiddenFor + 1 : 0;
    if (hiddenFor > shownAfter) play = shown(play, nowMs);
    const n = Math.round(nowMs / (100 / 6));
    if (n % picturesEvery === 0) {
      const moment = momentOf(play, nowMs);
      const last = frames.at(-1);
      if (moment !== null && !(last?.stepId === step.id && last.moment === moment)) {
        frames.push({ stepId: step.id, moment, colour: play.colour, timeMs: nowMs });
        play = kept(play, moment);
      }
    }
    if (n % looksEvery === 0) play = observe(play, sight(act(play, nowMs)), nowMs);
  }
  return { play, frames };
}

/** Does what the step asks a while after it was shown. */
const obeys = (play: Play, nowMs: number): Partial<FaceMeasure> => {
  const step = currentStep(play);
  const since = nowMs - (play.shownAtMs ?? nowMs);
  if (!step || since < 400) return {};
  if (step.kind === 'turn') return { ...IN_OVAL, yawDeg: 22 };
  if (step.kind === 'expression') return { ...IN_OVAL, mouthGap: 0.3 };
  return IN_OVAL;
};

describe('a challenge that is played', () => {
  it('ends for a face that does what is asked, each step done after it was shown', () => {
    const { play } = run(CHALLENGE, obeys);
    expect(play.fault).toBeNull();
    expect(currentStep(play)).toBeNull();
    expect(play.steps.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    for (const { shownAtMs, doneAtMs } of play.steps) expect(doneAtMs).toBeGreaterThan(shownAtMs);
  });

  it.each([
    ['a quick phone', QUICK],
    ['a slow phone', SLOW],
  ])(
    'has at least two frames of each colour, oval, turn and expression on %s, and 12 to 36 in all',
    (_, phone) => {
      const { play, frames } = run(CHALLENGE, obeys, phone);
      expect(play.fault).toBeNull();
      const count = (stepId: number, colour?: number) =>
        frames.filter((frame) => frame.stepId === stepId && (colour === undefined || frame.colour === colour))
          .length;
      for (let colour = 0; colour < 8; colour++)
        expect(count(1, colour), `colour ${colour}`).toBeGreaterThanOrEqual(2);
      for (const stepId of [0, 2, 3]) expect(count(stepId), `step ${stepId}`).toBeGreaterThanOrEqual(2);
      expect(frames.length).toBeGreaterThanOrEqual(12);
      expect(frames.length).toBeLessThanOrEqual(36);
    },
  );

  it.each([
    ['a quick phone', QUICK],
    ['a slow phone', SLOW],
  ])('holds even the shortest oval on %s until two frames show the face in it', (_, phone) => {
    const [oval] = CHALLENGE.steps;
    const short = { ...CHALLENGE, steps: oval?.kind === 'oval' ? [{ ...oval, dwellMs: 250 }] : [] };
    const heldSinceMs: number[] = [];
    const act = (now: Play, nowMs: number) => {
      if (now.heldSinceMs !== null) heldSinceMs.push(now.heldSinceMs);
      return obeys(now, nowMs);
    };
    const { play, frames } = run(short, act, phone);
    expect(play.fault).toBeNull();
    const [since = NaN] = heldSinceMs;
    expect(play.steps[0]?.doneAtMs).toBeGreaterThanOrEqual(since + 250);
    expect(frames.filter(({ timeMs }) => timeMs >= since).length).toBeGreaterThanOrEqual(2);
  });

  it('ends an oval of which no camera brings two frames when its time is over', () => {
    const { play } = run(CHALLENGE, obeys, { ...QUICK, picturesEvery: 10_000 });
    expect(play.fault).toBe('stepTimedOut');
  });

  it.each([0, 1, 2, 5])(
    'reports lead-in and colours in order, each on the screen for at least its time, %i frames late',
    (late) => {
      const { play } = run(CHALLENGE, obeys, QUICK, { shownAfter: late });
      expect(play.light.map(({ index }) => index)).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7]);
      const times = play.light.map(({ shownAtMs }) => shownAtMs);
      times
        .slice(1)
        .forEach((time, k) => expect(time - (times[k] ?? 0)).toBeGreaterThanOrEqual(k === 0 ? 400 : 360));
    },
  );

  it('waits for the face: an oval that is not reached is not done, and times out with a hint', () => {
    const { play } = run(CHALLENGE, () => ({}));
    expect(play.fault).toBe('stepTimedOut');
    expect(play.hint).toBe('moveCloser');
    expect(play.steps).toEqual([{ id: 0, shownAtMs: 0, doneAtMs: null }]);
  });

  it('does not count a dwell that was broken off', () => {
    const { play } = run(CHALLENGE, (_, nowMs) => (nowMs % 500 < 250 ? IN_OVAL : {}));
    expect(play.fault).toBe('stepTimedOut');
  });

  it('does not take a turn to the other side', () => {
    const { play } = run(CHALLENGE, (now, nowMs) =>
      currentStep(now)?.kind === 'turn' ? { ...IN_OVAL, yawDeg: -22 } : obeys(now, nowMs),
    );
    expect(play.fault).toBe('turnTimedOut');
    expect(play.hint).toBe('turnLeft');
  });

  it('goes on while the head comes back from a turn, and waits in the next step until it has', () => {
    const after = (yawDeg: (sinceMs: number) => number) =>
      run(CHALLENGE, (now, nowMs) =>
        currentStep(now)?.kind === 'expression'
          ? { ...IN_OVAL, mouthGap: 0.3, yawDeg: yawDeg(nowMs - (now.shownAtMs ?? nowMs)) }
          : obeys(now, nowMs),
      ).play;
    expect(after((sinceMs) => (sinceMs < 600 ? 22 : 3)).fault).toBeNull();
    const stays = after(() => 22);
    expect(stays.fault).toBe('expressionTimedOut');
    expect(stays.hint).toBe('turnBack');
  });

  it.each([
    ['takes a mouth that is open', 0.16, null],
    ['does not take one that speaks or smiles at rest', 0.13, 'expressionTimedOut'],
    ['does not take one that stays shut', 0, 'expressionTimedOut'],
  ])('%s', (_, beyondRest, fault) => {
    const { play } = run(CHALLENGE, (now, nowMs) =>
      currentStep(now)?.kind === 'expression'
        ? { ...IN_OVAL, mouthGap: GOOD_FACE.mouthGap + beyondRest }
        : obeys(now, nowMs),
    );
    expect(play.fault).toBe(fault);
  });

  it('forgives a face that is away for a moment, and ends when it stays away', () => {
    const away = (fromMs: number, toMs: number) =>
      run(CHALLENGE, (now, nowMs) => (nowMs > fromMs && nowMs < toMs ? null : obeys(now, nowMs))).play.fault;
    expect(away(2_000, 3_000)).toBeNull();
    expect(away(2_000, 4_000)).toBe('faceLost');
  });

  it('ends when a second face comes in', () => {
    let play = shown(startPlay(CHALLENGE, GOOD_FACE), 0);
    play = observe(play, sight({}, 2), 100);
    expect(play.fault).toBe('severalFaces');
  });

  it('shows a part of a step as done when it is, and not before', () => {
    const progress = new Map<string, number[]>();
    run(CHALLENGE, (now, nowMs) => {
      const step = currentStep(now);
      if (step && step.kind !== 'light')
        progress.set(step.kind, [...(progress.get(step.kind) ?? []), stepProgress(now, nowMs)]);
      return obeys(now, nowMs);
    });
    expect([...progress.keys()]).toEqual(['oval', 'turn', 'expression']);
    for (const [part, values] of progress) {
      expect(
        values.slice(0, -1).filter((value) => value >= 1),
        part,
      ).toEqual([]);
      expect(values.at(-1), part).toBeGreaterThan(0.5);
    }
  });

  it('wants no frame before a step is on the screen', () => {
    expect(momentOf(startPlay(CHALLENGE, GOOD_FACE), 5)).toBeNull();
  });
});
