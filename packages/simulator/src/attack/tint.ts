import type { TakenFrame } from '../clip/timing.js';
import { toByte, toLinear } from '../colour.js';
import { smoothStep } from '../noise.js';
import { between, randomOf } from '../random.js';
import type { Picture } from '../setting.js';
import type { Stage } from '../stage.js';

/** Where the tint ends and where it is whole, in radii of the face. */
const EDGE = { outer: 1.25, inner: 0.9 };
const LINEAR = Float32Array.from({ length: 256 }, (_, value) => toLinear(value / 255));

/** Pictures whose faces are tinted, in an oval with a soft edge, with the colour that the screen showed some time before. */
export function tinted(
  pictures: readonly Picture[],
  frames: readonly TakenFrame[],
  { script, setting }: Stage,
): Picture[] {
  const random = randomOf(setting.seed, 'tint');
  const delayMs = between(random, 100, 400);
  const strength = setting.screenShare * between(random, 0.8, 1.3);
  return pictures.map((picture, k) => {
    const timeMs = frames[k]?.sensorMs ?? 0;
    const face = script.stateAt(timeMs);
    // The light of a screen falls with the square of the distance.
    const near = strength * (face.faceWidth / 0.4) ** 2;
    const colour = script.screenAt(timeMs - delayMs).map((light) => near * light);
    return tint(picture, face, colour);
  });
}

function tint(
  { rgb, width, height }: Picture,
  face: { faceCentreX: number; faceCentreY: number; faceWidth: number },
  colour: readonly number[],
): Picture {
  const out = rgb.slice();
  const radius = (face.faceWidth * Math.min(width, height)) / 2;
  const [centreX, centreY] = [face.faceCentreX * width, face.faceCentreY * height];
  const [reachX, reachY] = [EDGE.outer * radius, EDGE.outer * 1.4 * radius];
  const [left, right] = [Math.max(0, Math.ceil(centreX - reachX)), Math.min(width, centreX + reachX)];
  const [top, bottom] = [Math.max(0, Math.ceil(centreY - reachY)), Math.min(height, centreY + reachY)];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const dx = (x - centreX) / radius;
      const dy = (y - centreY) / (1.4 * radius);
      const share = smoothStep(EDGE.outer, EDGE.inner, Math.sqrt(dx * dx + dy * dy));
      if (share === 0) continue;
      for (let c = 0, k = 3 * (y * width + x); c < 3; c++, k++)
        out[k] = toByte((LINEAR[rgb[k] ?? 0] ?? 0) * (1 + share * (colour[c] ?? 0)));
    }
  return { rgb: out, width, height };
}
