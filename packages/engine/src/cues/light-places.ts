import type { LightStep } from '@bonafide/protocol';
import type { SeenFace, SeenFrame } from '../face.js';
import { landmark, LANDMARKS, type Mesh } from '../mesh.js';
import { CLIPPED_BYTE, BLACK_BYTE, dot, screenLight, toLinear, type Timeline } from './light-fit.js';
import { leastSquares, residual } from './least-squares.js';

/** Mean linear red, green and blue around each landmark of a face; NaN where a pixel lies outside or clips, or all is black. */
export type Places = Float32Array;

/** Up to this a mean carries no ratio. */
const BLACK = toLinear(BLACK_BYTE);
/** Half side of the square that is read around a landmark, px. */
const REACH = 2;
/** Eyes mirror the screen and blink; their landmarks and those of the lids say nothing. */
const EYES = new Set([
  ...[33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 130, 25, 110, 24, 23, 22],
  ...[26, 112, 243, 190, 56, 28, 27, 29, 30, 247, 362, 382, 381, 380, 374, 373, 390, 249, 263, 466, 388, 387],
  ...[386, 385, 384, 398, 359, 255, 339, 254, 253, 252, 256, 341, 463, 414, 286, 258, 257, 259, 260, 467],
]);
/** Frames of the sequence below which nothing is told. */
const MIN_FRAMES = 6;
/** Places darker than this, against the face's mean, drown in noise and in the encoder's blocks. */
const DARKEST = 0.12;
/** Noise that every channel has of its own at least, of its logarithm: bytes are rounded. */
const LEAST_NOISE = 0.001;
const CHANNELS = [0, 1, 2] as const;

/** One value a frame. */
type Series = readonly number[];

/** How one place of a face answers the screen. */
export interface Answer {
  number: number;
  /** On the face, see {@link placeOn}. */
  x: number;
  y: number;
  z: number;
  /** Against the face's mean. */
  brightness: number;
  /** What its light changes by beyond the face's mean, in shares of the whole face's response. */
  response: number;
}

/** Reads one frame around the landmarks of its face. */
export function readPlaces({ frame }: SeenFrame, { mesh }: SeenFace): Places {
  const places = new Float32Array(3 * LANDMARKS).fill(NaN);
  for (let number = 0; number < LANDMARKS; number++) {
    const { x, y } = landmark(mesh, number);
    const [left, top] = [Math.round(x) - REACH, Math.round(y) - REACH];
    const side = 2 * REACH + 1;
    if (!(left >= 0 && top >= 0 && left + side <= frame.width && top + side <= frame.height)) continue;
    const sums = [0, 0, 0];
    for (let k = 0; k < side * side; k++) {
      const at = 3 * ((top + Math.floor(k / side)) * frame.width + left + (k % side));
      for (let c = 0; c < 3; c++) {
        const byte = frame.rgb[at + c] ?? 0;
        sums[c] = (sums[c] ?? 0) + (byte < CLIPPED_BYTE ? toLinear(byte) / (side * side) : NaN);
      }
    }
    // Of dark skin in a dark room single pixels are black by noise: their mean still carries what they answer.
    if (sums.every((mean) => mean > BLACK)) places.set(sums, 3 * number);
  }
  return places;
}

/** The same places in two ways to count the channels. */
export interface Answers {
  /** Red, green and blue count alike: as sharp as the picture, of which encoders keep but the brightness in every pixel. */
  alike: Answer[];
  /**
   * Channels count by the inverse of their noise's covariance. A face that moves, and landmarks that shiver over its
   * pattern, change them together, up to many times as much as the screen.
   */
  quiet: Answer[];
}

/**
 * How each place of a face answers the screen, exposure and a drift of the white balance taken off. None where too few frames
 * show the sequence alone, or the face hardly answers.
 * @param seen the places of each frame
 * @param mesh of one of the frames
 * @param response of the whole face, see {@link import('./light-fit.js').Fit}
 */
