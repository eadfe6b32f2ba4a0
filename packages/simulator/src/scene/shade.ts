import type { Rgb } from '../colour.js';
import { LOOKS, type Fragments } from './rasterise.js';
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
  const { width, height, focal, nearness, surface, looks: seen } = fragments;
  const looks = new Float32Array(7);
  const [ambientRed, ambientGreen, ambientBlue] = ambient;
  for (let row = 0; row < height; row++) {
    const [screenRed, screenGreen, screenBlue] = typeof screen === 'function' ? screen(row) : screen;
    const end = (row + 1) * width;
    for (let at = row * width; at < end;) {
      // Neighbours are mostly of one surface.
      const number = surface[at] ?? 0;
      const material = surfaces[number - 1]?.material;
      const first = at;
      while (at < end && surface[at] === number) at++;
      if (!material) {
        into.fill(0, 3 * first, 3 * at);
        continue;
      }
      looks[4] = looks[5] = looks[6] = 0;
      const texture = material.kind === 'matter' ? material.texture : null;
      const texels = texture?.texels ?? NOTHING;
      const across = texture ? texture.width - 1 : 0;
      const down = texture ? texture.height - 1 : 0;
      for (let k = first, from = LOOKS * first, to = 3 * first; k < at; k++, from += LOOKS, to += 3) {
        let red, green, blue, gloss;
        if (material.kind === 'matter') {
          // readTexture, written out: most pixels are read here.
          const x = clamped((seen[from] ?? 0) * across, across);
          const y = clamped((seen[from + 1] ?? 0) * down, down);
          const column = x | 0;
          const line = y | 0;
          const right = x - column;
          const low = y - line;
          const topRight = right * (1 - low);
          const bottomRight = right * low;
          const topLeft = 1 - low - topRight;
          const bottomLeft = low - bottomRight;
          const a = 4 * (line * (across + 1) + column);
          const b = a + 4 * (across + 1);
          red =
            (texels[a] ?? 0) * topLeft +
            (texels[a + 4] ?? 0) * topRight +
            (texels[b] ?? 0) * bottomLeft +
            (texels[b + 4] ?? 0) * bottomRight;
          green =
            (texels[a + 1] ?? 0) * topLeft +
            (texels[a + 5] ?? 0) * topRight +
            (texels[b + 1] ?? 0) * bottomLeft +
            (texels[b + 5] ?? 0) * bottomRight;
          blue =
            (texels[a + 2] ?? 0) * topLeft +
            (texels[a + 6] ?? 0) * topRight +
            (texels[b + 2] ?? 0) * bottomLeft +
            (texels[b + 6] ?? 0) * bottomRight;
          gloss = texels[a + 3] ?? 0;
        } else {
          material.look(
            seen[from] ?? 0,
            seen[from + 1] ?? 0,
            focal * (nearness[k] ?? 0),
            row / height,
            looks,
          );
          red = looks[0] ?? 0;
          green = looks[1] ?? 0;
          blue = looks[2] ?? 0;
          gloss = looks[3] ?? 0;
        }
        const a = seen[from + 2] ?? 0;
        const s = seen[from + 3] ?? 0;
        const ga = gloss * (seen[from + 4] ?? 0);
        const gs = gloss * (seen[from + 5] ?? 0);
        into[to] = (red * a + ga) * ambientRed + (red * s + gs) * screenRed + (looks[4] ?? 0);
        into[to + 1] = (green * a + ga) * ambientGreen + (green * s + gs) * screenGreen + (looks[5] ?? 0);
        into[to + 2] = (blue * a + ga) * ambientBlue + (blue * s + gs) * screenBlue + (looks[6] ?? 0);
      }
    }
  }
}

const NOTHING = new Float32Array();

/** A place of a texture whose right and lower neighbours exist. */
function clamped(at: number, last: number): number {
  return at > 0 ? (at < last - 0.001 ? at : last - 0.001) : 0;
}

/** Bilinear reading of a texture at (u, v), both 0..1. Unrolled: it runs for every pixel of every frame. */
export function readTexture(
  { width, height, texels }: Texture,
  u: number,
  v: number,
  into: Float32Array,
): void {
  const x = clamped(u * (width - 1), width - 1);
  const y = clamped(v * (height - 1), height - 1);
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
