import type { LivenessErrorName, SessionStartAnswer } from '@bonafide/protocol';
import type { CameraFault } from './camera.js';
import {
  currentStep,
  kept,
  observe,
  shown,
  startPlay,
  tick,
  type Baseline,
  type Play,
} from './challenge-player.js';
import type { CallFault } from './client.js';
import type { Sight } from './face-finder-worker.js';
import type { FaceMeasure } from './face-mesh.js';
import { prepareHint, type Hint } from './guide.js';
import {
  PROBLEM_OF_CAMERA,
  PROBLEM_OF_PLAY,
  problemOfCall,
  rowOf,
  usesAttempt,
  type Problem,
  type RecognitionErrorName,
  type Resume,
} from './problems.js';
import type { Transcript } from './recorder.js';

/**
 * The way of one check, as a pure state machine: {@link advance} takes a state and an event and gives the next state and what
 * has to be done. It draws nothing and opens nothing. All times are ms of one clock.
 */
export interface Flow {
  phase: Phase;
  /** Coloured light is acceptable to the person. */
  light: boolean;
  /** The service has an attempt open, or was asked for one, that has to be ended when the person gives up. */
  attemptOpen: boolean;
  /** Attempts after this one; null before the service told. */
  attemptsLeft: number | null;
}

export type Phase =
  | { name: 'consent' }
  /** The camera, and with it whatever is still to be loaded: that is named only where it takes longer. */
  | { name: 'opening'; waitsFor: 'camera' | 'files' }
  | {
      name: 'preparing';
      sinceMs: number;
      hint: Hint;
      /** Since when nothing has to change; null while something has to. */
      readySinceMs: number | null;
      last: { face: FaceMeasure; atMs: number } | null;
      /** Faces of the ready time, for the baseline. */
      ready: readonly FaceMeasure[];
    }
  | { name: 'starting'; baseline: Baseline }
  | { name: 'challenge'; play: Play }
  | { name: 'uploading'; progress: number; retries: number }
  /** The capture is kept and goes out again by itself. */
  | { name: 'waiting'; why: 'offline' | 'busy'; retries: number }
  | { name: 'problem'; problem: Problem; resume: Resume }
  | { name: 'done'; resultId: string; digest: string }
  | { name: 'ended'; livenessError: LivenessErrorName; recognitionError: RecognitionErrorName };

export type PhaseName = Phase['name'];

export type FlowEvent =
  | { kind: 'agreed'; light: boolean }
  | { kind: 'filesAwaited' }
  | { kind: 'cameraOpened'; nowMs: number }
  | { kind: 'cameraChanged' }
  | { kind: 'seen'; sight: Sight; nowMs: number }
  | { kind: 'shown'; nowMs: number }
  | { kind: 'ticked'; nowMs: number }
  | { kind: 'frameKept'; moment: number }
  | { kind: 'started'; answer: SessionStartAnswer; hasPhoto: boolean }
  | { kind: 'callFailed'; fault: CallFault }
  | { kind: 'progressed'; share: number }
  | { kind: 'answered'; resultId: string; digest: string }
  | { kind: 'failed'; problem: Problem }
  | { kind: 'cameraFailed'; fault: CameraFault }
  | { kind: 'hidden' }
  | { kind: 'rotated' }
  | { kind: 'retryDue' }
  | { kind: 'retried' }
  | { kind: 'cancelled' };

/** What the flow asks of the world. */
export type Effect =
  | { kind: 'openCamera' }
  | { kind: 'closeCamera' }
  | { kind: 'startSession'; light: boolean }
  | { kind: 'record'; answer: SessionStartAnswer }
  | { kind: 'dropRecording' }
  /** The recording is whole: bind its frames. */
  | { kind: 'bind'; transcript: Transcript }
  | { kind: 'upload' }
  /** Send `retryDue` after so long, or at once when the network comes back. */
  | { kind: 'retryAfter'; delayMs: number }
  | { kind: 'endAttempt'; reason: LivenessErrorName }
  | { kind: 'settle' };

export interface Step {
  flow: Flow;
  effects: readonly Effect[];
}

/** The face has to be ready for so long before the challenge begins, ms, and in so many looks. */
export const READY_MS = 300;
const READY_LOOKS = 4;
/** Whoever cannot get ready by then is told what to do, ms. */
export const PREPARE_TIMEOUT_MS = 60_000;
/** A capture goes out again by itself so often. */
export const MAX_RETRIES = 4;
/** Waits between, ms, where the service does not name one. */
const RETRY_DELAYS_MS = [1_000, 2_000, 4_000, 8_000] as const;

