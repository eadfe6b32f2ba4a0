import { toBytes } from './colour.js';
import type { Gaze } from './person/features.js';
import type { Expression } from './person/head-shape.js';
import { FACE_WIDTH_CM, type Person } from './person/person.js';
import { rotationOf, type Placement } from './scene/placement.js';
import {
  clearFragments,
  createFragments,
  rasterise,
  type Fragments,
  type Lens,
  type LightPlaces,
} from './scene/rasterise.js';
import type { Room } from './scene/room.js';
import { shade, type LightColours } from './scene/shade.js';
import type { Surface } from './scene/surface.js';

/** How a person is before the camera, in the coordinates of `Challenge` (fractions of the unmirrored frame). */
export interface PersonState extends Expression {
  faceCentreX: number;
  faceCentreY: number;
  /** Ear to ear, as a fraction of the frame's shorter side; says how far away the head is. */
  faceWidth: number;
  /** Degrees; signs as in the engine's reports: to the subject's left, up, tilted to the subject's left. */
  yawDeg: number;
  pitchDeg: number;
  rollDeg: number;
  /** How the camera was moved by the hand that holds it: fractions of the frame, and degrees. */
  shake: { x: number; y: number; rollDeg: number };
  /** Where the eyes look; into the camera when left out. */
  gaze?: Gaze;
}

export interface Size {
  width: number;
  height: number;
}

/** Looks into the camera from about 45 cm. */
export const AT_REST: PersonState = {
  faceCentreX: 0.5,
  faceCentreY: 0.5,
  faceWidth: 0.4,
  yawDeg: 0,
  pitchDeg: 0,
  rollDeg: 0,
  smile: 0,
  mouthOpen: 0,
  eyesClosed: 0,
  shake: { x: 0, y: 0, rollDeg: 0 },
};

/** Focal length of a webcam or a phone's front camera as a multiple of the frame's shorter side (48 degrees). */
const FOCAL = 1.12;
/** What `faceCentre` is the place of, in head coordinates: the middle of the face from forehead to chin. */
const FACE_CENTRE = [0, -0.2, 1.5] as const;
/** An eye that looks at the camera turns against the head; its pupil moves so much, cm. */
const EYEBALL_RADIUS = 1.15;
const MAX_GAZE = 0.55;

/** A light before and above the person to the left, and a screen below the camera. */
export const OFFICE_LIGHT: LightPlaces = { key: [-0.45, 0.68, 0.58], keyShare: 0.45, screen: [0, -6, 0] };

export interface Scene {
  person: Person;
  room: Room;
  places?: LightPlaces;
}

/** The lens of a camera for frames of this size. */
export function lensOf({ width, height }: Size, shake: PersonState['shake'] = AT_REST.shake): Lens {
  return {
    width,
    height,
    focal: FOCAL * Math.min(width, height),
    centreX: width * (0.5 + shake.x),
    centreY: height * (0.5 + shake.y),
  };
}

/** How far a face of this width is from the camera, cm. */
export function distanceOf(faceWidth: number): number {
  return (FOCAL * FACE_WIDTH_CM) / faceWidth;
}

/** Draws frames of a scene; keeps its memory between them. */
export class Renderer {
  readonly #fragments: Fragments;
  readonly #light: Float32Array;

  constructor(readonly size: Size) {
    this.#fragments = createFragments(size.width, size.height);
    this.#light = new Float32Array(3 * size.width * size.height);
  }

  /**
   * Linear light of each pixel, three numbers each; the next frame overwrites it.
   * @param shear how far the face moves while the sensor is read out, px
   */
  render(scene: Scene, state: PersonState, light: LightColours, shear = { x: 0, y: 0 }): Float32Array {
    const surfaces = this.#see(scene, state, shear);
    shade(this.#fragments, surfaces, light, this.#light);
    return this.#light;
  }

  #see(
    { person, room, places = OFFICE_LIGHT }: Scene,
    state: PersonState,
    shear: { x: number; y: number },
  ): Surface[] {
    person.head.pose(state, state.gaze ?? gazeAtCamera(state));
    const lens = lensOf(this.size, state.shake);
    const head = placementOf(state, this.size, 1);
    clearFragments(this.#fragments);
    const surfaces: Surface[] = [];
    const draw = (surface: Surface, placement: Placement, moves: { x: number; y: number }) => {
      surfaces.push(surface);
      rasterise(this.#fragments, surface, surfaces.length, placement, lens, places, moves);
    };
    draw(person.head.surface, head, shear);
    draw(person.body, placementOf(state, this.size, 0.15), shear);
    if (person.curtain) draw(person.curtain, head, shear);
    draw(
      room.wall,
      { rotation: rotationOf(0, 0, state.shake.rollDeg), pivot: [0, 0, 0], position: [0, 0, 0] },
      { x: 0, y: 0 },
    );
    return surfaces;
  }
}

/**
 * One frame of a person as a plain picture: interleaved 8-bit sRGB, three or four channels (the fourth is 255). For a camera
 * with its noise and errors see `Camera`.
 */
export function renderPerson(
  scene: Scene,
  state: PersonState,
  light: LightColours,
  size: Size,
  channels: 3 | 4 = 3,
): Uint8ClampedArray<ArrayBuffer> {
  return toBytes(new Renderer(size).render(scene, state, light), channels);
}

/** Where the head is, turned by a share of its pose: the body follows the head only a little. */
function placementOf(
  { faceCentreX, faceCentreY, faceWidth, yawDeg, pitchDeg, rollDeg, shake }: PersonState,
  { width, height }: Size,
  share: number,
): Placement {
  const distance = distanceOf(faceWidth);
  const perPixel = distance / (FOCAL * Math.min(width, height));
  return {
    rotation: rotationOf(share * yawDeg, share * pitchDeg, share * rollDeg + shake.rollDeg),
    pivot: FACE_CENTRE,
    position: [(faceCentreX - 0.5) * width * perPixel, (0.5 - faceCentreY) * height * perPixel, -distance],
  };
}

function gazeAtCamera({ yawDeg, pitchDeg }: PersonState): Gaze {
  const limit = (value: number) => Math.max(-MAX_GAZE, Math.min(MAX_GAZE, value));
  const radians = Math.PI / 180;
  return {
    x: limit(-EYEBALL_RADIUS * Math.sin(yawDeg * radians)),
    y: limit(-EYEBALL_RADIUS * Math.sin(pitchDeg * radians) * 0.6),
  };
}
