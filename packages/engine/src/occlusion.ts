import type { FaceReport } from './analysis.js';
import type { Frame } from './decode.js';
import { eyeCentres, landmark, type Mesh } from './mesh.js';

// Whether something dark covers the eyes, or something that is no skin the mouth. Simple colour statistics at landmarks, fitted on
// photographs with and without painted sunglasses and masks (docs/decisions/0028-what-hides-eyes-and-mouth-is-no-skin.md). They
// do not see clear glasses, transparent visors, or anything on forehead and cheeks.

/** Landmarks around which colours are read. */
const REGIONS = {
  cheeks: [117, 346, 50, 280, 118, 347],
  middleFace: [50, 280, 205, 425, 4, 1, 36, 266],
  forehead: [9, 8, 151, 108, 337, 107, 336],
  eyes: [159, 145, 160, 144, 158, 153, 386, 374, 387, 373, 385, 380],
  lids: [27, 28, 56, 29, 257, 258, 286, 259],
  underEyes: [230, 229, 231, 450, 449, 451],
  lips: [0, 37, 267, 17, 84, 314, 181, 405, 13, 14],
  aroundLips: [61, 291, 13, 14, 78, 308, 0, 17, 164, 18],
  upperLipSkin: [164, 167, 393],
  noseTip: [4, 1, 44, 274],
  chin: [199, 200, 175, 171, 396],
  lowerCheeks: [207, 427, 214, 434, 212, 432],
} as const;

/** Each landmark is read on 5 x 5 points within this distance, as a share of the distance between the eyes. */
const RADIUS = 0.06;
/** Added to bytes before a logarithm or division, so that sensor noise in the dark counts for nothing. */
const FLOOR = 4;

/**
 * Below both numbers for the eyes, and shorter than 1 as a vector in those for the mouth, something hides them. What is darker than
 * `darkGlasses` around both eyes, as the logarithm of its share of the skin below, or differs by more than `cover` in colour all around
 * the mouth from the skin above, has to show that much more: glasses mirror things, and masks have folds and patterns.
 */
const LIMIT = {
  lipRedness: 0.05,
  mouthContrast: 0.15,
  underEyeLuma: -0.45,
  eyeContrast: 0.17,
  darkGlasses: 0.4,
  cover: 0.12,
};
/** How much more: 1 + this for each unit beyond the limit. */
const DOUBT = { darkGlasses: 5, cover: 10 };

/** How well eyes and mouth are seen; below 1 something may cover them. */
export function measureVisibility(frame: Frame, mesh: Mesh): FaceReport['visibility'] {
  const [right, left] = eyeCentres(mesh);
  const radius = RADIUS * Math.hypot(left.x - right.x, left.y - right.y);
  const read = (region: keyof typeof REGIONS) => readRegion(frame, mesh, REGIONS[region], radius);

  const cheeks = read('cheeks');
  const eyes = read('eyes');
  const underEyes = read('underEyes');
  // Dark glasses darken the skin under the eyes and leave no contrast between lids, white and iris.
  const underEyeLuma = brightness(underEyes, cheeks);
  const eyeContrast = eyes.spread / (cheeks.luma + FLOOR);
  // A hat shades the forehead, and a mask is no skin: against the darker of both.
  const forehead = read('forehead');
  const skin = [forehead, read('middleFace')];
  const darkness = Math.min(
    ...[underEyes, read('lids')].flatMap((area) => skin.map((other) => brightness(other, area))),
  );

  const chin = read('chin');
  const upperLipSkin = read('upperLipSkin');
  const lowerCheeks = read('lowerCheeks');
  // A mask hides that lips are redder than the skin around them, and their outline.
  const lipRedness = redness(read('lips')) - redness(mix([upperLipSkin, chin, lowerCheeks]));
  const mouthContrast = read('aroundLips').spread / ((upperLipSkin.luma + chin.luma) / 2 + FLOOR);
  // A hand before the mouth has the colour of the face, and a beard leaves some skin; cloth and paper do neither.
  const upper = mix([forehead, underEyes]);
  const aroundMouth = [upperLipSkin, chin, lowerCheeks];
  const cover = Math.min(...aroundMouth.map((area) => chroma(area, upper)));
  return {
    eyes:
      Math.max(
        1 + (underEyeLuma - LIMIT.underEyeLuma) / -LIMIT.underEyeLuma,
        eyeContrast / LIMIT.eyeContrast,
      ) / demand(darkness, 'darkGlasses'),
    // Lips of nearly the skin's own colour, or in a beard, give little of either: both together tell.
    mouth:
      Math.hypot(Math.max(0, lipRedness) / LIMIT.lipRedness, mouthContrast / LIMIT.mouthContrast) /
      demand(cover, 'cover'),
    maskContrast: Math.min(...aroundMouth.map((area) => contrast(area, upper))),
    noseContrast: contrast(read('noseTip'), upper),
  };
}

