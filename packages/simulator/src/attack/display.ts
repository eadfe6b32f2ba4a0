import { between, randomOf } from '../random.js';
import { smoothNoise } from '../noise.js';
import { contrastLeft, wave } from '../scene/grating.js';
import { readTexture } from '../scene/shade.js';
import type { Look, Texture } from '../scene/surface.js';
import { paintTexture } from '../scene/texture.js';

/** A display with its glass and frame, as it lies before the camera. */
export interface DisplayModel {
  /** Of the glass with the frame, cm. */
  widthCm: number;
  heightCm: number;
  /** Width of the frame around the picture, cm. */
  bezelCm: number;
  /** Distance of two pixels, cm; each has stripes of red, green and blue side by side. */
  pitchCm: number;
  /** Light of its white against white paper in a bright room. */
  brightness: number;
  /** Light of its black against its white. */
  blackLevel: number;
  /** Factors of red and blue against sRGB's white. */
  white: { red: number; blue: number };
  /** Share of the room's light that the glass mirrors, and how uneven that image is. */
  reflection: number;
  /** Depth of the bands that refresh and rolling shutter make, 0..1; their number over the picture; how fast they move. */
  bands: { depth: number; count: number; perSecond: number };
}

export type DisplayKind = 'phone' | 'tablet' | 'laptop';
type Range = readonly [low: number, high: number];

/** Sizes of ordinary devices, cm: width of the whole, height against it, frame, and pixel pitch. */
const KINDS: Record<DisplayKind, { width: Range; aspect: number; bezel: Range; pitch: Range }> = {
  phone: { width: [6.8, 7.6], aspect: 2.05, bezel: [0.15, 0.4], pitch: [0.0055, 0.0075] },
  tablet: { width: [15.5, 18], aspect: 1.38, bezel: [0.6, 1.3], pitch: [0.0095, 0.0115] },
  laptop: { width: [30, 34], aspect: 0.66, bezel: [0.7, 1.6], pitch: [0.016, 0.022] },
};

/** Draws a display whose brightness its user has set to about that of the room. */
export function drawDisplay(kind: DisplayKind, ambientLevel: number, seed: number): DisplayModel {
  const random = randomOf(seed, `display ${kind}`);
  const { width, aspect, bezel, pitch } = KINDS[kind];
  const widthCm = between(random, ...width);
  return {
    widthCm,
    heightCm: widthCm * aspect,
    bezelCm: between(random, ...bezel),
    pitchCm: between(random, ...pitch),
    brightness: between(random, 0.8, 1.6) * Math.max(0.15, ambientLevel),
    blackLevel: kind === 'phone' ? between(random, 0, 0.001) : between(random, 0.001, 0.004),
    white: { red: between(random, 0.9, 1.03), blue: between(random, 0.97, 1.2) },
    reflection: between(random, 0.005, 0.03),
    bands: {
      depth: random() < 0.5 ? between(random, 0.01, 0.06) : 0,
      count: between(random, 0.6, 3),
      perSecond: between(random, -4, 4),
    },
  };
}

/** Share of its pixel that a stripe of one colour fills from side to side, and a pixel from top to bottom. */
const STRIPE = 1 / 3;
const PIXEL_HEIGHT = 0.82;
/** Amplitudes of the gratings that they make: the first and the second across, the first down. */
const [FIRST, SECOND, DOWN] = [sinc(STRIPE), sinc(2 * STRIPE), sinc(PIXEL_HEIGHT)];
/** Reflectance of the frame, and the shine of frame and glass. */
const FRAME = 0.025;
const GLOSS = 0.06;

/**
 * The looks of a display that shows what is in a texture at the time. The picture fills the display as far as both shapes
 * allow; what is left is black.
 */
export function displayLook(model: DisplayModel, picture: Texture, now: () => number, seed: number): Look {
  const { widthCm, heightCm, bezelCm, pitchCm, brightness, blackLevel, white, reflection, bands } = model;
  const { x: left, y: top, width, height } = pictureOn(model, picture);
  const [columns, rows] = [widthCm / pitchCm, heightCm / pitchCm];
  const room = mirrored(reflection, seed);
  return (u, v, pixelsPerCm, row, into) => {
    const [x, y] = [u * widthCm, v * heightCm];
    const inside = x > bezelCm && x < widthCm - bezelCm && y > bezelCm && y < heightCm - bezelCm;
    into[4] = into[5] = into[6] = 0;
    if (!inside) {
      into[0] = into[1] = into[2] = FRAME;
      into[3] = GLOSS;
      return;
    }
    readTexture(room, u, v, into);
    const [px, py] = [(x - left) / width, (y - top) / height];
    const level =
      brightness * (1 + bands.depth * wave(bands.count * row + bands.perSecond * now() * 0.001 - 0.25));
    if (px < 0 || px > 1 || py < 0 || py > 1) {
      into[4] = into[5] = into[6] = level * blackLevel;
      return;
    }
    const mirror = into[0] ?? 0;
    readTexture(picture, px, py, into);
    const cycles = 1 / (pitchCm * pixelsPerCm);
    const first = 2 * contrastLeft(cycles) * FIRST;
    const second = 2 * contrastLeft(2 * cycles) * SECOND;
    const seen = Math.abs(first) > 0.003;
    const lines = seen ? level * (1 + 2 * contrastLeft(cycles) * DOWN * wave(v * rows)) : level;
    const light = (shown: number, colour: number, stripe: number) => {
      const cos = seen ? wave(u * columns - stripe) : 0;
      const stripes = seen ? 1 + first * cos + second * (2 * cos * cos - 1) : 1;
      return Math.max(0, lines * colour * (blackLevel + (1 - blackLevel) * shown) * stripes);
    };
    into[4] = light(into[0] ?? 0, white.red, 0);
    into[5] = light(into[1] ?? 0, 1, 1 / 3);
    into[6] = light(into[2] ?? 0, white.blue, 2 / 3);
    into[0] = into[1] = into[2] = mirror;
    into[3] = GLOSS;
  };
}

/** Where a picture lies on the display, cm from the upper left corner of the glass. */
export function pictureOn(
  { widthCm, heightCm, bezelCm }: DisplayModel,
  picture: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
  const room = { width: widthCm - 2 * bezelCm, height: heightCm - 2 * bezelCm };
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  const [width, height] = [scale * picture.width, scale * picture.height];
  return { x: (widthCm - width) / 2, y: (heightCm - height) / 2, width, height };
}

/** The blurred image of the room in the glass, as a share of the room's light. */
function mirrored(strength: number, seed: number): Texture {
  return paintTexture(24, 24, (u, v) => {
    const share = strength * (1 + 0.8 * smoothNoise(u * 2.2, v * 2.2, seed + 41));
    return { colour: [share, share, share], gloss: GLOSS };
  });
}

function sinc(x: number): number {
  return Math.sin(Math.PI * x) / (Math.PI * x);
}
