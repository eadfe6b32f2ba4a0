import { expect, it } from 'vitest';
import type { Frame } from './decode.js';
import { LANDMARKS, type Mesh } from './mesh.js';
import { measureSkinTone, typologyAngle } from './skin-tone.js';

const linear = (byte: number) =>
  byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
const angleOf = (r: number, g: number, b: number) => typologyAngle([linear(r), linear(g), linear(b)]);

it.each([
  // CIELAB worked out apart: L* 80.29 b* 18.60; L* 60.23 b* 21.44; L* 31.40 b* 16.87.
  [[227, 193, 165], 58.45],
  [[175, 138, 108], 25.5],
  [[98, 67, 48], -47.78],
] as const)('gives the angle of the skin colour %j', ([r, g, b], degrees) => {
  expect(angleOf(r, g, b)).toBeCloseTo(degrees, 1);
});

it('falls as the same skin gets darker', () => {
  const angles = [230, 180, 130, 80].map((level) => angleOf(level, level * 0.8, level * 0.65));
  expect(angles).toEqual([...angles].sort((one, other) => other - one));
});

it('reads the cheeks of a mesh, wherever in the frame they are', () => {
  const [width, height] = [60, 40];
  const rgb = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  for (let k = 0; k < width * height; k++) rgb.set(k % width < 30 ? [227, 193, 165] : [98, 67, 48], 3 * k);
  const meshAt = (x: number): Mesh => {
    const points = new Float32Array(3 * LANDMARKS);
    for (let k = 0; k < LANDMARKS; k++) points.set([x, 20, 0], 3 * k);
    return { points, flag: 1 };
  };
  const frame: Frame = { index: 0, timeMs: 0, rgb, width, height, uploaded: { width, height } };
  expect(measureSkinTone(frame, meshAt(10))).toBeCloseTo(58.45, 1);
  expect(measureSkinTone(frame, meshAt(50))).toBeCloseTo(-47.78, 1);
});
