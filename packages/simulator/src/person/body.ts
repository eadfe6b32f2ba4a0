import { smoothNoise, smoothStep } from '../noise.js';
import { createSurface, updateNormals, type Surface } from '../scene/surface.js';
import { paintTexture } from '../scene/texture.js';
import type { Genes } from './genes.js';

/** Neck, shoulders and chest in one surface that goes around; head coordinates, cm. */
export function createBody(genes: Genes): Surface {
  const { skin, cloth, seed } = genes;
  const collar = 0.3;
  const weave = 40 + 60 * smoothStep(0, 1, (smoothNoise(seed, 3, 5) + 1) / 2);
  const texture = paintTexture(128, 192, (u, v) => {
    const neck = smoothStep(collar + 0.006, collar - 0.006, v + 0.03 * Math.cos(u * 4 * Math.PI));
    const light = 1 + 0.06 * smoothNoise(u * 90, v * 60, seed + 93);
    const stripe = 0.9 + 0.1 * Math.sin(v * weave * 6) + 0.08 * smoothNoise(u * 200, v * 140, seed + 95);
    return neck > 0.5
      ? { colour: [skin[0] * light, skin[1] * light, skin[2] * light], gloss: 0.03 }
      : { colour: [cloth[0] * stripe, cloth[1] * stripe, cloth[2] * stripe], gloss: 0.01 };
  });
  const surface = createSurface(48, 40, { kind: 'matter', texture });
  for (let row = 0; row < surface.rows; row++) {
    const v = row / (surface.rows - 1);
    // Down the neck, out over the shoulders, down the chest.
    const out = smoothStep(0.22, 0.62, v);
    const down = v < 0.3 ? -5 - 24 * v : -12.2 - 5 * smoothStep(0.3, 0.62, v) - 60 * Math.max(0, v - 0.55);
    const halfWidth = 5.4 + 15 * out;
    const depth = 5.2 + 4.5 * out;
    for (let column = 0; column < surface.columns; column++) {
      const angle = -Math.PI + 2 * Math.PI * (column / (surface.columns - 1));
      const at = 3 * (row * surface.columns + column);
      surface.points[at] = halfWidth * Math.sin(angle);
      surface.points[at + 1] = down;
      surface.points[at + 2] = -4.5 + depth * Math.cos(angle);
      // The chin's shadow.
      surface.openness[row * surface.columns + column] = 0.4 + 0.6 * smoothStep(0.12, 0.4, v);
    }
  }
  updateNormals(surface);
  return surface;
}
