import type { FrameMeta } from '@bonafide/protocol';
import type { CameraModel } from '../camera/camera.js';
import { normal, randomOf } from '../random.js';
import type { Size } from '../render-person.js';
import { round, type Script } from './script.js';

/** A frame that the client keeps: when the sensor took it, and what the client says of it. */
export interface TakenFrame {
  /** Middle of the read-out, ms. */
  sensorMs: number;
  meta: FrameMeta;
}

/** Refresh of the client's display: callbacks run at its beat. */
const VSYNC_MS = 1000 / 60;
/** More would make the file too large; `bonafide-capture/1` allows no more. */
const MAX_FRAMES = 36;
/** Fewer prove too little, likewise. */
const MIN_FRAMES = 12;

/**
 * The frames that a client keeps of a capture: of each moment of the script the next one that arrives, each frame once, with
 * stamps as `requestVideoFrameCallback` gives them.
 */
export function takeFrames(script: Script, camera: CameraModel, size: Size, seed: number): TakenFrame[] {
  const random = randomOf(seed, 'timing');
  const { periodMs, jitterMs, dropped } = camera.frame;
  const wanted = momentsOf(script);
  const beat = random() * VSYNC_MS;
  const reportsCapture = random() < 0.6;
  const first = random() * periodMs;
  const taken: TakenFrame[] = [];
  let next = 0;
  let presented = 1;
  for (let n = 0; next < wanted.length && taken.length < MAX_FRAMES; n++) {
    const sensorMs = first + n * periodMs + jitterMs * normal(random);
    const ready = sensorMs + camera.latencyMs + Math.abs(2 * jitterMs * normal(random));
    const timeMs = round(
      beat + Math.ceil((ready - beat) / VSYNC_MS) * VSYNC_MS + Math.abs(0.15 * normal(random)),
    );
    if (random() < dropped || sensorMs < 0) continue;
    presented++;
    // The frame shows what was before the camera a little earlier: a client waits for the frame, not for the moment.
    if (timeMs < (wanted[next] ?? Infinity)) continue;
    while (timeMs >= (wanted[next] ?? Infinity)) next++;
    const stepId = stepAt(script, timeMs);
    const lightIndex = lightAt(script, stepId, timeMs);
    taken.push({
      sensorMs,
      meta: {
        k: taken.length,
        timeMs,
        ...(reportsCapture && { captureTimeMs: round(Math.max(0, sensorMs)) }),
        mediaTimeMs: round(Math.max(0, sensorMs - first)),
        presentedFrames: presented,
        stepId,
        ...(lightIndex !== null && { lightIndex }),
        ...size,
      },
    });
  }
  return taken;
}

/** The times at which the client wants a picture; of a short challenge more than its steps need. */
function momentsOf({ moments, endMs }: Script): number[] {
  const times = moments.flatMap(({ timesMs }) => timesMs);
  const between = times.flatMap((timeMs, k) => [timeMs, (timeMs + (times[k + 1] ?? endMs)) / 2]);
  return times.length < MIN_FRAMES ? between : times;
}

function stepAt({ steps }: Script, timeMs: number): number {
  return (steps.findLast(({ shownAtMs }) => shownAtMs <= timeMs) ?? steps[0])?.id ?? 0;
}

function lightAt({ light, moments }: Script, stepId: number, timeMs: number): number | null {
  if (moments.find((one) => one.stepId === stepId)?.kind !== 'light') return null;
  return light.findLast(({ shownAtMs }) => shownAtMs <= timeMs)?.index ?? null;
}
