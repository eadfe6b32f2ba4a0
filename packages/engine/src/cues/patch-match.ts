import type { Point } from '../detector.js';

/** A grey picture: `height` rows of `width` values. */
export interface Plane {
  values: Float32Array;
  width: number;
  height: number;
}

/** Where the patch of one picture lies in another. */
export interface Match {
  /** Its middle, px. */
  x: number;
  y: number;
  /** Normalised cross-correlation there, -1..1. */
  ncc: number;
}

/** Half sides of the patch and of the search window, px. */
const PATCH = 7;
const SEARCH = 7;
/**
 * A patch has something to hold on to from this contrast on, its standard deviation over its mean: the texture of skin is in
 * proportion to its brightness, so that dark skin is followed as light skin is. Below this variance (luma of 0..255) it is noise.
 */
const MIN_CONTRAST = 0.06;
const MIN_VARIANCE = 8;
/** Below this correlation it is another thing. */
const MIN_NCC = 0.8;

/**
 * Finds the patch of `from` around the pixel `at` in `to`, around the pixel `near`, to a fraction of a pixel (parabola
 * through the correlation). Null for a patch without texture, without a clear counterpart, or at a border.
 */
export function matchPatch(from: Plane, at: Point, to: Plane, near: Point): Match | null {
  if (!isInside(from, at, PATCH) || !isInside(to, near, PATCH + SEARCH)) return null;
  const { x, y } = at;
  const size = (2 * PATCH + 1) ** 2;
  const patch = new Float32Array(size);
  let mean = 0;
  for (let row = -PATCH, k = 0; row <= PATCH; row++)
    for (let column = -PATCH; column <= PATCH; column++, k++) {
      const value = from.values[(y + row) * from.width + x + column] ?? NaN;
      patch[k] = value;
      mean += value / size;
    }
  let variance = 0;
  for (let k = 0; k < size; k++) {
    const value = (patch[k] ?? 0) - mean;
    patch[k] = value;
    variance += (value * value) / size;
  }
  // NaN, a point outside the other frame, fails here too.
  if (!(variance >= Math.max(MIN_VARIANCE, (MIN_CONTRAST * mean) ** 2))) return null;

  const side = 2 * SEARCH + 1;
  const scores = new Float32Array(side * side);
  let best = 0;
  for (let dy = -SEARCH, k = 0; dy <= SEARCH; dy++)
    for (let dx = -SEARCH; dx <= SEARCH; dx++, k++) {
      scores[k] = correlate(patch, variance, to, near.x + dx, near.y + dy);
      if ((scores[k] ?? 0) > (scores[best] ?? 0)) best = k;
    }
  const ncc = scores[best] ?? 0;
  const column = best % side;
  const row = Math.floor(best / side);
  if (ncc < MIN_NCC || column === 0 || row === 0 || column === side - 1 || row === side - 1) return null;
  const peak = (before = 0, after = 0) => {
    const curve = before - 2 * ncc + after;
    return curve < 0 ? (before - after) / (2 * curve) : 0;
  };
  return {
    x: near.x + column - SEARCH + peak(scores[best - 1], scores[best + 1]),
    y: near.y + row - SEARCH + peak(scores[best - side], scores[best + side]),
    ncc,
  };
}

/** Correlation of a patch, its mean taken off, with the place of a picture; 0 where that place is without texture. */
function correlate(patch: Float32Array, variance: number, { values, width }: Plane, x: number, y: number) {
  const size = patch.length;
  let sum = 0;
  let squares = 0;
  let product = 0;
  for (let row = -PATCH, at = 0; row <= PATCH; row++) {
    const start = (y + row) * width + x - PATCH;
    for (let column = 0; column <= 2 * PATCH; column++, at++) {
      const value = values[start + column] ?? 0;
      sum += value;
      squares += value * value;
      product += value * (patch[at] ?? 0);
    }
  }
  const spread = squares / size - (sum / size) ** 2;
  return spread > 1 ? product / size / Math.sqrt(variance * spread) : 0;
}

function isInside({ width, height }: Plane, { x, y }: Point, reach: number): boolean {
  return x >= reach && y >= reach && x < width - reach && y < height - reach;
}
