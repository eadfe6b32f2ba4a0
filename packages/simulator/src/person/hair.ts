import { fractalNoise, smoothNoise, smoothStep } from '../noise.js';
import type { Surface } from '../scene/surface.js';
import { createSurface, updateNormals } from '../scene/surface.js';
import { paintTexture } from '../scene/texture.js';
import type { Genes } from './genes.js';

/** Share of a place of the head that hair covers, 0..1. */
export function hairCover({ hairStyle, hairline, seed }: Genes, angle: number, y: number): number {
  if (hairStyle === 'bald') return 0;
  const around = (Math.abs(angle) * 180) / Math.PI;
  // Lowest height of the hair: over the forehead, down the temples, before and behind the ears, at the neck.
  const temple = smoothStep(20, 62, around);
  const ear = smoothStep(58, 76, around);
  const neck = smoothStep(100, 122, around);
  const low = hairline - 1.3 * temple - 3 * ear - 9.5 * neck;
  const ragged =
    0.4 * fractalNoise(angle * 7, y * 0.4, seed + 81, 2) + 0.15 * smoothNoise(angle * 40, y * 0.5, seed + 83);
  return smoothStep(low - 0.5, low + 0.6, y + ragged);
}

/** How far the hair stands off the skin, cm. */
export function hairThickness({ hairStyle, seed }: Genes, angle: number, y: number): number {
  const full = { short: 1.15, long: 1.5, cropped: 0.25, bald: 0 }[hairStyle];
  return full * (1 + 0.3 * fractalNoise(angle * 3, y * 0.6, seed + 85, 2)) * smoothStep(1, 9, y + 4);
}

/** Long hair that falls behind and beside the face; null where there is none. */
export function createCurtain(genes: Genes): Surface | null {
  if (genes.hairStyle !== 'long') return null;
  const { seed, hair } = genes;
  const texture = paintTexture(256, 128, (u, v) => {
    const across = u * 60 + 0.8 * Math.sin(v * 6);
    const light =
      (0.85 +
        0.45 * smoothNoise(across, v * 3, seed + 87) +
        0.3 * smoothNoise(across * 3, v * 5, seed + 89)) *
      (0.75 + 0.25 * v);
    return { colour: [hair[0] * light, hair[1] * light, hair[2] * light], gloss: 0.05 };
  });
  const surface = createSurface(40, 24, { kind: 'matter', texture });
  const from = (68 * Math.PI) / 180;
  for (let row = 0; row < surface.rows; row++) {
    const v = row / (surface.rows - 1);
    const y = 9.5 - 25 * v;
    for (let column = 0; column < surface.columns; column++) {
      // From the subject's left ear around the back to the right one: its inside faces the camera.
      const angle = 2 * Math.PI - from - (2 * Math.PI - 2 * from) * (column / (surface.columns - 1));
      const radius =
        8.6 +
        1.6 * smoothStep(0, 0.4, v) -
        0.8 * smoothStep(0.6, 1, v) +
        0.5 * smoothNoise(angle * 5, v * 4, seed + 91);
      const at = 3 * (row * surface.columns + column);
      surface.points[at] = radius * Math.sin(angle);
      surface.points[at + 1] = y;
      surface.points[at + 2] = -3 + 1.05 * radius * Math.cos(angle);
    }
  }
  updateNormals(surface);
  return surface;
}
