import type { LivenessErrorName, SessionStartAnswer } from '@bonafide/protocol';
import { AssetError } from './assets.js';
import { CameraError, listCameras, openCamera, type Camera, type FrameTimes } from './camera.js';
import { currentStep, momentOf, type Play } from './challenge-player.js';
import { CallError, type Client } from './client.js';
import { openFaceFinder, type FaceFinder } from './face-finder.js';
import { advance, startFlow, type Effect, type Flow, type FlowEvent } from './flow.js';
import type { RecognitionErrorName } from './problems.js';
import { photoProblem } from './reference-photo.js';
import { MAX_LONG_SIDE, startRecorder, type Recorder } from './recorder.js';
import type { View } from './view.js';
import { openWebpEncoder, type WebpEncoder } from './webp.js';

/** How one check ended. */
export type Ending =
  | { ok: true; resultId: string; digest: string }
  | { ok: false; livenessError: LivenessErrorName; recognitionError: RecognitionErrorName };

/** What a check needs. */
export interface CheckParts {
  view: View;
  client: Client;
  assetBase: string;
  deviceId: string | null;
  deviceCorrelationId: string | null;
  verifyImage: Blob | null;
  light: boolean;
  version: string;
  signal: AbortSignal;
  /** Told of every new state. */
  onFlow(flow: Flow): void;
}

/** A check that runs. */
export interface Check {
  send(event: FlowEvent): void;
  chooseCamera(deviceId: string): void;
  ending: Promise<Ending>;
}

/** The finder looks at pictures of this size, px of the longer side, so often. */
const LOOK_LONG_SIDE = 640;
const LOOK_EVERY_MS = 1000 / 15 - 4;
/** Who waits so long for files after the camera is told so. */
const LATE_MS = 400;

