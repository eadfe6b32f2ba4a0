/** Pseudo-random number in [0, 1) of a point of the integer grid. */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Smooth noise in [-1, 1] whose features are about one unit large. */
export function smoothNoise(x: number, y: number, seed: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - column;
  const fy = y - row;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const top = hash(column, row, seed) * (1 - sx) + hash(column + 1, row, seed) * sx;
  const bottom = hash(column, row + 1, seed) * (1 - sx) + hash(column + 1, row + 1, seed) * sx;
  return 2 * (top * (1 - sy) + bottom * sy) - 1;
}

/** Noise in about [-1, 1] with details of `octaves` sizes, each half as large and half as strong as the one before. */
export function fractalNoise(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let weight = 0;
  for (let k = 0, size = 1; k < octaves; k++, size *= 2) {
    sum += smoothNoise(x * size, y * size, seed + k) / size;
    weight += 1 / size;
  }
  return sum / weight;
}

/** 0 below `from`, 1 above `to`, smooth between; either may be the larger. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** A bump of height 1 at 0 whose flanks fall to 0.61 at 1 (a Gaussian). */
export function bump(x: number, y = 0): number {
  const square = x * x + y * y;
  return square > 18 ? 0 : Math.exp(-0.5 * square);
}

/**
 * The smooth curve through points of ascending x, level outside (monotone cubic Hermite, Fritsch and Carlson 1980), read from
 * a table with straight lines between its entries.
 */
export function smoothCurve(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  const exact = hermite(points);
  const from = points[0]?.[0] ?? 0;
  const to = points.at(-1)?.[0] ?? 1;
  const scale = CURVE_STEPS / (to - from);
  const table = Float64Array.from({ length: CURVE_STEPS + 2 }, (_, k) => exact(from + k / scale));
  return (x) => {
    const at = Math.max(0, Math.min(CURVE_STEPS, (x - from) * scale));
    const k = Math.floor(at);
    const low = table[k] ?? 0;
    return low + ((table[k + 1] ?? 0) - low) * (at - k);
  };
}

const CURVE_STEPS = 1024;

function hermite(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  const x = points.map(([px]) => px);
  const y = points.map(([, py]) => py);
  const at = (values: readonly number[], k: number) => values[k] ?? NaN;
  const secants = points.slice(1).map((_, k) => (at(y, k + 1) - at(y, k)) / (at(x, k + 1) - at(x, k)));
  const slopes = points.map((_, k) => {
    const before = secants[k - 1];
    const after = secants[k];
    if (before === undefined) return after ?? 0;
    if (after === undefined) return before;
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  return (value) => {
    if (value <= at(x, 0)) return at(y, 0);
    if (value >= at(x, points.length - 1)) return at(y, points.length - 1);
    let k = 0;
    while (value >= at(x, k + 1)) k++;
    const width = at(x, k + 1) - at(x, k);
    const t = (value - at(x, k)) / width;
    const s = 1 - t;
    return (
      s * s * (1 + 2 * t) * at(y, k) +
      t * t * (3 - 2 * t) * at(y, k + 1) +
      width * (s * s * t * at(slopes, k) - t * t * s * at(slopes, k + 1))
    );
  };
}
