import { bump, smoothCurve, smoothStep } from '../noise.js';
import type { Genes } from './genes.js';

/**
 * The form of a head without hair, in head coordinates: cm, origin between the eyes and the tip of the nose, x to the
 * subject's left, y up, z forward. Proportions are those of an average adult's face (about 15 cm from ear to ear).
 */
export type Shape = Genes['shape'];

/** What the muscles do, each 0..1. */
export interface Expression {
  smile: number;
  mouthOpen: number;
  eyesClosed: number;
}

export const NEUTRAL: Expression = { smile: 0, mouthOpen: 0, eyesClosed: 0 };

/** Height of crown and underside of the jaw. */
export const TOP = 13.2;
export const BOTTOM = -10.2;
/** Centre of the skull from front to back. */
const MIDDLE_Z = -2.5;

/** Landmarks of the average face that shape and paint share. */
export const EYE = { x: 3.15, y: 2.65, halfWidth: 1.36, upper: 0.56, lower: 0.42 };
export const MOUTH = { y: -4.25, halfWidth: 2.5, upperLip: 0.72, lowerLip: 0.92 };
/** How far the lower lip goes down when the mouth opens fully, cm; and how far the corners move in a full smile. */
export const JAW_DROP = 2.4;
export const SMILE = { out: 0.75, up: 0.55, back: 0.4 };

const halfWidth = smoothCurve([
  [-10.2, 2.4],
  [-9.6, 3.2],
  [-8.4, 4.4],
  [-6.5, 5.55],
  [-4, 6.45],
  [-2, 7],
  [0.5, 7.45],
  [3, 7.65],
  [6, 7.6],
  [8.5, 7.2],
  [10.5, 6.1],
  [12, 4.4],
  [13.2, 0.4],
]);
/** Front of the face at x = 0 without nose, lips and chin. */
const frontZ = smoothCurve([
  [-10.2, 0.4],
  [-9.7, 2.6],
  [-8.9, 4.1],
  [-7.6, 4.65],
  [-6, 4.75],
  [-4, 5.05],
  [-2, 5.15],
  [0, 5.05],
  [2.5, 4.85],
  [3.6, 4.9],
  [5, 5.15],
  [6.5, 5],
  [8.3, 4.45],
  [10.2, 3],
  [11.8, 0.8],
  [13.2, -2.1],
]);
const backZ = smoothCurve([
  [-10.2, -4],
  [-8, -6],
  [-4, -8.6],
  [0, -10.6],
  [4, -11.8],
  [8, -11.2],
  [11, -8.4],
  [13.2, -2.9],
]);
/** The nose's ridge above the face, from between the eyes to the lip. */
const noseRidge = smoothCurve([
  [-2.7, 0],
  [-2.15, 0.35],
  [-1.75, 1.25],
  [-1.2, 2.15],
  [-0.55, 2.45],
  [0.2, 2.15],
  [1.2, 1.6],
  [2.4, 1],
  [3.3, 0.45],
  [4.4, 0],
]);
const noseHalfWidth = smoothCurve([
  [-2, 0.95],
  [-0.6, 0.72],
  [1.5, 0.6],
  [3.5, 0.8],
]);

/** The point of the neutral skin at the turn `angle` around the head (0 = front, radians, to the subject's left) and height. */
export function headPoint(shape: Shape, angle: number, height: number, into: Float64Array): void {
  const sin = Math.sin(angle);
  const cos = Math.cos(angle);
  const jaw = smoothStep(-2, -7, height);
  const width = halfWidth(height) * (1 + (shape.jaw - 1) * jaw);
  const front = frontZ(height) - MIDDLE_Z;
  const back = MIDDLE_Z - backZ(height);
  // A chin is more pointed than the temples: the section goes from a wide to a round ellipse.
  const x = width * Math.sign(sin) * Math.abs(sin) ** (1 - 0.1 * smoothStep(-3, 6, height));
  const z = MIDDLE_Z + (cos > 0 ? front * cos ** 0.94 : back * cos);
  const forward = smoothStep(-0.05, 0.35, cos);
  into[0] = (x + ear(angle, height) * Math.sign(sin)) * shape.width;
  into[1] = height * shape.height;
  into[2] = z + forward * features(shape, x, height) - 0.35 * ear(angle, height);
}

