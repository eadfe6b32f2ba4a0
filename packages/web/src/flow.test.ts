import type { SessionStartAnswer } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { CHALLENGE, sight } from '../test/face.js';
import { currentStep, momentOf, type Play } from './challenge-player.js';
import {
  advance,
  MAX_RETRIES,
  PREPARE_TIMEOUT_MS,
  startFlow,
  type Effect,
  type Flow,
  type FlowEvent,
} from './flow.js';
import { PROBLEMS, textsOf, type Problem } from './problems.js';
import { en } from './strings/en.js';

const ANSWER: SessionStartAnswer = {
  attemptId: 1,
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  challenge: CHALLENGE,
  attemptsLeft: 2,
  verifyImageNeeded: false,
};

/** Hands events in one after another; gives the last state and what was asked for. */
function go(flow: Flow, ...events: FlowEvent[]): { flow: Flow; effects: Effect[] } {
  const effects: Effect[] = [];
  for (const event of events) {
    const step = advance(flow, event);
    flow = step.flow;
    effects.push(...step.effects);
  }
  return { flow, effects };
}

const AGREED: FlowEvent = { kind: 'agreed', light: true };
const OPENED: FlowEvent = { kind: 'cameraOpened', nowMs: 0 };
const STARTED: FlowEvent = { kind: 'started', answer: ANSWER, hasPhoto: false };
const READY: FlowEvent[] = [0, 100, 200, 300, 400, 500, 600, 700].map((nowMs) => ({
  kind: 'seen',
  sight: sight(),
  nowMs,
}));
const BUSY: FlowEvent = {
  kind: 'callFailed',
  fault: { kind: 'refused', status: 503, code: 'ServiceUnavailable', retryAfterMs: 3000 },
};
const refused = (status: number, code = 'x'): FlowEvent => ({
  kind: 'callFailed',
  fault: { kind: 'refused', status, code, retryAfterMs: null },
});

const consent = startFlow(true);
const { flow: opening } = go(consent, AGREED);
const { flow: preparing } = go(opening, OPENED);
const { flow: starting } = go(preparing, ...READY);
const { flow: challenge } = go(starting, STARTED);
const { flow: uploading } = finish(challenge);
const { flow: waiting } = go(uploading, BUSY);
const { flow: done } = go(uploading, { kind: 'answered', resultId: 'r', digest: 'D' });
const { flow: problem } = go(preparing, { kind: 'failed', problem: 'cameraUnplugged' });
const states = { consent, opening, preparing, starting, challenge, uploading, waiting, problem };

/** Plays the challenge to its end. */
function finish(from: Flow) {
  const effects: Effect[] = [];
  let flow = from;
  const send = (event: FlowEvent) => {
    const step = advance(flow, event);
    flow = step.flow;
    effects.push(...step.effects);
  };
  for (let nowMs = 1000; nowMs < 30_000 && flow.phase.name === 'challenge'; nowMs += 50) {
    const { play } = flow.phase;
    if (play.shownAtMs === null || currentStep(play)?.kind === 'light') send({ kind: 'shown', nowMs });
    const moment = momentOf(play, nowMs);
    if (moment !== null) send({ kind: 'frameKept', moment });
    send({ kind: 'ticked', nowMs });
    send({ kind: 'seen', nowMs, sight: sight(obeyed(play)) });
  }
  return { flow, effects };
}

function obeyed(play: Play) {
  const step = currentStep(play);
  if (step?.kind === 'turn') return { yawDeg: 25, width: 0.55 };
  return { centreX: 0.55, centreY: 0.48, width: 0.55, mouthGap: step?.kind === 'expression' ? 0.4 : 0 };
}