/** A check at its beginning. @param light coloured light is acceptable unless the person declines it */
export function startFlow(light: boolean): Flow {
  return { phase: { name: 'consent' }, light, attemptOpen: false, attemptsLeft: null };
}

/** The next state. Events that mean nothing in a state leave it as it is. */
export function advance(flow: Flow, event: FlowEvent): Step {
  const { phase } = flow;
  if (phase.name === 'done' || phase.name === 'ended') return stay(flow);
  switch (event.kind) {
    case 'cancelled':
      return cancel(flow);
    case 'failed':
      return fail(flow, event.problem);
    case 'cameraFailed':
      return fail(flow, PROBLEM_OF_CAMERA[event.fault]);
    case 'hidden':
      return usesCamera(phase) ? fail(flow, 'pageHidden') : stay(flow);
    case 'rotated':
      return phase.name === 'challenge' || phase.name === 'starting' ? fail(flow, 'rotated') : stay(flow);
    case 'callFailed':
      return callFailed(flow, event.fault);
    default:
      break;
  }
  switch (phase.name) {
    case 'consent':
      if (event.kind !== 'agreed') return stay(flow);
      return open({ ...flow, light: event.light });
    case 'opening':
      if (event.kind === 'filesAwaited')
        return stay({ ...flow, phase: { name: 'opening', waitsFor: 'files' } });
      return event.kind === 'cameraOpened' ? stay(prepare(flow, event.nowMs)) : stay(flow);
    case 'preparing':
      if (event.kind === 'cameraChanged') return open(flow);
      return event.kind === 'seen' ? look(flow, phase, event.sight, event.nowMs) : stay(flow);
    case 'starting':
      return event.kind === 'started' ? begin(flow, phase.baseline, event) : stay(flow);
    case 'challenge':
      return play(flow, phase.play, event);
    case 'uploading':
      if (event.kind === 'progressed')
        return stay({ ...flow, phase: { ...phase, progress: Math.max(phase.progress, event.share) } });
      if (event.kind === 'answered') {
        const { resultId, digest } = event;
        const done = { ...flow, attemptOpen: false, phase: { name: 'done', resultId, digest } as const };
        return { flow: done, effects: [{ kind: 'settle' }] };
      }
      return stay(flow);
    case 'waiting':
      if (event.kind !== 'retryDue' && event.kind !== 'retried') return stay(flow);
      return upload(flow, phase.retries);
    case 'problem':
      return event.kind === 'retried' ? resume(flow, phase.resume) : stay(flow);
  }
}

/** Whether the person is in front of an open camera. */
export function usesCamera({ name }: Phase): boolean {
  return name === 'opening' || name === 'preparing' || name === 'starting' || name === 'challenge';
}

function stay(flow: Flow): Step {
  return { flow, effects: [] };
}

function open(flow: Flow): Step {
  return {
    flow: { ...flow, phase: { name: 'opening', waitsFor: 'camera' } },
    effects: [{ kind: 'openCamera' }],
  };
}

function prepare(flow: Flow, nowMs: number): Flow {
  const phase = { sinceMs: nowMs, hint: 'noFace', readySinceMs: null, last: null, ready: [] } as const;
  return { ...flow, phase: { name: 'preparing', ...phase } };
}

function look(flow: Flow, phase: Phase & { name: 'preparing' }, sight: Sight, nowMs: number): Step {
  const { last } = phase;
  const hint = prepareHint(sight, last?.face ?? null, last ? nowMs - last.atMs : 0);
  const { face } = sight;
  if (hint || !face) {
    if (nowMs - phase.sinceMs > PREPARE_TIMEOUT_MS) return fail(flow, 'noFaceInTime');
    const next = { ...phase, hint: hint ?? 'noFace', readySinceMs: null, ready: [] };
    return stay({ ...flow, phase: { ...next, last: face && { face, atMs: nowMs } } });
  }
  const readySinceMs = phase.readySinceMs ?? nowMs;
  const ready = [...phase.ready, face];
  if (nowMs - readySinceMs < READY_MS || ready.length < READY_LOOKS)
    return stay({
      ...flow,
      phase: { ...phase, hint: 'holdStill', readySinceMs, ready, last: { face, atMs: nowMs } },
    });
  return {
    flow: { ...flow, attemptOpen: true, phase: { name: 'starting', baseline: baselineOf(ready) } },
    effects: [{ kind: 'startSession', light: flow.light }],
  };
}