/** How much more must be seen for what looks like a cover; 1 where nothing does. */
function demand(value: number, sign: keyof typeof DOUBT): number {
  return 1 + DOUBT[sign] * Math.max(0, value - LIMIT[sign]);
}

/** Bytes 0..255. */
export interface Colour {
  red: number;
  green: number;
  blue: number;
  luma: number;
}

/** Mean colour around landmarks, within `radius` px of each, and the standard deviation of the luma there. */
export function readRegion(
  { rgb, width, height }: Frame,
  mesh: Mesh,
  numbers: readonly number[],
  radius: number,
): Colour & { spread: number } {
  let red = 0;
  let green = 0;
  let blue = 0;
  let luma = 0;
  let squares = 0;
  for (const number of numbers) {
    const { x, y } = landmark(mesh, number);
    for (let k = 0; k < 25; k++) {
      const column = clamp(Math.round(x + (((k % 5) - 2) * radius) / 2), width);
      const row = clamp(Math.round(y + ((Math.floor(k / 5) - 2) * radius) / 2), height);
      const at = 3 * (row * width + column);
      const r = rgb[at] ?? 0;
      const g = rgb[at + 1] ?? 0;
      const b = rgb[at + 2] ?? 0;
      const value = 0.299 * r + 0.587 * g + 0.114 * b;
      red += r;
      green += g;
      blue += b;
      luma += value;
      squares += value * value;
    }
  }
  const count = 25 * numbers.length;
  const mean = luma / count;
  return {
    red: red / count,
    green: green / count,
    blue: blue / count,
    luma: mean,
    spread: Math.sqrt(Math.max(0, squares / count - mean * mean)),
  };
}

function mix(colours: readonly Colour[]): Colour {
  const mean = (key: keyof Colour) => colours.reduce((sum, colour) => sum + colour[key], 0) / colours.length;
  return { red: mean('red'), green: mean('green'), blue: mean('blue'), luma: mean('luma') };
}

/** How differently two areas are coloured, whatever light is on them: 0.1 is about a tenth more or less of one channel. */
function chroma(one: Colour, other: Colour): number {
  const blueness = ({ green, blue }: Colour) => Math.log((blue + FLOOR) / (green + FLOOR));
  return Math.hypot(redness(one) - redness(other), blueness(one) - blueness(other));
}

/** How differently two areas are coloured and lit. */
function contrast(one: Colour, other: Colour): number {
  return Math.hypot(chroma(one, other), brightness(one, other) / 2);
}

/** Logarithm of an area's share of another's luma; 0 is as bright. */
function brightness({ luma }: Colour, other: Colour): number {
  return Math.log((luma + FLOOR) / (other.luma + FLOOR));
}

function redness({ red, green }: Colour): number {
  return Math.log((red + FLOOR) / (green + FLOOR));
}

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(size - 1, value));
}
