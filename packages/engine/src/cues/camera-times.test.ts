import { describe, expect, it } from 'vitest';
import { cameraTimes } from './camera-times.js';

const framesOf = (...times: [handedOver: number, taken?: number][]) =>
  times.map(([timeMs, captureTimeMs], k) => ({
    k,
    timeMs,
    ...(captureTimeMs !== undefined && { captureTimeMs }),
    stepId: 0,
    width: 480,
    height: 640,
  }));

describe('the times at which frames were taken', () => {
  it("are the camera's own", () => {
    expect(cameraTimes(framesOf([100, 40], [200, 170], [300, 240]))).toEqual([40, 170, 240]);
  });

  it.each([
    ['one is missing', framesOf([100, 40], [200], [300, 240])],
    ['they go back', framesOf([100, 90], [200, 80], [300, 240])],
    ['one lies after the frame was handed over', framesOf([100, 40], [200, 210], [300, 240])],
    ['one lies far before that', framesOf([900, 40], [1000, 960], [1100, 1040])],
  ])('are those at which they were handed over where %s', (_, frames) => {
    expect(cameraTimes(frames)).toEqual(frames.map(({ timeMs }) => timeMs));
  });
});