function begin(
  flow: Flow,
  baseline: Baseline,
  { answer, hasPhoto }: { answer: SessionStartAnswer; hasPhoto: boolean },
): Step {
  const opened = { ...flow, attemptsLeft: answer.attemptsLeft };
  if (answer.verifyImageNeeded && !hasPhoto) return fail(opened, 'photoMissing');
  return {
    flow: { ...opened, phase: { name: 'challenge', play: startPlay(answer.challenge, baseline) } },
    effects: [{ kind: 'record', answer }],
  };
}

function play(flow: Flow, before: Play, event: FlowEvent): Step {
  const after = playOn(before, event);
  if (after.fault) return fail(flow, PROBLEM_OF_PLAY[after.fault]);
  const next: Flow = { ...flow, phase: { name: 'challenge', play: after } };
  if (currentStep(after)) return stay(next);
  const { flow: uploading, effects } = upload(next, 0);
  const { steps, light } = after;
  return {
    flow: uploading,
    effects: [{ kind: 'closeCamera' }, { kind: 'bind', transcript: { steps, light } }, ...effects],
  };
}

function playOn(before: Play, event: FlowEvent): Play {
  switch (event.kind) {
    case 'seen':
      return observe(before, event.sight, event.nowMs);
    case 'shown':
      return shown(before, event.nowMs);
    case 'ticked':
      return tick(before, event.nowMs);
    case 'frameKept':
      return kept(before, event.moment);
    default:
      return before;
  }
}

function upload(flow: Flow, retries: number): Step {
  return {
    flow: { ...flow, phase: { name: 'uploading', progress: 0, retries } },
    effects: [{ kind: 'upload' }],
  };
}

function callFailed(flow: Flow, fault: CallFault): Step {
  const problem = problemOfCall(fault);
  const { phase } = flow;
  if (phase.name !== 'uploading') {
    // Nothing was captured yet: the way back is to get ready again, and no recording is kept.
    const again = rowOf(problem).resume === 'upload' ? 'camera' : undefined;
    return fail(flow, problem === 'offline' ? 'noNetwork' : problem, again);
  }
  if (rowOf(problem).resume === 'upload' && phase.retries < MAX_RETRIES) {
    const named = fault.kind === 'refused' ? fault.retryAfterMs : null;
    const delayMs = named ?? RETRY_DELAYS_MS[phase.retries] ?? 8_000;
    const why = fault.kind === 'network' ? 'offline' : 'busy';
    return {
      flow: { ...flow, phase: { name: 'waiting', why, retries: phase.retries + 1 } },
      effects: [{ kind: 'retryAfter', delayMs }],
    };
  }
  const spent = usesAttempt(fault);
  const left = flow.attemptsLeft ?? 0;
  return fail(
    { ...flow, attemptOpen: flow.attemptOpen && !spent },
    problem,
    spent && left === 0 ? 'none' : undefined,
  );
}

function fail(flow: Flow, problem: Problem, from?: Resume): Step {
  const effects: Effect[] = [];
  if (usesCamera(flow.phase) || flow.phase.name === 'consent') effects.push({ kind: 'closeCamera' });
  if (flow.phase.name === 'challenge') effects.push({ kind: 'dropRecording' });
  const phase = { name: 'problem', problem, resume: from ?? rowOf(problem).resume } as const;
  return { flow: { ...flow, phase }, effects };
}

/** A new try: the service hands out another nonce and challenge; only a kept capture goes out as it is. */
function resume(flow: Flow, from: Resume): Step {
  if (from === 'none') return stay(flow);
  if (from === 'consent') return stay({ ...flow, phase: { name: 'consent' } });
  return from === 'upload' ? upload(flow, 0) : open(flow);
}

function cancel(flow: Flow): Step {
  const { phase } = flow;
  const row = phase.name === 'problem' ? rowOf(phase.problem) : null;
  const livenessError = row?.livenessError ?? 'UserCanceledSession';
  const recognitionError = row?.recognitionError ?? 'None';
  const ended = { name: 'ended', livenessError, recognitionError } as const;
  return {
    flow: { ...flow, attemptOpen: false, phase: ended },
    effects: [
      { kind: 'closeCamera' },
      { kind: 'dropRecording' },
      ...(flow.attemptOpen ? [{ kind: 'endAttempt', reason: livenessError } as const] : []),
      { kind: 'settle' },
    ],
  };
}

/** Medians, so that one odd frame does not shift what the challenge compares with. */
function baselineOf(faces: readonly FaceMeasure[]): Baseline {
  const median = (key: keyof Baseline) => {
    const values = faces.map((face) => face[key]).sort((one, other) => one - other);
    return values[Math.floor(values.length / 2)] ?? 0;
  };
  return { yawDeg: median('yawDeg'), mouthGap: median('mouthGap'), mouthWidth: median('mouthWidth') };
}
