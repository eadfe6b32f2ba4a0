import type { Rgb } from '../colour.js';
import { fractalNoise, smoothNoise, smoothStep } from '../noise.js';
import type { Genes } from './genes.js';
import { cover, darken, type Paint } from './paint.js';
import { EYE, JAW_DROP, MOUTH, SMILE, type Expression } from './head-shape.js';

/** Where the pupils point, cm that they are moved from the middle of the eye. */
export interface Gaze {
  x: number;
  y: number;
}

const SCLERA: Rgb = [0.62, 0.58, 0.55];
const TEETH: Rgb = [0.66, 0.6, 0.48];
const MOUTH_INSIDE: Rgb = [0.055, 0.016, 0.015];
const PUPIL = 0.006;
const IRIS_RADIUS = 0.6;
const PUPIL_RADIUS = 0.22;
/** How soft painted edges are, cm: about one texel. */
const EDGE = 0.035;

/** Lays the eyes over the skin at the place (x, y) of the moved face in head coordinates. */
export function paintEye(
  { shape, iris, seed, hair, age }: Genes,
  { eyesClosed, smile }: Expression,
  gaze: Gaze,
  x: number,
  y: number,
  paint: Paint,
): void {
  const side = Math.sign(x) || 1;
  const halfWidth = EYE.halfWidth * shape.eyeSize;
  const fromCentre = x - side * EYE.x * shape.eyeSpacing * shape.width;
  // -1 at the inner corner, 1 at the outer one.
  const across = (side * fromCentre) / halfWidth;
  const height = y - (EYE.y * shape.height + shape.eyeTilt * across);
  if (Math.abs(across) > 1 || height > 1.4 || height < -1.1) return;
  const arch = 1 - Math.abs(across) ** 2.2;
  // The inner part of the upper lid rises more steeply than the outer one.
  const open = (EYE.upper * shape.eyeSize - 0.06 * smile) * arch ** 0.75 * (1 - 0.12 * across);
  const lower = -EYE.lower * shape.eyeSize * (1 - 0.22 * smile) * arch ** 0.85;
  const lid = open + (lower + 0.04 - open) * eyesClosed;

  // The fold of the upper lid, and the shadow below the eye.
  const fold = height - (open + 0.3 - 0.22 * eyesClosed * (1 - age));
  darken(paint, [0.45, 0.4, 0.4], 0.75 * Math.exp(-((fold / 0.09) ** 2)) * smoothStep(0, 0.5, arch));
  const hollow = Math.exp(-(((height - lower + 0.42) / 0.13) ** 2)) * arch;
  darken(paint, [0.7, 0.62, 0.64], (0.2 + 0.4 * age) * hollow);

  const inside = smoothStep(-EDGE, EDGE, Math.min(lid - height, height - lower));
  if (inside > 0) {
    const dx = fromCentre - gaze.x;
    const dy = height - 0.06 - gaze.y;
    const radius = Math.sqrt(dx * dx + dy * dy);
    const shade = 0.5 + 0.5 * smoothStep(0, 0.4, lid - height);
    const white = shade * (1 - 0.35 * smoothStep(0.45, 1, Math.abs(across)));
    cover(paint, SCLERA[0] * white, SCLERA[1] * white, SCLERA[2] * white, inside);
    const fibre = 0.75 + 0.35 * smoothNoise(Math.atan2(dy, dx) * 9, radius * 6, seed + 51);
    const ring = fibre * shade * (1 - 0.65 * smoothStep(IRIS_RADIUS - 0.14, IRIS_RADIUS, radius));
    const disc = inside * smoothStep(IRIS_RADIUS + EDGE, IRIS_RADIUS - EDGE, radius);
    cover(paint, iris[0] * ring, iris[1] * ring, iris[2] * ring, disc);
    cover(paint, PUPIL, PUPIL, PUPIL, inside * smoothStep(PUPIL_RADIUS + EDGE, PUPIL_RADIUS - EDGE, radius));
    // A cornea is a mirror: the lights show in it as a small spot.
    const spot = smoothStep(0.13, 0.07, Math.hypot(dx + 0.14, dy - 0.16));
    paint.gloss = 0.04 + 0.9 * spot * inside;
  }
  const lash = Math.exp(-(((height - lid - 0.02) / 0.075) ** 2)) * smoothStep(0, 0.25, arch);
  const below = Math.exp(-(((height - lower + 0.02) / 0.045) ** 2)) * 0.4 * smoothStep(0, 0.3, arch);
  const strokes = 0.8 + 0.2 * smoothNoise(across * 22, 0, seed + 57);
  cover(paint, hair[0] * 0.4, hair[1] * 0.35, hair[2] * 0.35, Math.max(lash * strokes, below));
}