/** Ears stand out at the sides. */
function ear(angle: number, height: number): number {
  const around = (Math.abs(angle) * 180) / Math.PI;
  const shell = smoothStep(84, 90, around) * smoothStep(112, 97, around) * bump((height - 0.9) / 1.5) ** 0.7;
  return 1.5 * (height > -2.8 && height < 4.6 ? shell : 0);
}

/** What nose, sockets, cheeks, lips and chin add to the front, cm. */
function features(shape: Shape, x: number, y: number): number {
  const side = Math.abs(x);
  const eyeX = EYE.x * shape.eyeSpacing;
  const noseY = y / shape.noseLength;
  const ridge = noseRidge(noseY) * shape.noseHeight * bump(x / (noseHalfWidth(noseY) * shape.noseWidth));
  const wings = 0.75 * bump((side - 1.18 * shape.noseWidth) / 0.42, (noseY + 1.35) / 0.5);
  return (
    ridge +
    wings -
    0.85 * bump((side - eyeX) / 1.5, (y - EYE.y - 0.1) / 1.05) +
    0.5 * bump((side - eyeX) / 0.85, (y - EYE.y) / 0.62) +
    0.38 * shape.brow * bump((side - 2.8) / 1.9, (y - 4.5) / 0.65) +
    0.4 * shape.cheeks * bump((side - 4.2) / 1.7, (y + 0.2) / 1.5) -
    0.22 * bump((side - 2.9 + 0.25 * (y + 2.5)) / 0.35, (y + 2.7) / 1.5) -
    0.16 * bump(x / 0.28, (y + 2.9) / 0.45) +
    0.36 * shape.lips * bump(x / 1.5, (y + 3.75) / 0.42) +
    0.42 * shape.lips * bump(x / 1.25, (y + 4.85) / 0.42) -
    0.12 * bump(x / 1.9, (y + 4.28) / 0.16) -
    0.3 * bump(x / 1.7, (y + 5.95) / 0.5) +
    0.5 * shape.chin * bump(x / 1.5, (y + 7.7) / 0.95)
  );
}

/** Moves a point of the neutral skin as the muscles do. */
export function deform(point: Float64Array, { smile, mouthOpen }: Expression, shape: Shape): void {
  if (smile === 0 && mouthOpen === 0) return;
  const x = point[0] ?? 0;
  const y = point[1] ?? 0;
  const z = point[2] ?? 0;
  const front = smoothStep(-4, 1, z);
  const mouthY = MOUTH.y * shape.height;
  const corner = MOUTH.halfWidth * shape.mouthWidth * shape.width;
  const side = Math.abs(x) - corner;
  // The jaw turns about a hinge near the ear: what lies below the lips goes down, less and less towards the cheeks.
  const jaw =
    mouthOpen * smoothStep(mouthY + 0.6, mouthY - 0.9 - 0.25 * Math.abs(x), y) * smoothStep(-5, 3, z);
  const pull = smile * front * bump(side / 1.25, (y - mouthY) / 1.2);
  const apple = smile * front * bump((Math.abs(x) - 4) / 1.4, (y + 1.2) / 1.3);
  point[0] =
    x +
    Math.sign(x) * (SMILE.out * pull + 0.1 * apple) -
    0.05 * mouthOpen * x * front * bump((y - mouthY) / 2);
  point[1] = y + SMILE.up * pull + 0.4 * apple - JAW_DROP * jaw;
  point[2] = z - SMILE.back * pull + 0.3 * apple - 0.55 * jaw;
}
