import { describe, expect, it } from 'vitest';
import { layStage } from './stage.js';

const PHONES = [
  { width: 360, height: 480 },
  { width: 390, height: 640 },
  { width: 430, height: 760 },
  { width: 1280, height: 560 },
];
const FRAMES = [
  { width: 480, height: 640 },
  { width: 720, height: 1280 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];

describe('the stage', () => {
  it('keeps every oval that a challenge can ask for in view, and shows no less than it must', () => {
    for (const stage of PHONES)
      for (const frame of FRAMES) {
        const { ellipse } = layStage(stage, frame);
        for (const centreX of [0.42, 0.58])
          for (const centreY of [0.44, 0.56]) {
            const { x, y, radiusX, radiusY } = ellipse({ centreX, centreY, width: 0.62 });
            expect(x - radiusX).toBeGreaterThanOrEqual(-0.5);
            expect(x + radiusX).toBeLessThanOrEqual(stage.width + 0.5);
            expect(y - radiusY).toBeGreaterThanOrEqual(-0.5);
            expect(y + radiusY).toBeLessThanOrEqual(stage.height + 0.5);
          }
      }
  });

  it('mirrors: what is left in the frame is right on the stage', () => {
    const { ellipse } = layStage({ width: 400, height: 600 }, { width: 480, height: 640 });
    expect(ellipse({ centreX: 0.3, centreY: 0.5, width: 0.4 }).x).toBeGreaterThan(200);
  });

  it('does not distort the picture', () => {
    for (const stage of PHONES)
      for (const frame of FRAMES) {
        const { video } = layStage(stage, frame);
        expect(video.width / video.height).toBeCloseTo(frame.width / frame.height, 6);
      }
  });
});