/** Carries out what the flow asks: camera, finder, recorder, service and view, each told by {@link Effect}s. */
export function runCheck(parts: CheckParts): Check {
  const { view, client, assetBase, verifyImage, signal } = parts;
  let flow = startFlow(parts.light);
  let deviceId = parts.deviceId;
  let camera: Camera | null = null;
  let finder: Promise<FaceFinder> | null = null;
  let encoder: Promise<WebpEncoder> | null = null;
  let recorder: Recorder | null = null;
  let nonce = '';
  let capture: Promise<{ content: Uint8Array; metadata: string }> | null = null;
  let looking = false;
  let lookedAtMs = -Infinity;
  /** What of the play was painted last: step and colour. */
  let painted = '';
  /** How often the service was asked for a challenge. */
  let starts = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let settle: (ending: Ending) => void = () => undefined;
  const ending = new Promise<Ending>((resolve) => (settle = resolve));
  const controller = new AbortController();
  signal.addEventListener('abort', () => send({ kind: 'cancelled' }), { once: true });

  function send(event: FlowEvent): void {
    const step = advance(flow, event);
    if (step.flow === flow && step.effects.length === 0) return;
    const before = flow;
    flow = step.flow;
    for (const effect of step.effects) carryOut(effect);
    if (flow.phase.name !== before.phase.name) recorder?.note(`phase:${flow.phase.name}`, performance.now());
    view.show(flow);
    parts.onFlow(flow);
    if (flow.phase.name === 'challenge' && before.phase.name !== 'challenge') requestAnimationFrame(animate);
  }

  function carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'openCamera':
        void open().catch((error: unknown) => send(toEvent(error)));
        return;
      case 'closeCamera':
        closeCamera();
        return;
      case 'startSession':
        start(effect.light);
        return;
      case 'record':
        void record(effect.answer).catch((error: unknown) => send(toEvent(error)));
        return;
      case 'dropRecording':
        recorder = null;
        capture = null;
        return;
      case 'bind':
        capture = recorder?.finish(effect.transcript) ?? null;
        // Reported when it is awaited.
        capture?.catch(() => undefined);
        return;
      case 'upload':
        void upload().catch((error: unknown) => send(toEvent(error)));
        return;
      case 'retryAfter':
        clearTimeout(retryTimer);
        retryTimer = setTimeout(() => send({ kind: 'retryDue' }), effect.delayMs);
        return;
      case 'endAttempt':
        void client.end(effect.reason).catch(() => undefined);
        return;
      case 'settle':
        finish();
        return;
    }
  }

  /** Networks and encoder; what failed to load is tried again with the next call. */
  function load(): [Promise<FaceFinder>, Promise<WebpEncoder>] {
    if (!finder) {
      const loading = (finder = openFaceFinder(assetBase, controller.signal));
      loading.catch(() => (finder = finder === loading ? null : finder));
    }
    if (!encoder) {
      const loading = (encoder = openWebpEncoder(assetBase, controller.signal));
      loading.catch(() => (encoder = encoder === loading ? null : encoder));
    }
    return [finder, encoder];
  }

  async function open(): Promise<void> {
    closeCamera();
    const loaded = Promise.all(load());
    // Reported when it is awaited.
    loaded.catch(() => undefined);
    const opened = await openCamera(view.video, deviceId, controller.signal);
    if (flow.phase.name !== 'opening') {
      opened.close();
      return;
    }
    camera = opened;
    deviceId = opened.track.getSettings().deviceId ?? deviceId;
    opened.track.addEventListener('ended', () => {
      if (camera === opened) send({ kind: 'failed', problem: 'cameraUnplugged' });
    });
    const cameras = await listCameras();
    view.setCameras(cameras, deviceId);
    const late = setTimeout(() => send({ kind: 'filesAwaited' }), LATE_MS);
    const [ready] = await loaded.finally(() => clearTimeout(late));
    if (camera !== opened) return;
    await checkPhoto(ready);
    send({ kind: 'cameraOpened', nowMs: performance.now() });
    opened.onFrame((times) => onFrame(opened, ready, times));
  }

  function closeCamera(): void {
    camera?.close();
    camera = null;
  }

  /** Refuses a reference photo here that the service would refuse later. */
  async function checkPhoto(ready: FaceFinder): Promise<void> {
    if (!verifyImage) return;
    const problem = await photoProblem(verifyImage, ready);
    if (problem) send({ kind: 'failed', problem });
  }

  function onFrame(from: Camera, ready: FaceFinder, times: FrameTimes): void {
    const { phase } = flow;
    if (phase.name === 'challenge') keepFrame(from, phase.play, times);
    if (looking || times.nowMs - lookedAtMs < LOOK_EVERY_MS) return;
    if (phase.name !== 'preparing' && phase.name !== 'challenge') return;
    looking = true;
    lookedAtMs = times.nowMs;
    void ready
      .look(from.grab(LOOK_LONG_SIDE))
      .then((sight) => send({ kind: 'seen', sight, nowMs: performance.now() }))
      .catch((error: unknown) => send(toEvent(error)))
      .finally(() => (looking = false));
  }

  function keepFrame(from: Camera, play: Play, times: FrameTimes): void {
    const step = currentStep(play);
    const moment = momentOf(play, times.nowMs);
    if (!recorder || !step || moment === null) return;
    const wanted = { stepId: step.id, moment, lightIndex: step.kind === 'light' ? play.colour : null };
    if (!recorder.wants(wanted)) return;
    recorder.keep(wanted, times, from.grab(MAX_LONG_SIDE));
    send({ kind: 'frameKept', moment });
  }

  /** What comes of an earlier start is dropped: its challenge is void once there is another. */
  function start(light: boolean): void {
    const mine = ++starts;
    const tell = (event: FlowEvent) => mine === starts && send(event);
    client
      .start({
        light: light ? 'on' : 'off',
        ...(parts.deviceCorrelationId !== null && { deviceCorrelationId: parts.deviceCorrelationId }),
      })
      .then((answer): FlowEvent => ({ kind: 'started', answer, hasPhoto: verifyImage !== null }), toEvent)
      .then(tell);
  }

  async function record(answer: SessionStartAnswer): Promise<void> {
    if (!encoder || !camera) throw new AssetError('the encoder is not loaded');
    const { track } = camera;
    nonce = answer.nonce;
    capture = null;
    recorder = startRecorder(
      await encoder,
      {
        sessionId: client.sessionId,
        nonce,
        client: {
          name: '@bonafide/web',
          version: parts.version,
          userAgent: navigator.userAgent.slice(0, 512),
        },
        screen: {
          width: screen.width,
          height: screen.height,
          devicePixelRatio,
          orientation: screen.orientation?.type ?? 'unknown',
        },
        camera: {
          label: track.label.slice(0, 256),
          settings: { ...track.getSettings() },
          // Firefox before 132 has none.
          capabilities: {
            ...(track.getCapabilities as (() => MediaTrackCapabilities) | undefined)?.call(track),
          },
        },
      },
      performance.now(),
    );
  }

  /** Paints the challenge, and tells when a step or colour was really on the screen. */
  function animate(): void {
    if (flow.phase.name !== 'challenge') return;
    send({ kind: 'ticked', nowMs: performance.now() });
    const { phase } = flow as Flow;
    if (phase.name !== 'challenge') return;
    const { play } = phase;
    view.paint(play, performance.now());
    const state = `${nonce} ${play.index} ${play.colour}`;
    if (recorder && state !== painted) {
      painted = state;
      // The second of two nested animation frames comes after the painted one was put on the screen.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (state === painted) send({ kind: 'shown', nowMs: performance.now() });
        }),
      );
    }
    requestAnimationFrame(animate);
  }

  async function upload(): Promise<void> {
    clearTimeout(retryTimer);
    const made = await capture?.catch(() => null);
    if (!made) {
      send({ kind: 'failed', problem: 'captureFailed' });
      return;
    }
    const answer = await client.detect({ nonce, ...made, verifyImage }, (share) =>
      send({ kind: 'progressed', share }),
    );
    send({ kind: 'answered', ...answer });
  }

  const pageEvents: [EventTarget, string, () => void][] = [
    [
      document,
      'visibilitychange',
      () => {
        recorder?.note(document.visibilityState, performance.now());
        if (document.visibilityState === 'hidden') send({ kind: 'hidden' });
      },
    ],
    [window, 'blur', () => recorder?.note('blur', performance.now())],
    [window, 'focus', () => recorder?.note('focus', performance.now())],
    [window, 'pagehide', () => send({ kind: 'cancelled' })],
    [window, 'online', () => send({ kind: 'retryDue' })],
    // A turned device gives frames of another shape.
    [view.video, 'resize', () => send({ kind: 'rotated' })],
  ];
  for (const [target, type, listener] of pageEvents) target.addEventListener(type, listener);

  function finish(): void {
    for (const [target, type, listener] of pageEvents) target.removeEventListener(type, listener);
    clearTimeout(retryTimer);
    controller.abort(new DOMException('the check has ended', 'AbortError'));
    for (const helper of [finder, encoder]) void helper?.then((each) => each.close()).catch(() => undefined);
    const { phase } = flow;
    if (phase.name === 'done') settle({ ok: true, resultId: phase.resultId, digest: phase.digest });
    else if (phase.name === 'ended')
      settle({
        ok: false,
        livenessError: phase.livenessError,
        recognitionError: phase.recognitionError,
      });
  }

  view.show(flow);
  parts.onFlow(flow);
  // While the person reads. What is missing is told when they agree.
  load();
  return {
    send,
    chooseCamera(id) {
      deviceId = id;
      send({ kind: 'cameraChanged' });
    },
    ending,
  };
}

/** What an error of the world is to the flow. */
function toEvent(error: unknown): FlowEvent {
  if (error instanceof CameraError) return { kind: 'cameraFailed', fault: error.fault };
  if (error instanceof CallError) return { kind: 'callFailed', fault: error.fault };
  if (error instanceof AssetError) return { kind: 'failed', problem: 'assetsMissing' };
  return { kind: 'failed', problem: 'unsupported' };
}
