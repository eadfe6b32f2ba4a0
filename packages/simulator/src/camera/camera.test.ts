import { describe, expect, it } from 'vitest';
import { toByte } from '../colour.js';
import { blur, gaussianWeights } from './blur.js';
import { Camera, drawCamera, type CameraModel } from './camera.js';

const SIZE = { width: 64, height: 48 };
/** A camera without a fault; tests give it one each. */
const PERFECT: CameraModel = {
  ...drawCamera(1, 0.6),
  blurPx: 0,
  vignetting: 0,
  noise: { read: 0, shot: 0 },
  exposure: { target: 0.2, tauMs: 400 },
  whiteBalance: { strength: 0, tauMs: 1000 },
  sharpening: 0,
};

/** An even light. */
const even = (red: number, green = red, blue = red) =>
  Float32Array.from({ length: 3 * SIZE.width * SIZE.height }, (_, k) => [red, green, blue][k % 3] ?? 0);
const camera = (faults: Partial<CameraModel> = {}) => new Camera({ ...PERFECT, ...faults }, SIZE, 1);
const mean = (bytes: Uint8ClampedArray, channel: number) => {
  let sum = 0;
  for (let k = channel; k < bytes.length; k += 3) sum += bytes[k] ?? 0;
  return (3 * sum) / bytes.length;
};
const deviation = (bytes: Uint8ClampedArray, channel: number) => {
  const middle = mean(bytes, channel);
  let sum = 0;
  for (let k = channel; k < bytes.length; k += 3) sum += ((bytes[k] ?? 0) - middle) ** 2;
  return Math.sqrt((3 * sum) / bytes.length);
};

describe('Camera', () => {
  it('exposes the first frame to its target, whatever the light', () => {
    for (const light of [0.02, 0.3, 5]) expect(camera().take(even(light), 0)[100]).toBe(toByte(0.2));
  });

  it('follows a change of the light by 63 % of its logarithm in one time constant', () => {
    const one = camera();
    one.take(even(0.1), 0);
    const light = (0.2 / 0.1) * 0.2;
    const expected = light * (0.2 / light) ** (1 - Math.exp(-1));
    expect(one.take(even(0.2), 400)[100]).toBe(toByte(expected));
  });

  it('takes a colour cast away by the strength of its white balance, in time', () => {
    const half = camera({ whiteBalance: { strength: 0.5, tauMs: 1000 } });
    const first = half.take(even(0.4, 0.2, 0.2), 0);
    expect(mean(first, 0) / mean(first, 1)).toBeLessThan(toByte(0.4) / toByte(0.2));
    expect(mean(first, 0)).toBeGreaterThan(mean(first, 1));
    const whole = camera({ whiteBalance: { strength: 1, tauMs: 1000 } }).take(even(0.4, 0.2, 0.2), 0);
    expect(mean(whole, 0)).toBeCloseTo(mean(whole, 1), 0);
  });

  it('adds noise that grows with the square root of the light, new in each frame and the same for the same seed', () => {
    const noisy = { noise: { read: 0, shot: 1e-4 }, exposure: { target: 0.2, tauMs: 1e9 } };
    const one = camera(noisy);
    const first = one.take(even(0.2), 0);
    const second = one.take(even(0.2), 33);
    // Shot noise of sqrt(1e-4 * 0.2) = 0.0045 in linear light, about 1.2 steps of sRGB at this level.
    const slope = (toByte(0.21) - toByte(0.19)) / 0.02;
    expect(deviation(first, 1)).toBeCloseTo(slope * Math.sqrt(1e-4 * 0.2), 0);
    expect(second).not.toEqual(first);
    expect(camera(noisy).take(even(0.2), 0)).toEqual(first);
    const dim = camera({ noise: { read: 0, shot: 1e-4 } }).take(even(0.002), 0);
    expect(deviation(dim, 1)).toBeGreaterThan(3 * deviation(first, 1));
  });

  it('darkens the corners by its vignetting', () => {
    const corners = camera({ vignetting: 0.3, exposure: { target: 0.2, tauMs: 1 } }).take(even(0.2), 0);
    const middle = corners[3 * (24 * 64 + 32)] ?? 0;
    expect(corners[0]).toBeLessThan(middle - 10);
  });

  it('blurs along a movement and not across it', () => {
    const edge = (vertical: boolean) =>
      Float32Array.from({ length: 3 * SIZE.width * SIZE.height }, (_, k) => {
        const [x, y] = [Math.floor(k / 3) % SIZE.width, Math.floor(k / 3 / SIZE.width)];
        return (vertical ? x >= 32 : y >= 24) ? 0.4 : 0.1;
      });
    const grey = (bytes: Uint8ClampedArray) => new Set(bytes).size;
    expect(grey(camera().take(edge(true), 0, { x: 12, y: 0 }))).toBeGreaterThan(6);
    expect(grey(camera().take(edge(false), 0, { x: 12, y: 0 }))).toBe(2);
  });

  it('overshoots at edges when it sharpens', () => {
    const edge = Float32Array.from({ length: 3 * SIZE.width * SIZE.height }, (_, k) =>
      Math.floor(k / 3) % SIZE.width >= 32 ? 0.4 : 0.1,
    );
    const plain = camera().take(edge.slice(), 0);
    const sharp = camera({ sharpening: 0.5 }).take(edge.slice(), 0);
    expect(Math.max(...sharp)).toBeGreaterThan(Math.max(...plain));
    expect(Math.min(...sharp)).toBeLessThan(Math.min(...plain));
  });
});

describe('drawCamera', () => {
  it('exposes longer and at a lower rate in the dark, and never longer than a frame lasts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [bright, dark] = [drawCamera(seed, 0.8), drawCamera(seed, 0.03)];
      expect(dark.exposureMs).toBeGreaterThan(bright.exposureMs);
      expect(dark.frame.periodMs).toBeGreaterThan(bright.frame.periodMs);
      for (const { exposureMs, frame } of [bright, dark])
        expect(exposureMs).toBeLessThanOrEqual(frame.periodMs);
    }
  });
});

describe('blur', () => {
  it('keeps the sum of the light, also at the edges', () => {
    for (const sigma of [0, 0.3, 0.7, 2.5]) {
      const [centre = 0, ...half] = gaussianWeights(sigma);
      expect(centre + 2 * half.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    }
    const flat = even(0.3);
    blur(flat, SIZE, { x: 2, y: 1 }, new Float32Array(flat.length));
    expect(Math.min(...flat)).toBeCloseTo(0.3, 5);
    expect(Math.max(...flat)).toBeCloseTo(0.3, 5);
  });

  it('spreads a point by its standard deviation, less the little that is cut off', () => {
    const picture = new Float32Array(41 * 41);
    picture[20 * 41 + 20] = 1;
    blur(picture, { width: 41, height: 41 }, { x: 2, y: 3 }, new Float32Array(picture.length));
    const spread = (of: (k: number) => number) =>
      Math.sqrt(picture.reduce((sum, value, k) => sum + value * (of(k) - 20) ** 2, 0));
    expect(spread((k) => k % 41)).toBeCloseTo(1.95, 1);
    expect(spread((k) => Math.floor(k / 41))).toBeCloseTo(2.9, 1);
  });
});