/** Lays lips, teeth and the inside of the mouth over the skin at the place (x, y) of the moved face. */
export function paintMouth(
  { shape, lips, seed }: Genes,
  { smile, mouthOpen }: Expression,
  x: number,
  y: number,
  paint: Paint,
): void {
  const corner = MOUTH.halfWidth * shape.mouthWidth * shape.width + SMILE.out * smile - 0.12 * mouthOpen;
  const across = x / corner;
  const middleY = MOUTH.y * shape.height;
  if (Math.abs(across) > 1.15) return;
  const arch = Math.max(0, 1 - across * across);
  const cornerY = middleY + SMILE.up * smile - 0.35 * JAW_DROP * mouthOpen;
  const line = middleY + (cornerY - middleY) * across * across + 0.05 * Math.exp(-((x / 0.4) ** 2));
  const gap = (JAW_DROP * 0.95 * mouthOpen + 0.5 * smile) * arch ** 0.7;
  const upperEdge = line + 0.06 * smile * arch;
  const lowerEdge = line - gap;
  // Cupid's bow: the upper lip is highest beside the middle.
  const bow = 0.12 * Math.exp(-(((Math.abs(x) - 0.45) / 0.3) ** 2)) - 0.05 * Math.exp(-((x / 0.2) ** 2));
  const thin = 1 - 0.25 * smile;
  const top = upperEdge + (MOUTH.upperLip * shape.lips * thin * arch ** 0.9 + bow * arch);
  const bottom = lowerEdge - MOUTH.lowerLip * shape.lips * thin * arch ** 0.75;

  const soft = 0.07;
  const lip =
    Math.max(
      smoothStep(top + soft, top - soft, y) * smoothStep(upperEdge - EDGE, upperEdge + EDGE, y),
      smoothStep(bottom - soft, bottom + soft, y) * smoothStep(lowerEdge + EDGE, lowerEdge - EDGE, y),
    ) * smoothStep(0, 0.06, arch);
  if (lip > 0) {
    const grooves = (0.9 + 0.16 * fractalNoise(x * 7, y * 1.2, seed + 61, 2)) * (y > line ? 0.8 : 1);
    cover(paint, lips[0] * grooves, lips[1] * grooves, lips[2] * grooves, 0.92 * lip);
    paint.gloss += (0.12 - paint.gloss) * lip;
  }
  const within = arch > 0 ? smoothStep(-EDGE, EDGE, Math.min(upperEdge - y, y - lowerEdge)) : 0;
  if (gap > 0.03 && within > 0) {
    cover(paint, MOUTH_INSIDE[0], MOUTH_INSIDE[1], MOUTH_INSIDE[2], within);
    const teethBottom = upperEdge - Math.min(0.62, 0.25 + 0.5 * smile + 0.3 * mouthOpen);
    const tooth =
      smoothStep(teethBottom - EDGE, teethBottom + EDGE, y) * smoothStep(0.97, 0.75, Math.abs(across));
    const phase = (((x / 0.62) % 1) + 1) % 1;
    const shade = (1 - 0.35 * Math.exp(-(((phase - 0.5) / 0.055) ** 2))) * (0.45 + 0.55 * arch);
    cover(paint, TEETH[0] * shade, TEETH[1] * shade, TEETH[2] * shade, within * tooth);
    paint.gloss = 0.08;
  }
  // Closed lips meet in a dark line.
  const seam =
    Math.exp(-(((y - line) / 0.06) ** 2)) * smoothStep(0.02, 0, gap) * smoothStep(-0.02, 0.06, arch);
  const corners = 0.5 * Math.exp(-(((Math.abs(x) - corner) / 0.22) ** 2) - ((y - cornerY) / 0.16) ** 2);
  cover(paint, lips[0] * 0.2, lips[1] * 0.16, lips[2] * 0.16, Math.max(0.85 * seam, corners));
}
