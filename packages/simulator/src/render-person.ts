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

/** A surface in its place before the camera. */
export interface Prop {
  surface: Surface;
  placement: Placement;
  /** How far it moves while the sensor is read out, px. */
  shear?: { x: number; y: number };
}

/** Draws frames of a scene; keeps its memory between them. */
export class Renderer {
  readonly #fragments: Fragments;
  readonly #light: Float32Array;

  /** @param places where the light of its scenes comes from, unless they say otherwise */
  constructor(
    readonly size: Size,
    readonly places: LightPlaces = OFFICE_LIGHT,
  ) {
    this.#fragments = createFragments(size.width, size.height);
    this.#light = new Float32Array(3 * size.width * size.height);
  }

  /**
   * Linear light of each pixel, three numbers each; the next frame overwrites it.
   * @param shear how far the face moves while the sensor is read out, px
   */
  render(scene: Scene, state: PersonState, light: LightColours, shear = { x: 0, y: 0 }): Float32Array {
    const props = [...propsOfPerson(scene.person, state, this.size, shear), propOfRoom(scene.room, state)];
    return this.draw(props, state, light, scene.places);
  }

  /** The same of anything else; nearer things hide what is behind them. */
  draw(
    props: readonly Prop[],
    { shake }: PersonState,
    light: LightColours,
    places: LightPlaces = this.places,
  ): Float32Array {
    const lens = lensOf(this.size, shake);
    clearFragments(this.#fragments);
    props.forEach(({ surface, placement, shear }, k) => {
      rasterise(this.#fragments, surface, k + 1, placement, lens, places, shear);
    });
    const surfaces = props.map(({ surface }) => surface);
    shade(this.#fragments, surfaces, light, this.#light);
    return this.#light;
  }
}

/** A person in a pose, with the face moved as the state says. */
export function propsOfPerson(
  { head, body, curtain }: Person,
  state: PersonState,
  size: Size,
  shear = { x: 0, y: 0 },
): Prop[] {
  head.pose(state, state.gaze ?? gazeAtCamera(state));
  const placement = placementOf(state, size, 1);
  return [
    { surface: head.surface, placement, shear },
    { surface: body, placement: placementOf(state, size, 0.15), shear },
    ...(curtain ? [{ surface: curtain, placement, shear }] : []),
  ];
}

/** Where a point of the head (head coordinates, cm) is in a picture that the person is in, px. */
export function pixelOfHeadPoint(
  point: readonly [number, number, number],
  state: PersonState,
  size: Size,
): [x: number, y: number] {
  const { rotation, pivot, position } = placementOf(state, size, 1);
  const { focal, centreX, centreY } = lensOf(size, state.shake);
  const [x, y, z] = [0, 3, 6].map(
    (row, k) =>
      (position[k] ?? 0) +
      point.reduce((sum, value, c) => sum + (rotation[row + c] ?? 0) * (value - (pivot[c] ?? 0)), 0),
  );
  return [centreX - (focal * (x ?? 0)) / (z ?? -1), centreY + (focal * (y ?? 0)) / (z ?? -1)];
}

/** The wall behind everything. */
export function propOfRoom({ wall }: Room, { shake }: PersonState): Prop {
  const rotation = rotationOf(0, 0, shake.rollDeg);
  return { surface: wall, placement: { rotation, pivot: [0, 0, 0], position: [0, 0, 0] } };
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
function placementOf(state: PersonState, size: Size, share: number): Placement {
  const { yawDeg, pitchDeg, rollDeg, shake } = state;
  return {
    rotation: rotationOf(share * yawDeg, share * pitchDeg, share * rollDeg + shake.rollDeg),
    pivot: FACE_CENTRE,
    position: placeOfFace(state, size, FACE_WIDTH_CM),
  };
}

/** The head's place, for what is worn on it. */
export function placementOfHead(state: PersonState, size: Size): Placement {
  return placementOf(state, size, 1);
}

/** Where something as wide as `widthCm` must be to fill the place of the face, cm in camera coordinates. */
export function placeOfFace(
  { faceCentreX, faceCentreY, faceWidth }: PersonState,
  { width, height }: Size,
  widthCm: number,
): [x: number, y: number, z: number] {
  const distance = (FOCAL * widthCm) / faceWidth;
  const perPixel = distance / (FOCAL * Math.min(width, height));
  return [(faceCentreX - 0.5) * width * perPixel, (0.5 - faceCentreY) * height * perPixel, -distance];
}

function gazeAtCamera({ yawDeg, pitchDeg }: PersonState): Gaze {
  const limit = (value: number) => Math.max(-MAX_GAZE, Math.min(MAX_GAZE, value));
  const radians = Math.PI / 180;
  return {
    x: limit(-EYEBALL_RADIUS * Math.sin(yawDeg * radians)),
    y: limit(-EYEBALL_RADIUS * Math.sin(pitchDeg * radians) * 0.6),
  };
}
