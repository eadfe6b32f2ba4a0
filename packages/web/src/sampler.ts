/** Pixels of a picture, RGBA, 8 bits each, rows from the top. */
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** Carries a place (u, v) of the sample to the picture: x = a u + b v + c, y = d u + e v + f; px. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * A square part of a picture as a network takes it: rows of red, green, blue, each `value * scale + shift`. Between pixels
 * it interpolates; outside the picture is black.
 * @param side of the result, px
 */
export function sampleRgb(
  { data, width, height }: Pixels,
  [a, b, c, d, e, f]: Affine,
  side: number,
  { scale, shift }: { scale: number; shift: number },
): Float32Array {
  const result = new Float32Array(side * side * 3);
  let at = 0;
  for (let v = 0; v < side; v++)
    for (let u = 0; u < side; u++, at += 3) {
      // Centres of pixels lie half a pixel from their corners.
      const x = a * (u + 0.5) + b * (v + 0.5) + c - 0.5;
      const y = d * (u + 0.5) + e * (v + 0.5) + f - 0.5;
      if (x <= -1 || y <= -1 || x >= width || y >= height) {
        result.fill(shift, at, at + 3);
        continue;
      }
      const left = Math.floor(x);
      const top = Math.floor(y);
      const right = Math.min(left + 1, width - 1);
      const bottom = Math.min(top + 1, height - 1);
      const toRight = x - left;
      const toBottom = y - top;
      const upper = Math.max(top, 0) * width;
      const lower = bottom * width;
      const from = Math.max(left, 0);
      for (let channel = 0; channel < 3; channel++) {
        const value = (place: number) => data[4 * place + channel] ?? 0;
        const above = value(upper + from) * (1 - toRight) + value(upper + right) * toRight;
        const below = value(lower + from) * (1 - toRight) + value(lower + right) * toRight;
        result[at + channel] = (above * (1 - toBottom) + below * toBottom) * scale + shift;
      }
    }
  return result;
}
