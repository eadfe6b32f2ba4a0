import type { Frame } from './decode.js';

/** A rectangle in px of a frame; edges, not pixel centres, and fractions allowed. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** How a network wants its pixels: planar, `value * scale + shift` for bytes 0..255. */
export interface TensorFormat {
  order: 'rgb' | 'bgr';
  scale: number;
  shift: number;
}

/** What is seen outside the frame: its nearest edge, or one colour. */
export type Outside = 'edge' | readonly [number, number, number];

/**
 * Maps target pixels to a frame: (x, y) of the target -> (a x + b y + c, d x + e y + f) of the frame, both with pixel
 * centres at halves.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The map that shows `box` of a frame on a target of `width` x `height`. */
export function boxToTarget(box: Box, width: number, height: number): Affine {
  return [box.width / width, 0, box.left, 0, box.height / height, box.top];
}

/**
 * Samples a frame bilinearly, without antialiasing, into a new planar tensor of 3 x `height` x `width`. It reads the frame's
 * bytes and writes the network's floats in one go: at a hundred crops a clip nothing in between is affordable.
 */
export function sampleTensor(
  frame: Frame,
  [a, b, c, d, e, f]: Affine,
  width: number,
  height: number,
  format: TensorFormat,
  outside: Outside = 'edge',
): Float32Array {
  const { rgb, width: frameWidth, height: frameHeight } = frame;
  const plane = width * height;
  const tensor = new Float32Array(3 * plane);
  const { scale, shift } = format;
  const redAt = format.order === 'rgb' ? 0 : 2 * plane;
  const blueAt = 2 * plane - redAt;
  const lastX = frameWidth - 1;
  const lastY = frameHeight - 1;
  const stride = 3 * frameWidth;
  for (let y = 0, at = 0; y < height; y++) {
    let sourceX = a * 0.5 + b * (y + 0.5) + c - 0.5;
    let sourceY = d * 0.5 + e * (y + 0.5) + f - 0.5;
    for (let x = 0; x < width; x++, at++, sourceX += a, sourceY += d) {
      if (
        outside !== 'edge' &&
        (sourceX < -0.5 || sourceY < -0.5 || sourceX > lastX + 0.5 || sourceY > lastY + 0.5)
      ) {
        tensor[at + redAt] = outside[0] * scale + shift;
        tensor[at + plane] = outside[1] * scale + shift;
        tensor[at + blueAt] = outside[2] * scale + shift;
        continue;
      }
      const insideX = sourceX < 0 ? 0 : sourceX > lastX ? lastX : sourceX;
      const insideY = sourceY < 0 ? 0 : sourceY > lastY ? lastY : sourceY;
      const x0 = insideX | 0;
      const y0 = insideY | 0;
      const right = insideX - x0;
      const below = insideY - y0;
      const p00 = stride * y0 + 3 * x0;
      const p10 = x0 < lastX ? p00 + 3 : p00;
      const p01 = y0 < lastY ? p00 + stride : p00;
      const p11 = p01 + p10 - p00;
      const w11 = right * below;
      const w10 = right - w11;
      const w01 = below - w11;
      const w00 = 1 - right - w01;
      // Every index is in range by the clamps above; the fallbacks only satisfy the compiler.
      const red =
        w00 * (rgb[p00] ?? 0) + w10 * (rgb[p10] ?? 0) + w01 * (rgb[p01] ?? 0) + w11 * (rgb[p11] ?? 0);
      const green =
        w00 * (rgb[p00 + 1] ?? 0) +
        w10 * (rgb[p10 + 1] ?? 0) +
        w01 * (rgb[p01 + 1] ?? 0) +
        w11 * (rgb[p11 + 1] ?? 0);
      const blue =
        w00 * (rgb[p00 + 2] ?? 0) +
        w10 * (rgb[p10 + 2] ?? 0) +
        w01 * (rgb[p01 + 2] ?? 0) +
        w11 * (rgb[p11 + 2] ?? 0);
      tensor[at + redAt] = red * scale + shift;
      tensor[at + plane] = green * scale + shift;
      tensor[at + blueAt] = blue * scale + shift;
    }
  }
  return tensor;
}

/** Samples the luma (ITU-R BT.601) of a frame like {@link sampleTensor}: `height` x `width` values of 0..255. */
export function sampleLuma(frame: Frame, map: Affine, width: number, height: number): Float32Array {
  const plane = width * height;
  const colours = sampleTensor(frame, map, width, height, { order: 'rgb', scale: 1, shift: 0 });
  const luma = colours.slice(0, plane);
  for (let at = 0; at < plane; at++)
    luma[at] =
      0.299 * (colours[at] ?? 0) +
      0.587 * (colours[at + plane] ?? 0) +
      0.114 * (colours[at + 2 * plane] ?? 0);
  return luma;
}

/** Mean colour of a frame, 0..255, from every 8th pixel of every 8th row: exact enough for a border. */
export function meanColour({ rgb, width, height }: Frame): [number, number, number] {
  const step = 8;
  let red = 0;
  let green = 0;
  let blue = 0;
  let count = 0;
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      const at = 3 * (y * width + x);
      red += rgb[at] ?? 0;
      green += rgb[at + 1] ?? 0;
      blue += rgb[at + 2] ?? 0;
      count++;
    }
  }
  return [red / count, green / count, blue / count];
}
