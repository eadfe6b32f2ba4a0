import { describe, expect, it } from 'vitest';
import { fitHomography, invert, project, warpLuma } from './homography.js';

const MAP = [1.1, 0.05, 12, -0.08, 0.9, -7, 4e-4, -3e-4];
const POINTS = Array.from({ length: 12 }, (_, k) => ({
  x: 40 * (k % 4),
  y: 35 * Math.floor(k / 4) + 3 * (k % 3),
}));

describe('a homography', () => {
  it('takes a point where its nine numbers say', () => {
    // (1.1 * 10 + 0.05 * 20 + 12) / (4e-3 - 6e-3 + 1) = 24 / 0.998.
    expect(project(MAP, { x: 10, y: 20 }).x).toBeCloseTo(24 / 0.998, 9);
    expect(project(MAP, { x: 10, y: 20 }).y).toBeCloseTo((-0.8 + 18 - 7) / 0.998, 9);
  });

  it('goes back where it came from', () => {
    const back = invert(MAP);
    if (!back) throw new Error('the map is regular');
    for (const point of POINTS) {
      const { x, y } = project(back, project(MAP, point));
      expect(x).toBeCloseTo(point.x, 6);
      expect(y).toBeCloseTo(point.y, 6);
    }
    expect(invert([1, 2, 0, 2, 4, 0, 0, 0])).toBeNull();
  });

  it('is found from points and where they went, and not from points on a line', () => {
    const found = fitHomography(
      POINTS,
      POINTS.map((point) => project(MAP, point)),
    );
    found?.forEach((value, k) => expect(value).toBeCloseTo(MAP[k] ?? NaN, 6));
    expect(found).toHaveLength(8);
    const line = [0, 1, 2, 3, 4].map((x) => ({ x, y: 2 * x }));
    expect(fitHomography(line, line)).toBeNull();
  });

  it('shows luma from the place that it names, between pixels too, and nothing outside of the frame', () => {
    const rgb = new Uint8Array(new SharedArrayBuffer(3 * 16));
    for (let k = 0; k < 16; k++) rgb.set([10 * (k % 4), 40 * Math.floor(k / 4), 0], 3 * k);
    const frame = { index: 0, timeMs: 0, width: 4, height: 4, rgb, uploaded: { width: 4, height: 4 } };
    // Pixel (0, 0) of the result shows the frame at (1.75, 1.25): between the middles of pixels 1 and 2, and 0 and 1.
    const [value] = warpLuma(frame, [1, 0, 1.75, 0, 1, 1.25, 0, 0], 1, 1).values;
    expect(value).toBeCloseTo(0.299 * 12.5 + 0.587 * 30, 4);
    expect(warpLuma(frame, [1, 0, 9, 0, 1, 1, 0, 0], 1, 1).values[0]).toBeNaN();
  });
});
