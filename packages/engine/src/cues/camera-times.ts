import type { CaptureMetadata } from '@bonafide/protocol';

/** A camera hands a frame over this long after it was taken, at most; ms. */
const MAX_DELAY_MS = 500;

/**
 * When the frames of a capture were taken, ms: by the camera's own times, where every frame has one that a camera can give
 * (in order, a little before the frame was handed over), else when they were handed over. Times that may be chosen freely
 * would let the frames of any coloured light be sorted into the order that was asked for.
 */
export function cameraTimes(frames: CaptureMetadata['frames']): number[] {
  const own = frames.map(({ captureTimeMs }) => captureTimeMs ?? NaN);
  const possible = frames.every(({ timeMs }, k) => {
    const [taken, before] = [own[k] ?? NaN, own[k - 1] ?? 0];
    return taken >= before && taken <= timeMs && taken >= timeMs - MAX_DELAY_MS;
  });
  return possible ? own : frames.map(({ timeMs }) => timeMs);
}
