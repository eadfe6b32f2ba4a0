import type { Rgb } from '../colour.js';
import { smoothNoise } from '../noise.js';
import type { Prop } from '../render-person.js';
import type { Placement } from '../scene/placement.js';
import { createSurface, updateNormals, type Surface } from '../scene/surface.js';
import { paintTexture } from '../scene/texture.js';

/** A thumb that holds a sheet at its edge: a capsule of skin on the sheet's front; x and y of its tip in cm. */
export function createThumb(
  skin: Rgb,
  seed: number,
  tip: { x: number; y: number; angleDeg: number },
): Surface {
  const texture = paintTexture(48, 64, (u, v) => {
    const crease =
      1 + 0.06 * smoothNoise(u * 4, v * 30, seed + 21) + 0.05 * smoothNoise(u * 20, v * 24, seed + 23);
    return { colour: [skin[0] * crease, skin[1] * crease, skin[2] * crease], gloss: 0.04 };
  });
  const surface = createSurface(13, 21, { kind: 'matter', texture });
  const [along, across] = [6.5, 1.05];
  const turn = (tip.angleDeg * Math.PI) / 180;
  for (let row = 0; row < surface.rows; row++) {
    const t = row / (surface.rows - 1);
    const radius = across * Math.sqrt(Math.max(0.02, Math.min(1, 5 * t)));
    for (let column = 0; column < surface.columns; column++) {
      const around = Math.PI * (column / (surface.columns - 1) - 0.5);
      const [x, y] = [radius * Math.sin(around), -along * t];
      surface.points.set(
        [
          tip.x + x * Math.cos(turn) - y * Math.sin(turn),
          tip.y + x * Math.sin(turn) + y * Math.cos(turn),
          0.15 + radius * Math.cos(around),
        ],
        3 * (row * surface.columns + column),
      );
    }
  }
  updateNormals(surface);
  return surface;
}

/** Thumbs at the lower left and right edges of a sheet, which move with it. */
export function thumbs(
  skin: Rgb,
  seed: number,
  { widthCm, heightCm }: { widthCm: number; heightCm: number },
): (placement: Placement) => Prop[] {
  const low = -heightCm * 0.5 + 2 + 2 * smoothNoise(seed * 0.37, 1, 31);
  const surfaces = [
    createThumb(skin, seed, { x: -widthCm / 2 + 1.4, y: low, angleDeg: -55 }),
    createThumb(skin, seed + 1, { x: widthCm / 2 - 1.4, y: low, angleDeg: 55 }),
  ];
  return (placement) => surfaces.map((surface) => ({ surface, placement }));
}
