import { luminance } from '../colour.js';
import { fractalNoise, hash } from '../noise.js';
import { between, oneOf, randomOf } from '../random.js';
import { contrastLeft, wave } from '../scene/grating.js';
import { readTexture } from '../scene/shade.js';
import type { Look, Texture } from '../scene/surface.js';

/** A printer with its paper. */
export interface PrintModel {
  /** Reflectance of the bare paper and of full ink. */
  white: number;
  black: number;
  /** How much of the colours' saturation the inks reach. */
  saturation: number;
  /** Strength of the paper's grain, share of its reflectance. */
  grain: number;
  gloss: number;
  /** Ruling of the screen dots, lines a cm; 0 for an ink-jet, whose dots are too fine and have no order. */
  linesPerCm: number;
  /** Unprinted border, share of the width. */
  border: number;
}

/** Draws an ordinary printer: an ink-jet or laser at home, or a press. */
export function drawPrinter(seed: number, { glossy }: { glossy: boolean }): PrintModel {
  const random = randomOf(seed, 'printer');
  return {
    white: between(random, 0.78, 0.92),
    black: glossy ? between(random, 0.012, 0.03) : between(random, 0.03, 0.07),
    saturation: glossy ? between(random, 0.85, 1) : between(random, 0.65, 0.9),
    grain: between(random, 0.01, 0.03),
    gloss: glossy ? between(random, 0.12, 0.3) : between(random, 0.005, 0.03),
    // 60 to 175 lines an inch.
    linesPerCm: oneOf(random, [0, between(random, 24, 69)]),
    border: oneOf(random, [0, between(random, 0.02, 0.06)]),
  };
}

/** Angles of the screens for cyan, magenta and yellow, as presses set them: dots of two inks that lie alike would beat. */
const SCREEN_DEG = [15, 75, 0] as const;
/** Amplitude of a dot screen's fundamental at half coverage: that of round dots is about a third. */
const DOT_AMPLITUDE = 0.33;

/** The looks of a print of a picture on a sheet of this width. */
export function printLook(picture: Texture, model: PrintModel, widthCm: number, seed: number): Look {
  const printed = inks(picture, model, seed);
  const { border, white, gloss, linesPerCm } = model;
  const heightCm = (widthCm * picture.height) / picture.width;
  const screenAt = (degrees: number) => {
    const angle = (degrees * Math.PI) / 180;
    return { cos: linesPerCm * Math.cos(angle), sin: linesPerCm * Math.sin(angle) };
  };
  const screens = [screenAt(SCREEN_DEG[0]), screenAt(SCREEN_DEG[1]), screenAt(SCREEN_DEG[2])] as const;
  /** The tone with the dots of one ink; at half tone they are largest. */
  const dotted = (tone: number, x: number, y: number, left: number, { cos, sin }: (typeof screens)[0]) => {
    const coverage = tone < white ? tone / white : 1;
    const amplitude = DOT_AMPLITUDE * 4 * coverage * (1 - coverage) * white;
    return Math.max(0, tone + left * amplitude * 0.5 * (wave(x * cos + y * sin) + wave(y * cos - x * sin)));
  };
  const scale = 1 / (1 - 2 * border);
  return (u, v, pixelsPerCm, _row, into) => {
    const x = (u - border) * scale;
    const y = (v - border) * scale;
    into[3] = gloss;
    into[4] = into[5] = into[6] = 0;
    if (x < 0 || x > 1 || y < 0 || y > 1) {
      into[0] = into[1] = into[2] = white;
      return;
    }
    readTexture(printed, x, y, into);
    into[3] = gloss;
    if (linesPerCm === 0) return;
    const left = contrastLeft(linesPerCm / pixelsPerCm);
    if (Math.abs(left) < 0.004) return;
    const [px, py] = [u * widthCm, v * heightCm];
    into[0] = dotted(into[0] ?? 0, px, py, left, screens[0]);
    into[1] = dotted(into[1] ?? 0, px, py, left, screens[1]);
    into[2] = dotted(into[2] ?? 0, px, py, left, screens[2]);
  };
}

/** The reflectances of a picture in ink on paper: squeezed between black and white, paler, with the paper's grain. */
function inks({ width, height, texels }: Texture, model: PrintModel, seed: number): Texture {
  const { white, black, saturation, grain } = model;
  const out = new Float32Array(texels.length);
  // What a picture shows as white is the brightest in it, not the light of the room.
  const exposure = 1.15;
  for (let k = 0; k < out.length; k += 4) {
    const red = texels[k] ?? 0;
    const green = texels[k + 1] ?? 0;
    const blue = texels[k + 2] ?? 0;
    const grey = luminance([red, green, blue]);
    const [x, y] = [(k / 4) % width, Math.floor(k / 4 / width)];
    const paper =
      1 + grain * (fractalNoise(x * 0.08, y * 0.08, seed + 11, 2) + 1.2 * (hash(x, y, seed + 13) - 0.5));
    const ink = (value: number) =>
      (black + (white - black) * Math.min(1, exposure * (grey + saturation * (value - grey)))) * paper;
    out[k] = ink(red);
    out[k + 1] = ink(green);
    out[k + 2] = ink(blue);
  }
  return { width, height, texels: out };
}