describe('the flow', () => {
  it('goes from consent to done, asking for camera, session, recording and upload in turn', () => {
    expect(Object.entries(states).map(([name, { phase }]) => [name, phase.name])).toEqual(
      Object.keys(states).map((name) => [name, name]),
    );
    expect(go(consent, AGREED).effects).toEqual([{ kind: 'openCamera' }]);
    expect(go(preparing, ...READY).effects).toEqual([{ kind: 'startSession', light: true }]);
    expect(go(starting, STARTED).effects).toEqual([{ kind: 'record', answer: ANSWER }]);
    expect(finish(challenge).effects.map(({ kind }) => kind)).toEqual(['closeCamera', 'bind', 'upload']);
    expect(done.phase).toEqual({ name: 'done', resultId: 'r', digest: 'D' });
  });

  it('opens no camera before the person agrees, and starts no session before they are ready', () => {
    for (const event of [OPENED, STARTED, ...READY]) expect(go(consent, event).effects).toEqual([]);
    // Neither after a moment, however many looks it had, nor after few looks, however far apart they are.
    expect(go(preparing, ...READY.slice(0, 3)).effects).toEqual([]);
    const quick = READY.map((event, k) => ({ ...event, nowMs: 30 * k }));
    expect(go(preparing, ...quick).effects).toEqual([]);
    const slow = READY.slice(0, 3).map((event, k) => ({ ...event, nowMs: 400 * k }));
    expect(go(preparing, ...slow).effects).toEqual([]);
  });

  it('tells who allowed the camera that files are still to come, and nobody who is further', () => {
    const { flow } = go(opening, { kind: 'filesAwaited' });
    expect(flow.phase).toEqual({ name: 'opening', waitsFor: 'files' });
    expect(go(flow, OPENED).flow).toEqual(preparing);
    expect(go(preparing, { kind: 'filesAwaited' }).flow).toBe(preparing);
    const { flow: again } = go(flow, { kind: 'failed', problem: 'assetsMissing' }, { kind: 'retried' });
    expect(again.phase).toEqual({ name: 'opening', waitsFor: 'camera' });
  });

  it('asks the service for a challenge without light where the person wants none', () => {
    const { effects } = go(consent, { kind: 'agreed', light: false }, OPENED, ...READY);
    expect(effects).toContainEqual({ kind: 'startSession', light: false });
  });

  it.each(Object.entries(states))(
    'can be cancelled in %s: everything stops and the application is told',
    (_, from) => {
      const { flow, effects } = go(from, { kind: 'cancelled' });
      expect(flow.phase.name).toBe('ended');
      expect(effects).toContainEqual({ kind: 'closeCamera' });
      expect(effects).toContainEqual({ kind: 'settle' });
    },
  );

  it('gives an attempt up that it had opened or asked for, and none that it had not', () => {
    const ends = (from: Flow) =>
      go(from, { kind: 'cancelled' }).effects.some(({ kind }) => kind === 'endAttempt');
    expect(ends(challenge)).toBe(true);
    expect(ends(uploading)).toBe(true);
    // The answer is on its way, or comes to nobody.
    expect(ends(starting)).toBe(true);
    expect(ends(go(starting, { kind: 'hidden' }, STARTED).flow)).toBe(true);
    expect(ends(preparing)).toBe(false);
  });

  it('tells the application the problem that a person gave up at, not that they cancelled', () => {
    const { flow } = go(problem, { kind: 'cancelled' });
    expect(flow.phase).toMatchObject({ livenessError: 'CameraStartupFailure' });
    expect(go(preparing, { kind: 'cancelled' }).flow.phase).toMatchObject({
      livenessError: 'UserCanceledSession',
    });
  });

  it('begins anew with "try again": another camera, another session start, another challenge', () => {
    const { flow, effects } = go(
      challenge,
      { kind: 'hidden' },
      { kind: 'retried' },
      OPENED,
      ...READY,
      STARTED,
    );
    expect(flow.phase.name).toBe('challenge');
    expect(effects.map(({ kind }) => kind)).toEqual([
      'closeCamera',
      'dropRecording',
      'openCamera',
      'startSession',
      'record',
    ]);
  });

  it.each([
    ['hidden', 'pageHidden'],
    ['rotated', 'rotated'],
  ] as const)('stops a challenge when the page is %s', (kind, expected) => {
    const { flow } = go(challenge, { kind });
    expect(flow.phase).toEqual({ name: 'problem', problem: expected, resume: 'camera' });
  });

  it('lets an upload go on while the page is hidden or the device turned', () => {
    expect(go(uploading, { kind: 'hidden' }, { kind: 'rotated' }).flow).toEqual(uploading);
  });

  it('promises no recording where the network is lost before there is one', () => {
    const { flow } = go(starting, { kind: 'callFailed', fault: { kind: 'network' } });
    expect(flow.phase).toEqual({ name: 'problem', problem: 'noNetwork', resume: 'camera' });
  });

  it('keeps the recording when the network is lost, and sends it again by itself', () => {
    const { flow, effects } = go(uploading, { kind: 'callFailed', fault: { kind: 'network' } });
    expect(flow.phase).toMatchObject({ name: 'waiting', why: 'offline' });
    expect(effects).toEqual([{ kind: 'retryAfter', delayMs: expect.any(Number) as number }]);
    expect(go(flow, { kind: 'retryDue' }).effects).toEqual([{ kind: 'upload' }]);
  });

  it('waits as long as a busy service says, gives up after a while, and still has the recording', () => {
    expect(go(uploading, BUSY).effects).toEqual([{ kind: 'retryAfter', delayMs: 3000 }]);
    let flow = uploading;
    for (let k = 0; k < MAX_RETRIES; k++) flow = go(flow, BUSY, { kind: 'retryDue' }).flow;
    const { flow: gaveUp } = go(flow, BUSY);
    expect(gaveUp.phase).toEqual({ name: 'problem', problem: 'serviceBusy', resume: 'upload' });
    expect(go(gaveUp, { kind: 'retried' }).effects).toEqual([{ kind: 'upload' }]);
  });

  it('lets a refused capture be tried again as long as attempts are left', () => {
    expect(go(uploading, refused(400, 'InvalidImage')).flow.phase).toMatchObject({ resume: 'camera' });
    const last = { ...uploading, attemptsLeft: 0 };
    expect(go(last, refused(400, 'InvalidImage')).flow.phase).toMatchObject({ resume: 'none' });
    expect(textsOf('noFaceInCapture', 'camera')).toEqual(['problemNoFace']);
    expect(textsOf('noFaceInCapture', 'none')).toEqual(['problemNoFace', 'problemEnded']);
    expect(textsOf('tokenInvalid', 'none')).toEqual(['problemEnded']);
  });

  it('leads who declined light that is required back to the choice, and tells the application if they stay with it', () => {
    const { flow, effects } = go(starting, refused(403, 'LightRequired'));
    expect(flow.phase).toEqual({ name: 'problem', problem: 'lightRequired', resume: 'consent' });
    expect(effects).toEqual([{ kind: 'closeCamera' }]);
    const { flow: again, effects: none } = go(flow, { kind: 'retried' });
    expect([again.phase, none]).toEqual([{ name: 'consent' }, []]);
    expect(go(again, AGREED, OPENED, ...READY).effects).toContainEqual({ kind: 'startSession', light: true });
    expect(go(flow, { kind: 'cancelled' }).flow.phase).toMatchObject({
      livenessError: 'UserCanceledActiveMotionPrompt',
    });
  });

  it.each([
    [401, 'tokenInvalid'],
    [403, 'tokenRefused'],
    [404, 'tokenRefused'],
  ] as const)('ends for good when the token is refused (%i)', (status, expected) => {
    // Before the challenge, and where the token ended while the person was recorded.
    for (const from of [starting, uploading]) {
      const { flow } = go(from, refused(status));
      expect(flow.phase).toEqual({ name: 'problem', problem: expected, resume: 'none' });
      expect(go(flow, { kind: 'retried' }).flow).toEqual(flow);
    }
  });

  it('tells who cannot get ready what to do', () => {
    const { flow } = go(
      preparing,
      { kind: 'seen', sight: sight(null), nowMs: 100 },
      { kind: 'seen', sight: sight(null), nowMs: PREPARE_TIMEOUT_MS + 100 },
    );
    expect(flow.phase).toMatchObject({ name: 'problem', problem: 'noFaceInTime' });
  });

  it.each([
    ['no face', sight(null), 'noFace'],
    ['two faces', sight({}, 2), 'severalFaces'],
    ['a far face', sight({ width: 0.2 }), 'moveCloser'],
    ['a near face', sight({ width: 0.7 }), 'moveBack'],
    ['a face at the side', sight({ centreX: 0.7 }), 'moveRight'],
    ['a turned face', sight({ yawDeg: 20 }), 'lookStraight'],
    ['a tilted face', sight({ rollDeg: 25 }), 'levelHead'],
    ['a face in the dark', sight({ luma: 35, sceneLuma: 30 }), 'moreLight'],
    ['a face against the light', sight({ luma: 12, sceneLuma: 180 }), 'moreLight'],
    ['a washed-out face', sight({ clipped: 0.6 }), 'lessLight'],
    ['a blurred face', sight({ sharpness: 0.005 }), 'blurred'],
  ])('hints while %s is seen, and does not begin', (_, seen, hint) => {
    const events = [0, 500, 1000, 1500].map((nowMs): FlowEvent => ({ kind: 'seen', sight: seen, nowMs }));
    const { flow, effects } = go(preparing, ...events);
    expect(flow.phase).toMatchObject({ name: 'preparing', hint });
    expect(effects).toEqual([]);
  });

  it('begins with a face of dark skin in a lit room', () => {
    const events = [0, 200, 400, 600].map((nowMs): FlowEvent => ({
      kind: 'seen',
      sight: sight({ luma: 35 }),
      nowMs,
    }));
    expect(go(preparing, ...events).flow.phase.name).toBe('starting');
  });

  it('opens the camera again when another one is chosen', () => {
    expect(go(preparing, { kind: 'cameraChanged' }).effects).toEqual([{ kind: 'openCamera' }]);
  });

  it('asks for the photo that a session needs before anything is recorded', () => {
    const needs = { ...ANSWER, verifyImageNeeded: true };
    const { flow } = go(starting, { kind: 'started', answer: needs, hasPhoto: false });
    expect(flow.phase).toEqual({ name: 'problem', problem: 'photoMissing', resume: 'none' });
    expect(go(starting, { kind: 'started', answer: needs, hasPhoto: true }).flow.phase.name).toBe(
      'challenge',
    );
  });

  it('stays as it is once it is over', () => {
    for (const event of [
      { kind: 'cancelled' },
      { kind: 'failed', problem: 'unsupported' },
      OPENED,
    ] as FlowEvent[])
      expect(advance(done, event)).toEqual({ flow: done, effects: [] });
  });

  it('has for every problem a text that says what to do, and a name for the application', () => {
    for (const name of Object.keys(PROBLEMS) as Problem[]) {
      expect(en[PROBLEMS[name].text].split(/[.:]/).length, name).toBeGreaterThan(1);
      expect(PROBLEMS[name].livenessError).not.toBe('None');
    }
  });
});
