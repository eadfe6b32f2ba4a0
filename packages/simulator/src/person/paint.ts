import type { Rgb } from '../colour.js';

/** The colour that a place of a surface is being given: linear reflectances and gloss, 0..1. */
export interface Paint {
  red: number;
  green: number;
  blue: number;
  gloss: number;
}

/** Lays a colour over the paint; `share` 0 leaves it, 1 covers it. */
export function cover(paint: Paint, red: number, green: number, blue: number, share: number): void {
  paint.red += (red - paint.red) * share;
  paint.green += (green - paint.green) * share;
  paint.blue += (blue - paint.blue) * share;
}

/** Makes the paint darker by a factor for each channel, where `share` is 1. */
export function darken(paint: Paint, [red, green, blue]: Rgb, share: number): void {
  paint.red *= 1 + (red - 1) * share;
  paint.green *= 1 + (green - 1) * share;
  paint.blue *= 1 + (blue - 1) * share;
}
