import type { PersonState, Renderer, Scene } from './render-person.js';
import type { LightColours } from './scene/shade.js';

/** One moment before the camera: what a willing person would do, and what light there is. */
export interface Moment {
  timeMs: number;
  /** What the challenge asks for, as a person would do it. */
  state: PersonState;
  light: LightColours;
  /** How far the face moves while the sensor is read out, px. */
  shear: { x: number; y: number };
}

/** What stands before the camera: a person, or an attack instrument that is moved as well as it can be. */
export interface Subject {
  /** Linear light of each pixel, three numbers each; may be overwritten by the next call. */
  draw(renderer: Renderer, moment: Moment): Float32Array;
}

/** A person who is really there. */
export function live(scene: Scene): Subject {
  return {
    draw: (renderer, { state, light, shear }) => renderer.render(scene, state, light, shear),
  };
}