export function answersOf(
  seen: readonly Places[],
  mesh: Mesh,
  timeline: Timeline,
  colours: LightStep['colours'],
  response: number,
): Answers {
  const lit = screenLight(timeline, colours);
  // The lead-in has no colour of the sequence.
  const frames = seen.flatMap((places, k) => {
    const [light, drift] = [lit[k], timeline.drift[k]];
    return light && drift ? [{ places, light, drift }] : [];
  });
  if (frames.length < MIN_FRAMES || !(response > 0)) return { alike: [], quiet: [] };
  const numbers = Array.from({ length: LANDMARKS }, (_, number) => number).filter(
    (number) =>
      !EYES.has(number) &&
      frames.every(({ places }) => places.subarray(3 * number, 3 * number + 3).every(Number.isFinite)),
  );
  const faces = frames.map(({ places }) =>
    CHANNELS.map((c) => mean(numbers.map((number) => places[3 * number + c] ?? NaN))),
  );
  const logs = numbers.map((number) =>
    CHANNELS.map((c) =>
      frames.map(({ places }, k) => Math.log((places[3 * number + c] ?? NaN) / (faces[k]?.[c] ?? NaN))),
    ),
  );
  const drift = frames.map((frame) => frame.drift);
  // The screen without what a constant and a drift of the white balance explain: its product with a series is a response.
  const screen = CHANNELS.map(
    (c) =>
      residual(
        drift,
        frames.map(({ light }) => light[c] ?? NaN),
      )?.rest ?? [],
  );
  const noise = noiseOf(
    logs,
    CHANNELS.map((c) => frames.map((frame) => [...frame.drift, frame.light[c] ?? NaN])),
  );
  // Generalised least squares.
  const counted = frames.map(
    (_, k) =>
      leastSquares(
        noise,
        CHANNELS.map((c) => screen[c]?.[k] ?? NaN),
      ) ?? [],
  );
  const weights = CHANNELS.map((c) => counted.map((frame) => frame[c] ?? NaN));
  const along = (series: readonly Series[], counts: readonly Series[]) =>
    CHANNELS.reduce<number>((sum, c) => sum + dot(counts[c] ?? [], series[c] ?? []), 0);

  const answersBy = (counts: readonly Series[]): Answer[] => {
    const power = along(screen, counts);
    if (!(power > 0)) return [];
    return numbers.flatMap((number, place) => {
      const series = logs[place] ?? [];
      const brightness = mean(series.flat().map(Math.exp));
      if (brightness < DARKEST) return [];
      const product = along(series, counts);
      return [{ number, ...placeOn(mesh, number), brightness, response: product / power / response }];
    });
  };
  return { alike: answersBy(screen), quiet: answersBy(weights) };
}

/** Covariance of the channels in what neither drift nor screen explains of the places' series. */
function noiseOf(
  places: readonly (readonly Series[])[],
  explaining: readonly (readonly Series[])[],
): number[][] {
  const rests = CHANNELS.map((c) => {
    const rows = explaining[c] ?? [];
    // What is left of each frame alone tells what is left of any series, and there are many more places than frames.
    const left = rows.map(
      (_row, k) =>
        residual(
          rows,
          rows.map((_other, j) => (j === k ? 1 : 0)),
        )?.rest ?? [],
    );
    return places.flatMap((series) => left.map((shares) => dot(shares, series[c] ?? [])));
  });
  return rests.map((one, c) =>
    rests.map((other, d) => dot(one, other) / one.length + (c === d ? LEAST_NOISE ** 2 : 0)),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What changes slowly over a face: a quadratic surface. */
export function smoothTerms({ x, y }: Answer): number[] {
  return [1, x, y, x * x, x * y, y * y];
}

/** How much darker than the face's mean a place is: what is added to every place alike grows with it. */
export function darknessOf({ brightness }: Answer): number {
  return 1 / brightness - 1;
}

/** A landmark's place, in distances between the outer corners of the eyes from the root of the nose; z towards the camera. */
export function placeOn(mesh: Mesh, number: number): { x: number; y: number; z: number } {
  const [at, root, right, left] = [
    landmark(mesh, number),
    landmark(mesh, 6),
    landmark(mesh, 33),
    landmark(mesh, 263),
  ];
  const unit = Math.hypot(left.x - right.x, left.y - right.y);
  return { x: (at.x - root.x) / unit, y: (at.y - root.y) / unit, z: (root.z - at.z) / unit };
}
