import { bump, fractalNoise, hash, smoothNoise, smoothStep } from '../noise.js';
import type { Genes } from './genes.js';
import { EYE } from './head-shape.js';
import { cover, darken, type Paint } from './paint.js';

/** Gloss of skin, strongest where it is oily. */
const SKIN_GLOSS = 0.045;
const HAIR_GLOSS = 0.05;

/**
 * Paints skin, brows, beard and hair of a head at a place of its neutral surface.
 * @param angle around the head, radians, 0 = front
 * @param hair how much of the place hair covers, 0..1
 * @param paint what is there; replaced
 */
export function paintSkin(
  genes: Genes,
  x: number,
  y: number,
  angle: number,
  hair: number,
  paint: Paint,
): void {
  const { seed, skin, shape, age, tone } = genes;
  if (hair === 1) {
    paint.gloss = HAIR_GLOSS;
    coverWithHair(paint, genes, 7.5 * angle, y, 2, 1);
    return;
  }
  const side = Math.abs(x);
  const face = smoothStep(1.7, 1.1, Math.abs(angle));
  // Coordinates that do not crowd at the sides.
  const around = angle * 7.5;

  // Blood, pores, spots.
  const blotches = 0.06 * fractalNoise(around * 0.5, y * 0.5, seed, 3);
  const mottle = 0.05 * fractalNoise(around * 2.4, y * 2.4, seed + 7, 3);
  const pores =
    0.055 * smoothNoise(around * 11, y * 11, seed + 13) + 0.03 * smoothNoise(around * 24, y * 24, seed + 17);
  let light = 1 + blotches + mottle + pores;
  const blush =
    0.55 * bump((side - 3.9) / 1.6, (y + 0.9) / 1.5) +
    0.45 * bump(x / 1.2, (y + 0.8) / 0.9) +
    0.25 * bump(x / 1.8, (y + 7.6) / 1.2);
  const rosy = face * blush * (0.16 - 0.08 * tone) + 0.05 * fractalNoise(around * 0.9, y * 0.9, seed + 23, 2);
  light *= 1 - spots(genes, around, y) - moles(seed, around, y);

  // Places that light hardly reaches, and lines of age.
  light *= 1 - face * hollows(genes, x, y);
  paint.red = skin[0] * light * (1 + 0.25 * rosy);
  paint.green = skin[1] * light * (1 - 1.3 * rosy);
  paint.blue = skin[2] * light * (1 - 1.1 * rosy);
  const lids = bump((side - EYE.x * shape.eyeSpacing) / 1.7, (y - EYE.y - 0.3) / 1);
  darken(paint, [0.75, 0.62, 0.64], face * lids * (0.12 + 0.12 * age));
  const nostril = bump((side - 0.62 * shape.noseWidth) / 0.3, (y / shape.noseLength + 1.86) / 0.17);
  cover(paint, skin[0] * 0.1, skin[1] * 0.06, skin[2] * 0.06, face * Math.min(1, 1.15 * nostril));

  coverWithHair(paint, genes, around, y, 5, face * brow(genes, x, y));
  coverWithHair(paint, genes, around, y, 3, beard(genes, x, y, angle));
  coverWithHair(paint, genes, around, y, 2, hair);
  const oily = 1 + 0.9 * bump(x / 1.1, (y - 0.2) / 1.4) + 0.5 * bump(x / 2.5, (y - 6.5) / 1.5);
  paint.gloss = SKIN_GLOSS * oily * (1 - hair) + HAIR_GLOSS * hair;
}

