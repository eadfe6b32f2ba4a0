import type { Rgb } from '../colour.js';
import type { Fragments } from './rasterise.js';
import type { Surface, Texture } from './surface.js';

/** Colours of the light that falls on a scene, linear; 1 lights white paper that faces it to full exposure. */
export interface LightColours {
  ambient: Rgb;
  /** Of the screen at 40 cm, or of each row of the picture when it changes while the sensor is read out. */
  screen: Rgb | ((row: number) => Rgb);
}

/** Turns fragments into linear light, three numbers a pixel. Linear in both lights. */
export function shade(
  fragments: Fragments,
  surfaces: readonly Surface[],
  { ambient, screen }: LightColours,
  into: Float32Array,
): void {
  const { width, height, focal, nearness, surface, u, v } = fragments;
  const looks = new Float32Array(7);
  const [ambientRed, ambientGreen, ambientBlue] = ambient;
  for (let row = 0; row < height; row++) {
    const [screenRed, screenGreen, screenBlue] = typeof screen === 'function' ? screen(row) : screen;
    for (let at = row * width; at < (row + 1) * width; at++) {
      const material = surfaces[(surface[at] ?? 0) - 1]?.material;
      if (!material) {
        into.fill(0, 3 * at, 3 * at + 3);
        continue;
      }
      if (material.kind === 'matter') {
        readTexture(material.texture, u[at] ?? 0, v[at] ?? 0, looks);
        looks[4] = looks[5] = looks[6] = 0;
      } else material.look(u[at] ?? 0, v[at] ?? 0, focal * (nearness[at] ?? 0), row / height, looks);
      const a = fragments.ambient[at] ?? 0;
      const s = fragments.screen[at] ?? 0;
      const gloss = looks[3] ?? 0;
      const ga = gloss * (fragments.ambientGloss[at] ?? 0);
      const gs = gloss * (fragments.screenGloss[at] ?? 0);
      const red = looks[0] ?? 0;
      const green = looks[1] ?? 0;
      const blue = looks[2] ?? 0;
      into[3 * at] = (red * a + ga) * ambientRed + (red * s + gs) * screenRed + (looks[4] ?? 0);
      into[3 * at + 1] = (green * a + ga) * ambientGreen + (green * s + gs) * screenGreen + (looks[5] ?? 0);
      into[3 * at + 2] = (blue * a + ga) * ambientBlue + (blue * s + gs) * screenBlue + (looks[6] ?? 0);
    }
  }
}

/** Bilinear reading of a texture at (u, v), both 0..1. Unrolled: it runs for every pixel of every frame. */
export function readTexture(
  { width, height, texels }: Texture,
  u: number,
  v: number,
  into: Float32Array,
): void {
  const x = Math.max(0, Math.min(width - 1.001, u * (width - 1)));
  const y = Math.max(0, Math.min(height - 1.001, v * (height - 1)));
  const column = x | 0;
  const row = y | 0;
  const right = x - column;
  const low = y - row;
  const topRight = right * (1 - low);
  const bottomRight = right * low;
  const topLeft = 1 - low - topRight;
  const bottomLeft = low - bottomRight;
  const a = 4 * (row * width + column);
  const b = a + 4 * width;
  into[0] =
    (texels[a] ?? 0) * topLeft +
    (texels[a + 4] ?? 0) * topRight +
    (texels[b] ?? 0) * bottomLeft +
    (texels[b + 4] ?? 0) * bottomRight;
  into[1] =
    (texels[a + 1] ?? 0) * topLeft +
    (texels[a + 5] ?? 0) * topRight +
    (texels[b + 1] ?? 0) * bottomLeft +
    (texels[b + 5] ?? 0) * bottomRight;
  into[2] =
    (texels[a + 2] ?? 0) * topLeft +
    (texels[a + 6] ?? 0) * topRight +
    (texels[b + 2] ?? 0) * bottomLeft +
    (texels[b + 6] ?? 0) * bottomRight;
  into[3] =
    (texels[a + 3] ?? 0) * topLeft +
    (texels[a + 7] ?? 0) * topRight +
    (texels[b + 3] ?? 0) * bottomLeft +
    (texels[b + 7] ?? 0) * bottomRight;
}
