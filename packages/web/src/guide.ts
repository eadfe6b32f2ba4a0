import type { FaceMeasure } from './face-mesh.js';
import type { Sight } from './face-finder-worker.js';

/** What a person is told to do, most important first. Left and right are the person's own. */
export type Hint =
  | 'noFace'
  | 'severalFaces'
  | 'moveCloser'
  | 'moveBack'
  | 'moveLeft'
  | 'moveRight'
  | 'moveUp'
  | 'moveDown'
  | 'lookStraight'
  | 'levelHead'
  | 'moreLight'
  | 'lessLight'
  | 'blurred'
  | 'holdStill'
  | 'turnLeft'
  | 'turnRight'
  | 'turnMore'
  | 'turnBack'
  | 'smile'
  | 'openMouth'
  | 'keepLooking';

/** Where a face is to be: centre in fractions of the frame, width as a fraction of its shorter side. */
export interface Place {
  centreX: number;
  centreY: number;
  width: number;
}

/** How far a face may be from its place and still be in it. */
export interface Tolerance {
  /** Of the centre, as a fraction of the place's width. */
  centre: number;
  /** Of the width, likewise. */
  width: number;
}

/** Preparation asks for a face about in the middle, at arm's length. */
export const START_PLACE: Place = { centreX: 0.5, centreY: 0.5, width: 0.42 };
const START_TOLERANCE: Tolerance = { centre: 0.3, width: 0.4 };
/** A turn or tilt that is still frontal, degrees; the networks were made for up to about 25. */
const MAX_YAW_DEG = 12;
const MAX_ROLL_DEG = 15;
/**
 * Mean luma, 0..255. Light skin under room light lies at 80 to 180, the darkest at 30 to 60: a dark face alone is no lack of
 * light, but a dark face in a dark picture is, or one of which cameras keep no detail.
 */
const MIN_LUMA = 18;
const MIN_LUMA_IN_DARKNESS = 45;
const DARK_SCENE = 60;
const MAX_LUMA = 225;
/** Share of clipped pixels from which light carries no colour any more. */
const MAX_CLIPPED = 0.3;
/** Relative difference of neighbouring pixels; sharp faces lie above .05, out of focus ones under .02. */
const MIN_SHARPNESS = 0.018;
/** Movement of the centre that is still steady, widths of the face a second. */
const MAX_SPEED = 0.6;

/** What has to change before the challenge can begin; null when nothing has to. */
export function prepareHint(sight: Sight, last: FaceMeasure | null, elapsedMs: number): Hint | null {
  const { face } = sight;
  if (!face) return 'noFace';
  if (sight.faces > 1) return 'severalFaces';
  return (
    placeHint(face, START_PLACE, START_TOLERANCE) ??
    poseHint(face) ??
    lightHint(face) ??
    (last && speed(last, face, elapsedMs) > MAX_SPEED ? 'holdStill' : null)
  );
}

/** How to reach a place; null inside it. Distance goes first, because moving changes the centre. */
export function placeHint(face: FaceMeasure, place: Place, tolerance: Tolerance): Hint | null {
  const width = face.width / place.width;
  if (width < 1 - tolerance.width) return 'moveCloser';
  if (width > 1 + tolerance.width) return 'moveBack';
  const { right, down } = offset(face, place);
  if (Math.max(Math.abs(right), Math.abs(down)) <= tolerance.centre) return null;
  // The frame is not mirrored: the person's left is at its right.
  if (Math.abs(right) >= Math.abs(down)) return right > 0 ? 'moveRight' : 'moveLeft';
  return down > 0 ? 'moveUp' : 'moveDown';
}

/** How far a face is from a place, in its tolerances: up to 1 is inside. */
export function placeError(face: FaceMeasure, place: Place, tolerance: Tolerance): number {
  const { right, down } = offset(face, place);
  return Math.max(
    Math.abs(face.width / place.width - 1) / tolerance.width,
    Math.abs(right) / tolerance.centre,
    Math.abs(down) / tolerance.centre,
  );
}

/** How far a face's centre lies to the right of and below a place, widths of the place. */
function offset(
  { centreX, centreY, frameAspect }: Pick<FaceMeasure, 'centreX' | 'centreY' | 'frameAspect'>,
  place: Place,
): { right: number; down: number } {
  return {
    right: ((centreX - place.centreX) * Math.max(1, frameAspect)) / place.width,
    down: ((centreY - place.centreY) * Math.max(1, 1 / frameAspect)) / place.width,
  };
}

function poseHint({ yawDeg, rollDeg }: FaceMeasure): Hint | null {
  if (Math.abs(yawDeg) > MAX_YAW_DEG) return 'lookStraight';
  return Math.abs(rollDeg) > MAX_ROLL_DEG ? 'levelHead' : null;
}

function lightHint({ luma, sceneLuma, clipped, sharpness }: FaceMeasure): Hint | null {
  if (luma < (sceneLuma < DARK_SCENE ? MIN_LUMA_IN_DARKNESS : MIN_LUMA)) return 'moreLight';
  if (luma > MAX_LUMA || clipped > MAX_CLIPPED) return 'lessLight';
  return sharpness < MIN_SHARPNESS ? 'blurred' : null;
}

/** Movement of the centre, widths of the face a second. */
function speed(last: FaceMeasure, face: FaceMeasure, elapsedMs: number): number {
  const { right, down } = offset(face, last);
  return (Math.hypot(right, down) * 1000) / Math.max(elapsedMs, 1);
}
