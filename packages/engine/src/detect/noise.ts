import type { Frame } from '../decode.js';
import type { Box } from '../image.js';

/** Side of the measured middle of a face, as a share of its box: skin rather than hair and background. */
const MIDDLE = 0.6;
/** The mask answers noise of standard deviation 1 with 6 (Immerkaer 1996); the median of absolutes is 0.6745 of that. */
const RESPONSE = 6 * 0.6745;

/**
 * Standard deviation of the noise of a face's luma, 0..255: the median answer to a mask that is blind to even and evenly
 * rising brightness, so that features, which are few, count for little. Measured on the frame's own pixels.
 */
export function measureNoise({ rgb, width, height }: Frame, box: Box): number {
  const left = Math.max(1, Math.round(box.left + (box.width * (1 - MIDDLE)) / 2));
  const top = Math.max(1, Math.round(box.top + (box.height * (1 - MIDDLE)) / 2));
  const right = Math.min(width - 1, left + Math.round(box.width * MIDDLE));
  const bottom = Math.min(height - 1, top + Math.round(box.height * MIDDLE));
  const luma = (x: number, y: number) => {
    const at = 3 * (y * width + x);
    return 0.299 * (rgb[at] ?? 0) + 0.587 * (rgb[at + 1] ?? 0) + 0.114 * (rgb[at + 2] ?? 0);
  };
  const row = (x: number, y: number) => luma(x - 1, y) - 2 * luma(x, y) + luma(x + 1, y);
  const answers: number[] = [];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) answers.push(Math.abs(row(x, y - 1) - 2 * row(x, y) + row(x, y + 1)));
  answers.sort((one, other) => one - other);
  return (answers[Math.floor(answers.length / 2)] ?? 0) / RESPONSE;
}