/** Creases and cavities darken what lies in them: share of the light that is lost. */
function hollows({ age, shape }: Genes, x: number, y: number): number {
  const side = Math.abs(x);
  const fold = side - (1.75 * shape.noseWidth + 0.38 * (-1.4 - y));
  const nasolabial =
    (0.1 + 0.22 * age) * bump(fold / 0.16) * smoothStep(-4.6, -3.4, y) * smoothStep(-1, -1.9, y);
  const forehead =
    0.22 *
    age *
    smoothStep(4.5, 3, side) *
    smoothStep(5.4, 6, y) *
    smoothStep(8.2, 7.6, y) *
    bump(Math.sin(y * 5.2 + 0.3 * Math.cos(x)) / 0.3);
  const crow =
    0.16 * age * bump((side - 5.1) / 0.5, (y - EYE.y) / 0.7) * Math.max(0, Math.sin(y * 9 + side * 3));
  return (
    nasolabial +
    forehead +
    crow +
    0.28 * bump((side - 1.35 * shape.noseWidth) / 0.28, (y + 1.7) / 0.55) +
    0.3 * bump(x / 0.9, (y + 2.25) / 0.22) +
    0.1 * bump(x / 0.3, (y + 2.9) / 0.4) +
    0.25 * bump(x / 1.4, (y + 5.75) / 0.35) +
    0.3 * bump((side - 1.75) / 0.5, (y - 2.9) / 0.6) +
    0.2 * bump((side - EYE.x) / 1.5, (y - 3.7) / 0.35)
  );
}

/** Freckles: small dark spots on nose and cheeks. */
function spots({ freckles, seed }: Genes, around: number, y: number): number {
  if (freckles === 0) return 0;
  const where = smoothStep(-4, 0, y) * smoothStep(4, 1, y) * smoothStep(7, 4, Math.abs(around));
  const spot = smoothStep(0.45, 0.85, smoothNoise(around * 5.5, y * 5.5, seed + 31));
  return 0.3 * freckles * where * spot;
}

/** A few moles in fixed places. */
function moles(seed: number, around: number, y: number): number {
  let dark = 0;
  for (let k = 0; k < 6; k++) {
    const dx = around - (hash(k, 1, seed) - 0.5) * 15;
    const dy = y - (hash(k, 2, seed) * 15 - 8.5);
    const size = 0.07 + 0.1 * hash(k, 3, seed);
    if (dx * dx + dy * dy < 9 * size * size) dark += 0.6 * bump(dx / size, dy / size);
  }
  return Math.min(0.7, dark);
}

function brow({ shape, browHeight, browThickness, seed }: Genes, x: number, y: number): number {
  const side = Math.abs(x) / shape.eyeSpacing;
  // 0 at the inner end, 1 at the outer one.
  const along = (side - 1.35) / 3.6;
  if (along < -0.05 || along > 1.05) return 0;
  const middle =
    4.3 + browHeight + 0.75 * Math.sin(Math.min(1, along / 0.68) * 1.35) - 1.1 * Math.max(0, along - 0.62);
  const half = 0.4 * browThickness * (1 - 0.55 * Math.max(0, along)) * smoothStep(-0.05, 0.08, along);
  const ragged = 0.14 * smoothNoise(x * 9, y * 3 - x * 4, seed + 41);
  const hairs = 0.72 + 0.28 * smoothNoise(x * 16 - y * 10, y * 4, seed + 43);
  return 0.9 * hairs * smoothStep(half + 0.14, half - 0.14, Math.abs(y - middle) + ragged);
}

function beard({ beard: amount, seed }: Genes, x: number, y: number, angle: number): number {
  if (amount === 0 || Math.abs(angle) > 1.5) return 0;
  const side = Math.abs(x);
  const jaw = smoothStep(-3.2 + 0.9 * Math.max(0, side - 4), -5 + 0.9 * Math.max(0, side - 4), y);
  const moustache = smoothStep(2.6, 2, side) * smoothStep(-2.3, -2.7, y) * smoothStep(-3.9, -3.3, y);
  const where = Math.max(jaw * smoothStep(1.2, 2, Math.hypot(x / 1.3, y + 4.8)), moustache);
  return where * Math.min(1, 0.25 + amount) * (0.65 + 0.35 * smoothNoise(x * 14, y * 9, seed + 47));
}

/** Lays hair over the paint, in strands that run down and a little aslant. */
function coverWithHair(
  paint: Paint,
  { hair, seed }: Genes,
  around: number,
  y: number,
  fineness: number,
  share: number,
): void {
  if (share === 0) return;
  const across = (around + 0.35 * Math.sin(y * 0.7 + around * 0.4)) * fineness;
  const light =
    1 + 0.4 * smoothNoise(across * 2, y * 0.5, seed + 71) + 0.3 * smoothNoise(across * 5, y * 0.8, seed + 73);
  cover(paint, hair[0] * light, hair[1] * light, hair[2] * light, share);
}
