import { LANDMARKS, type Mesh } from '../mesh.js';
import { leastSquares, residual } from './least-squares.js';
import { darknessOf, placeOn, smoothTerms, type Answer, type Answers } from './light-places.js';

/** Lips move, and real ones are behind the hole of a paper mask. */
const LIPS = new Set([
  ...[61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146, 76, 184, 74],
  ...[73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77, 62, 183, 42, 41, 38, 12],
  ...[
    268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96, 78, 191, 80, 81, 82, 13, 312, 311, 310,
  ],
  ...[415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95],
]);
/** Fewer places tell nothing. */
const MIN_PLACES = 60;
/** The slope of a place is that of the plane through so many of its neighbours. */
const NEIGHBOURS = 10;
/** What form explains must be so many times what it would explain of mere noise: neighbouring places share theirs. */
const NOISE_MARGIN = 5;

/** Which way a face looks at each of its landmarks: directions of length 1. */
export type Form = readonly (readonly number[])[];

/** The slopes of a face: of the plane through each landmark and its nearest ones. */
export function formOf(mesh: Mesh): Form {
  const points = Array.from({ length: LANDMARKS }, (_, number) => placeOn(mesh, number));
  return points.map((at) => {
    const away = Float64Array.from(points, ({ x, y }) => (x - at.x) ** 2 + (y - at.y) ** 2);
    const reach = away.toSorted()[NEIGHBOURS] ?? NaN;
    const near = points.filter((_, k) => (away[k] ?? NaN) <= reach);
    const [, across = 0, down = 0] =
      leastSquares(
        near.map(({ x, y }) => [1, x - at.x, y - at.y]),
        near.map(({ z }) => z),
      ) ?? [];
    const length = Math.hypot(across, down, 1);
    return [-across / length, -down / length, 1 / length];
  });
}

/**
 * How much the screen's light on a face follows the face's form: rms of what slopes and depth of the landmarks explain, in
 * shares of the whole response. The room lights some slopes more and others less, and a screen near by lights the nose more
 * than the cheeks; paper that is held or worn, and a picture that is tinted, answer alike everywhere, or change slowly. What
 * changes slowly over the face, and from bright to dark places, is left aside. 0 where noise may explain it; NaN where too
 * few places are seen.
 */
export function reliefOf(answers: readonly Answer[], form: Form): number {
  const skin = answers.filter(({ number }) => !LIPS.has(number));
  if (skin.length < MIN_PLACES) return NaN;
  const values = skin.map(({ response }) => response);
  const even = skin.map((answer) => [...smoothTerms(answer), darknessOf(answer)]);
  const formed = skin.map((answer, k) => [...(even[k] ?? []), ...(form[answer.number] ?? []), answer.z]);
  const [without, whole] = [residual(even, values), residual(formed, values)];
  if (!without || !whole) return NaN;
  const unknowns = formed[0]?.length ?? NaN;
  const terms = unknowns - (even[0]?.length ?? NaN);
  const noise = (terms * whole.squares) / (skin.length - unknowns);
  return Math.sqrt(Math.max(0, without.squares - whole.squares - NOISE_MARGIN * noise) / skin.length);
}

/**
 * The same by both ways to count the channels: each is a lower bound, less what its noise may explain, and the higher one
 * holds. Colour hardly shivers with a face that moves, but of dark skin encoders keep little of it.
 */
export function reliefIn({ alike, quiet }: Answers, form: Form): number {
  return Math.max(reliefOf(alike, form), reliefOf(quiet, form));
}
