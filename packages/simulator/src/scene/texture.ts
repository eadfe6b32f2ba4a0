import type { Rgb } from '../colour.js';
import type { Texture } from './surface.js';

/** Paints a texture place by place. */
export function paintTexture(
  width: number,
  height: number,
  paint: (u: number, v: number) => { colour: Rgb; gloss: number },
): Texture {
  const texels = new Float32Array(4 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const { colour, gloss } = paint(column / (width - 1), row / (height - 1));
      texels.set(colour, 4 * (row * width + column));
      texels[4 * (row * width + column) + 3] = gloss;
    }
  }
  return { width, height, texels };
}
