import { toByte } from '../colour.js';
import { between, normal, randomOf, type Random } from '../random.js';
import type { Size } from '../render-person.js';
import { blur } from './blur.js';

/**
 * A camera from the lens to the 8-bit picture. Every clip goes through one, whatever it shows, so that nothing but the
 * attack separates the classes. Light is linear; 1 is white paper in a bright room.
 */
export interface CameraModel {
  /** Blur of lens, demosaicking and denoising together: standard deviation, px. */
  blurPx: number;
  /** Light lost in the corners, 0..1. */
  vignetting: number;
  /** Variance of a pixel's light: read noise² + shot * light. */
  noise: { read: number; shot: number };
  /** Mean luminance that the exposure aims for, and how fast it gets there. */
  exposure: { target: number; tauMs: number };
  /** How much of a colour cast the white balance takes away, 0..1, and how fast. */
  whiteBalance: { strength: number; tauMs: number };
  /** Strength of the unsharp mask over the finished picture. */
  sharpening: number;
  /** From the first row of the sensor to the last, ms. */
  readoutMs: number;
  /** How long each row gathers light, ms. */
  exposureMs: number;
  /** Between two frames, ms: the mean and its standard deviation. */
  frame: { periodMs: number; jitterMs: number; dropped: number };
  /** From the sensor to the page's callback, ms. */
  latencyMs: number;
  /** Of the still pictures that the client encodes, 0..100. */
  quality: number;
}

/** Draws an ordinary camera of a phone or laptop; `light` is the ambient light's level, which lengthens the exposure. */
export function drawCamera(seed: number, light: number): CameraModel {
  const random = randomOf(seed, 'camera');
  const dark = Math.max(0, Math.min(1, Math.log2(0.4 / light) / 4));
  const rate = dark > 0.6 ? between(random, 15, 22) : between(random, 24, 30);
  return {
    blurPx: between(random, 0.5, 0.85) + 0.25 * dark,
    vignetting: between(random, 0.05, 0.25),
    noise: { read: between(random, 0.0004, 0.0009), shot: between(random, 1.2e-5, 3.5e-5) },
    exposure: { target: between(random, 0.17, 0.25), tauMs: between(random, 250, 700) },
    whiteBalance: { strength: between(random, 0.2, 0.7), tauMs: between(random, 900, 2500) },
    sharpening: between(random, 0.2, 0.7),
    readoutMs: between(random, 12, 30),
    exposureMs: Math.min(1000 / rate, between(random, 8, 16) * (1 + 2 * dark)),
    frame: {
      periodMs: 1000 / rate,
      jitterMs: between(random, 0.4, 2.5),
      dropped: between(random, 0.005, 0.03),
    },
    latencyMs: between(random, 45, 120),
    quality: Math.round(between(random, 78, 92)),
  };
}

/** Distinct normally distributed numbers that the noise of each row of each frame is taken from, from another one on. */
const NOISE_TABLE = 1 << 16;

/** Takes frames one after another; exposure and white balance follow what the frames before showed. */
export class Camera {
  readonly #random: Random;
  readonly #noise: Float32Array;
  readonly #scratch: Float32Array;
  readonly #plain: Uint8Array;
  #gain: number | null = null;
  #balance: [number, number, number] = [1, 1, 1];
  #lastMs = 0;

  constructor(
    readonly model: CameraModel,
    readonly size: Size,
    seed: number,
  ) {
    this.#random = randomOf(seed, 'sensor');
    this.#noise = Float32Array.from({ length: NOISE_TABLE }, () => normal(this.#random));
    this.#scratch = new Float32Array(3 * size.width * size.height);
    this.#plain = new Uint8Array(this.#scratch.length);
  }

