import type { Frame } from '../decode.js';
import type { Point } from '../detector.js';
import { leastSquares } from './least-squares.js';
import type { Plane } from './patch-match.js';

/** A projective map of the plane: its eight entries row by row, the ninth being 1. */
export type Homography = readonly number[];

/** Rounds of the refinement; the linear fit starts it within a fraction of a pixel. */
const ROUNDS = 5;

/** Where a map takes a point. */
export function project(map: Homography, { x, y }: Point): Point {
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN, g = NaN, h = NaN] = map;
  const w = g * x + h * y + 1;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/** The map that goes the other way; null where the map is singular. */
export function invert(map: Homography): Homography | null {
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN, g = NaN, h = NaN] = map;
  const scale = a * e - b * d;
  const rows = [
    e - f * h,
    c * h - b,
    b * f - c * e,
    f * g - d,
    a - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
  ].map((value) => value / scale);
  return rows.every(Number.isFinite) ? rows : null;
}

/**
 * The map that carries `from` onto `to` with the least squared distance in the target: the algebraic solution in
 * coordinates of unit spread (Hartley 1997), then Gauss-Newton. Null for fewer than four points or degenerate ones.
 */
export function fitHomography(from: readonly Point[], to: readonly Point[]): Homography | null {
  const [near, toUnitA] = normalise(from);
  const [far, toUnitB] = normalise(to);
  const rows: number[][] = [];
  const values: number[] = [];
  near.forEach(({ x, y }, k) => {
    const target = far[k];
    if (!target) return;
    rows.push([x, y, 1, 0, 0, 0, -x * target.x, -y * target.x]);
    rows.push([0, 0, 0, x, y, 1, -x * target.y, -y * target.y]);
    values.push(target.x, target.y);
  });
  let map = leastSquares(rows, values);
  for (let round = 0; map && round < ROUNDS; round++) map = refine(map, near, far);
  if (!map?.every(Number.isFinite)) return null;
  return compose(map, toUnitA, toUnitB);
}

function refine(map: number[], from: readonly Point[], to: readonly Point[]): number[] | null {
  const [, , , , , , g = NaN, h = NaN] = map;
  const rows: number[][] = [];
  const values: number[] = [];
  from.forEach((point, k) => {
    const target = to[k];
    if (!target) return;
    const { x, y } = point;
    const seen = project(map, point);
    const w = g * x + h * y + 1;
    rows.push([x / w, y / w, 1 / w, 0, 0, 0, (-x * seen.x) / w, (-y * seen.x) / w]);
    rows.push([0, 0, 0, x / w, y / w, 1 / w, (-x * seen.y) / w, (-y * seen.y) / w]);
    values.push(target.x - seen.x, target.y - seen.y);
  });
  const step = leastSquares(rows, values);
  return step && map.map((value, k) => value + (step[k] ?? NaN));
}

interface Similarity {
  x: number;
  y: number;
  scale: number;
}

/** Points moved to their centre and scaled to a mean distance of 1. */
function normalise(points: readonly Point[]): [Point[], Similarity] {
  const mean = (key: 'x' | 'y') => points.reduce((sum, point) => sum + point[key], 0) / points.length;
  const [x, y] = [mean('x'), mean('y')];
  const scale = points.reduce((sum, p) => sum + Math.hypot(p.x - x, p.y - y), 0) / points.length;
  return [points.map((p) => ({ x: (p.x - x) / scale, y: (p.y - y) / scale })), { x, y, scale }];
}

/** The map between the original coordinates. */
function compose(map: readonly number[], from: Similarity, to: Similarity): Homography | null {
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN, g = NaN, h = NaN] = map;
  const right = (p: number, q: number, r: number) => [
    p / from.scale,
    q / from.scale,
    r - (p * from.x + q * from.y) / from.scale,
  ];
  const first = right(a, b, c);
  const second = right(d, e, f);
  const third = right(g, h, 1);
  const rows = [
    ...third.map((value, k) => to.scale * (first[k] ?? NaN) + to.x * value),
    ...third.map((value, k) => to.scale * (second[k] ?? NaN) + to.y * value),
    ...third,
  ];
  const last = rows[8] ?? NaN;
  const scaled = rows.slice(0, 8).map((value) => value / last);
  return scaled.every(Number.isFinite) ? scaled : null;
}

/**
 * The luma (ITU-R BT.601) of a frame as another view shows it, bilinear; NaN outside the frame.
 * @param back takes a pixel of the result (its index, both axes) to the frame (px, edges)
 */
export function warpLuma(
  { rgb, width: frameWidth, height: frameHeight }: Frame,
  back: Homography,
  width: number,
  height: number,
): Plane {
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN, g = NaN, h = NaN] = back;
  const values = new Float32Array(width * height).fill(NaN);
  const luma = (at: number) =>
    0.299 * (rgb[at] ?? 0) + 0.587 * (rgb[at + 1] ?? 0) + 0.114 * (rgb[at + 2] ?? 0);
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at++) {
      const w = g * column + h * row + 1;
      const x = (a * column + b * row + c) / w - 0.5;
      const y = (d * column + e * row + f) / w - 0.5;
      if (!(x >= 0 && y >= 0 && x < frameWidth - 1 && y < frameHeight - 1)) continue;
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [right, below] = [x - x0, y - y0];
      const corner = 3 * (y0 * frameWidth + x0);
      values[at] =
        (1 - below) * ((1 - right) * luma(corner) + right * luma(corner + 3)) +
        below * ((1 - right) * luma(corner + 3 * frameWidth) + right * luma(corner + 3 * frameWidth + 3));
    }
  return { values, width, height };
}
