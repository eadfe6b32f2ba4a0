import type { Rgb } from '../colour.js';
import { linearRgb, mix } from '../colour.js';
import { between, normal, oneOf, randomOf } from '../random.js';

/** What makes one rendered person differ from another. Lengths in cm, factors around 1. */
export interface Genes {
  seed: number;
  /** 0 = the lightest skin, 1 = the darkest. */
  tone: number;
  /** Linear reflectance of the skin. */
  skin: Rgb;
  lips: Rgb;
  hair: Rgb;
  iris: Rgb;
  cloth: Rgb;
  shape: {
    width: number;
    height: number;
    jaw: number;
    chin: number;
    cheeks: number;
    brow: number;
    noseLength: number;
    noseWidth: number;
    noseHeight: number;
    eyeSpacing: number;
    eyeSize: number;
    eyeTilt: number;
    mouthWidth: number;
    lips: number;
  };
  browThickness: number;
  browHeight: number;
  hairStyle: 'short' | 'long' | 'cropped' | 'bald';
  /** Lowest point of the hair above the forehead. */
  hairline: number;
  /** 0 = none, 1 = full. */
  beard: number;
  freckles: number;
  /** 0 = young, 1 = old. */
  age: number;
}

/** sRGB of skin under white light, from the lightest to the darkest tone. */
const SKIN: readonly Rgb[] = [
  [243, 212, 194],
  [232, 190, 164],
  [214, 164, 132],
  [186, 134, 100],
  [148, 100, 72],
  [108, 70, 50],
  [74, 48, 36],
];
const HAIR: readonly [Rgb, ...Rgb[]] = [
  [22, 18, 17],
  [38, 27, 21],
  [66, 44, 29],
  [104, 72, 44],
  [168, 128, 82],
  [120, 60, 32],
  [150, 148, 146],
];
const IRIS: readonly [Rgb, ...Rgb[]] = [
  [54, 34, 20],
  [84, 54, 30],
  [104, 90, 52],
  [86, 116, 130],
  [110, 128, 96],
];
/** Eyes and hair of darker skin are dark. */
const DARK = 0.45;

/** Draws a person from a seed; `tone` fixes the skin tone. */
export function drawGenes(seed: number, tone?: number): Genes {
  const random = randomOf(seed, 'person');
  const drawn = random();
  const depth = tone ?? drawn;
  const spread = (share: number) =>
    Math.max(1 - 2 * share, Math.min(1 + 2 * share, 1 + share * normal(random)));
  const skin = skinOf(depth, between(random, -0.03, 0.03));
  const redness = between(random, 0.5, 1);
  const dark = depth > DARK;
  const age = random() ** 1.3;
  const hair = dark ? (HAIR[Math.floor(random() * 2)] ?? HAIR[0]) : oneOf(random, HAIR);
  const iris = dark ? (IRIS[Math.floor(random() * 2)] ?? IRIS[0]) : oneOf(random, IRIS);
  return {
    seed,
    tone: depth,
    skin,
    lips: [
      skin[0] * (0.72 + 0.1 * redness),
      skin[1] * (0.62 - 0.14 * redness),
      skin[2] * (0.66 - 0.1 * redness),
    ],
    hair: linearRgb(hair),
    iris: linearRgb(iris),
    cloth: linearRgb([30 + 190 * random(), 30 + 190 * random(), 40 + 190 * random()]),
    shape: {
      width: spread(0.03),
      height: spread(0.03),
      jaw: spread(0.05),
      chin: spread(0.2),
      cheeks: spread(0.25),
      brow: spread(0.25),
      noseLength: spread(0.05),
      noseWidth: spread(0.1) * (1 + 0.15 * depth),
      noseHeight: spread(0.08),
      eyeSpacing: spread(0.02),
      eyeSize: spread(0.04),
      eyeTilt: 0.06 * normal(random),
      mouthWidth: spread(0.05),
      lips: spread(0.15) * (0.9 + 0.25 * depth),
    },
    browThickness: between(random, 0.55, 1.2),
    browHeight: between(random, -0.2, 0.25),
    hairStyle: oneOf(random, ['short', 'long', 'short', 'long', 'cropped', 'bald']),
    hairline: between(random, 7.6, 8.8),
    beard: random() < 0.3 ? random() : 0,
    freckles: dark ? 0 : Math.max(0, between(random, -1, 1)),
    age,
  };
}

function skinOf(tone: number, shift: number): Rgb {
  const at = Math.max(0, Math.min(1, tone)) * (SKIN.length - 1);
  const low = Math.min(SKIN.length - 2, Math.floor(at));
  const [one, other] = SKIN.slice(low, low + 2);
  const [red, green, blue] = linearRgb(mix(one ?? [0, 0, 0], other ?? [0, 0, 0], at - low));
  return [red, green * (1 + shift), blue * (1 + 2 * shift)];
}
