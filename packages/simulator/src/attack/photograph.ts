import { Camera, drawCamera } from '../camera/camera.js';
import { toLinear, type Rgb } from '../colour.js';
import { Renderer, type PersonState, type Scene, type Size } from '../render-person.js';
import type { Texture } from '../scene/surface.js';

/** A picture of the person whom an attack shows, as a camera made it. */
export interface Photograph {
  /** Linear light of the picture's 8-bit values; no gloss. */
  picture: Texture;
  state: PersonState;
}

/** The size of a portrait in which a camera of this size will not see the pixels. */
export function portraitFor({ width, height }: Size): Size {
  const shorter = Math.min(width, height);
  return { width: Math.round(1.05 * shorter), height: Math.round(1.4 * shorter) };
}

const LINEAR = Float32Array.from({ length: 256 }, (_, value) => toLinear(value / 255));

/** Takes a photograph of a person in the light of a room. */
export function photograph(scene: Scene, state: PersonState, seed: number, size: Size): Photograph {
  const picture: Texture = { ...size, texels: new Float32Array(4 * size.width * size.height) };
  const light: Rgb = [0.7, 0.7, 0.7];
  const seen = new Renderer(size).render(scene, state, { ambient: light, screen: [0, 0, 0] });
  show(new Camera(drawCamera(seed, 0.7), size, seed).take(seen, 0), picture);
  return { picture, state };
}

/** Puts a picture of interleaved 8-bit sRGB into a texture of the same size. */
export function show(rgb: Uint8ClampedArray, { texels }: Texture): void {
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    texels[to] = LINEAR[rgb[from] ?? 0] ?? 0;
    texels[to + 1] = LINEAR[rgb[from + 1] ?? 0] ?? 0;
    texels[to + 2] = LINEAR[rgb[from + 2] ?? 0] ?? 0;
  }
}
