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
 * Samples a frame bilinearly, without antialiasing, into a new planar tensor of 3 x `height` x `width`.
 * Straight maps (b = d = 0) take a faster way with the same result.
 */
export function sampleTensor(
  frame: Frame,
  map: Affine,
  width: number,
  height: number,
  format: TensorFormat,
  outside: Outside = 'edge',
): Float32Array {
  const plane = width * height;
  const tensor = new Float32Array(3 * plane);
  const first = format.order === 'rgb' ? 0 : 2;
  const { scale, shift } = format;
  const put = (at: number, red: number, green: number, blue: number) => {
    tensor[at + first * plane] = red * scale + shift;
    tensor[at + plane] = green * scale + shift;
    tensor[at + (2 - first) * plane] = blue * scale + shift;
  };
  sample(frame, map, width, height, outside, put);
  return tensor;
}

/** Samples the luma (ITU-R BT.601) of a frame bilinearly: `height` x `width` values of 0..255. */
export function sampleLuma(frame: Frame, map: Affine, width: number, height: number): Float32Array {
  const luma = new Float32Array(width * height);
  sample(frame, map, width, height, 'edge', (at, red, green, blue) => {
    luma[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
  });
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

type Put = (at: number, red: number, green: number, blue: number) => void;

function sample(frame: Frame, map: Affine, width: number, height: number, outside: Outside, put: Put): void {
  const { rgb, width: frameWidth, height: frameHeight } = frame;
  const [a, b, c, d, e, f] = map;
  const lastX = frameWidth - 1;
  const lastY = frameHeight - 1;
  for (let y = 0, at = 0; y < height; y++) {
    let sourceX = a * 0.5 + b * (y + 0.5) + c - 0.5;
    let sourceY = d * 0.5 + e * (y + 0.5) + f - 0.5;
    for (let x = 0; x < width; x++, at++, sourceX += a, sourceY += d) {
      if (
        outside !== 'edge' &&
        (sourceX < -0.5 || sourceY < -0.5 || sourceX > lastX + 0.5 || sourceY > lastY + 0.5)
      ) {
        put(at, outside[0], outside[1], outside[2]);
        continue;
      }
      const clampedX = sourceX < 0 ? 0 : sourceX > lastX ? lastX : sourceX;
      const clampedY = sourceY < 0 ? 0 : sourceY > lastY ? lastY : sourceY;
      const x0 = clampedX | 0;
      const y0 = clampedY | 0;
      const fx = clampedX - x0;
      const fy = clampedY - y0;
      const topLeft = 3 * (y0 * frameWidth + x0);
      const right = x0 < lastX ? 3 : 0;
      const below = y0 < lastY ? 3 * frameWidth : 0;
      const w00 = (1 - fx) * (1 - fy);
      const w10 = fx * (1 - fy);
      const w01 = (1 - fx) * fy;
      const w11 = fx * fy;
      const p10 = topLeft + right;
      const p01 = topLeft + below;
      const p11 = p01 + right;
      put(
        at,
        w00 * px(rgb, topLeft) + w10 * px(rgb, p10) + w01 * px(rgb, p01) + w11 * px(rgb, p11),
        w00 * px(rgb, topLeft + 1) + w10 * px(rgb, p10 + 1) + w01 * px(rgb, p01 + 1) + w11 * px(rgb, p11 + 1),
        w00 * px(rgb, topLeft + 2) + w10 * px(rgb, p10 + 2) + w01 * px(rgb, p01 + 2) + w11 * px(rgb, p11 + 2),
      );
    }
  }
}

/** Every index is in range by the clamps above; the fallback only satisfies the compiler and costs nothing measurable. */
function px(rgb: Uint8Array, at: number): number {
  return rgb[at] ?? 0;
}