  /**
   * The frame that the camera makes of the light which falls on it at a time; `light` is used up.
   * @param moved how far the picture moved during the exposure of one row, px
   * @returns interleaved 8-bit sRGB
   */
  take(light: Float32Array, atMs: number, moved = { x: 0, y: 0 }): Uint8ClampedArray<ArrayBuffer> {
    const { blurPx } = this.model;
    // The blur of a movement is that of a box; its standard deviation is its length / sqrt(12).
    const sigma = { x: Math.hypot(blurPx, moved.x / 3.46), y: Math.hypot(blurPx, moved.y / 3.46) };
    blur(light, this.size, sigma, this.#scratch);
    this.#meter(light, atMs);
    this.#develop(light);
    return this.#sharpened();
  }

  /** Sets gain and white balance from the middle of the picture, as fast as the camera can. */
  #meter(light: Float32Array, atMs: number): void {
    const { exposure, whiteBalance } = this.model;
    const { width, height } = this.size;
    const mean = [0, 0, 0];
    let weight = 0;
    for (let y = 4; y < height; y += 8) {
      for (let x = 4; x < width; x += 8) {
        const near = 1 + 3 * Math.exp(-8 * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2));
        for (let c = 0; c < 3; c++) mean[c] = (mean[c] ?? 0) + near * (light[3 * (y * width + x) + c] ?? 0);
        weight += near;
      }
    }
    const [red = 0, green = 0, blue = 0] = mean.map((sum) => sum / weight + 1e-6);
    const wanted = exposure.target / (0.2126 * red + 0.7152 * green + 0.0722 * blue);
    const grey = (red + green + blue) / 3;
    // The camera has been running for a while when the first frame is taken.
    const elapsed = this.#gain === null ? Infinity : Math.max(0, atMs - this.#lastMs);
    this.#lastMs = atMs;
    const gain = this.#gain ?? wanted;
    this.#gain = gain * (wanted / gain) ** (1 - Math.exp(-elapsed / exposure.tauMs));
    const follow = 1 - Math.exp(-elapsed / whiteBalance.tauMs);
    const cast = [grey / red, grey / green, grey / blue];
    for (const c of [0, 1, 2] as const)
      this.#balance[c] *= ((cast[c] ?? 1) ** whiteBalance.strength / this.#balance[c]) ** follow;
  }

  /** Adds the sensor's noise, applies gain, white balance and vignetting, clips and applies the tone curve. */
  #develop(light: Float32Array): void {
    const { noise, vignetting } = this.model;
    const { width, height } = this.size;
    const gain = this.#gain ?? 1;
    const [red, green, blue] = this.#balance.map((balance) => gain * balance) as [number, number, number];
    const readVariance = noise.read ** 2;
    const { shot } = noise;
    const table = this.#noise;
    const plain = this.#plain;
    for (let y = 0; y < height; y++) {
      let at = Math.floor(this.#random() * (NOISE_TABLE - 3 * width));
      const dy = y / height - 0.5;
      for (let x = 0, k = 3 * y * width; x < width; x++, k += 3, at += 3) {
        const dx = x / width - 0.5;
        const falloff = 1 - 2 * vignetting * (dx * dx + dy * dy);
        const r = (light[k] ?? 0) * falloff;
        const g = (light[k + 1] ?? 0) * falloff;
        const b = (light[k + 2] ?? 0) * falloff;
        light[k] = red * (r + (table[at] ?? 0) * Math.sqrt(readVariance + shot * r));
        plain[k] = toByte(light[k] ?? 0);
        light[k + 1] = green * (g + (table[at + 1] ?? 0) * Math.sqrt(readVariance + shot * g));
        plain[k + 1] = toByte(light[k + 1] ?? 0);
        light[k + 2] = blue * (b + (table[at + 2] ?? 0) * Math.sqrt(readVariance + shot * b));
        plain[k + 2] = toByte(light[k + 2] ?? 0);
      }
    }
  }

  /** The frame, all but its outermost pixels sharpened. */
  #sharpened(): Uint8ClampedArray<ArrayBuffer> {
    const { width, height } = this.size;
    // In 1024ths: whole numbers are faster.
    const quarter = Math.round(256 * this.model.sharpening);
    const plain = this.#plain;
    const sharp = new Uint8ClampedArray(plain);
    if (quarter === 0) return sharp;
    const row = 3 * width;
    for (let y = 1; y < height - 1; y++)
      for (let k = y * row + 3, end = (y + 1) * row - 3; k < end; k++) {
        const centre = plain[k] ?? 0;
        const around =
          (plain[k - row] ?? 0) + (plain[k + row] ?? 0) + (plain[k - 3] ?? 0) + (plain[k + 3] ?? 0);
        sharp[k] = centre + ((quarter * (4 * centre - around) + 512) >> 10);
      }
    return sharp;
  }
}
