import type { Detection } from './blazeface.js';
import type { Affine, Pixels } from './sampler.js';

/** What the guide knows of a face in one frame. Left and right are the subject's own; the frame is not mirrored. */
export interface FaceMeasure {
  /** Centre of the face's bounds, fractions of the frame (x to the right, y down). */
  centreX: number;
  centreY: number;
  /** Width of the face's bounds as a fraction of the frame's shorter side, as the challenge counts it. */
  width: number;
  /** Width of the frame over its height. */
  frameAspect: number;
  /** Turn of the head to the subject's own left, degrees. */
  yawDeg: number;
  /** Lift of the chin, degrees; the network shows little of it. */
  pitchDeg: number;
  /** Tilt of the head clockwise in the picture, degrees. */
  rollDeg: number;
  /** Gap between the lips and width of the mouth, both in distances between the outer eye corners. */
  mouthGap: number;
  mouthWidth: number;
  /** Mean luma of the face and of the whole picture, 0..255. */
  luma: number;
  sceneLuma: number;
  /** Share of the face's pixels with a channel at its end, 0..1. */
  clipped: number;
  /** Mean difference of neighbouring pixels of the face per luma, at a common face size; a blurred face has little. */
  sharpness: number;
}

/** 468 landmarks (MediaPipe Face Mesh): x, y, z of each, px of the picture; z grows away from the camera. */
export type Mesh = Float32Array;

/** Where the mesh network looks: a square turned with the face, px of the picture. */
export interface MeshRegion {
  x: number;
  y: number;
  side: number;
  angle: number;
}

/** Side of the network's input, px. */
export const MESH_INPUT = 192;
export const MESH_PIXELS = { scale: 1 / 255, shift: 0 };
/** The network was made for a region of this many times the face box. */
const REGION_PER_BOX = 1.5;
/** Regions agree when their sides differ by 5 % at most and their centres by 3 % of a side; as in the service. */
const MAX_GROWTH = Math.log(1.05);
const MAX_SHIFT = 0.03;
/** Landmarks by their number in the mesh. */
const FOREHEAD = 10;
const CHIN = 152;
const RIGHT_CHEEK = 234;
const LEFT_CHEEK = 454;
const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;
const UPPER_LIP = 13;
const LOWER_LIP = 14;
const RIGHT_MOUTH_CORNER = 61;
const LEFT_MOUTH_CORNER = 291;
/** Side of the picture of a face in which light and sharpness are measured, px. */
const FACE_SAMPLE = 64;
/** Side of the grid in which the light of the whole picture is measured, px. */
const SCENE_SAMPLE = 32;

/** Where to look for the mesh of a detected face. */
export function regionOfDetection({ left, top, width, height, points }: Detection): MeshRegion {
  const [right, leftEye] = points;
  return {
    x: left + width / 2,
    y: top + height / 2,
    side: REGION_PER_BOX * Math.max(width, height),
    angle: right && leftEye ? Math.atan2(leftEye.y - right.y, leftEye.x - right.x) : 0,
  };
}

/** Where to look for the face in the next frame. */
export function regionOfMesh(mesh: Mesh): MeshRegion {
  const { left, top, width, height } = boundsOf(mesh);
  const [right, leftEye] = [point(mesh, RIGHT_EYE_OUTER), point(mesh, LEFT_EYE_OUTER)];
  return {
    x: left + width / 2,
    y: top + height / 2,
    side: REGION_PER_BOX * Math.max(width, height),
    angle: Math.atan2(leftEye.y - right.y, leftEye.x - right.x),
  };
}

/** Whether landmarks are about where they were looked for; else the network saw the face cut off or small, and misplaced them. */
export function regionsAgree(looked: MeshRegion, found: MeshRegion): boolean {
  const growth = Math.abs(Math.log(found.side / looked.side));
  const shift = Math.hypot(found.x - looked.x, found.y - looked.y) / looked.side;
  return growth <= MAX_GROWTH && shift <= MAX_SHIFT;
}

/** Carries the network's square to the picture. */
export function meshView({ x, y, side, angle }: MeshRegion): Affine {
  const step = side / MESH_INPUT;
  const cos = step * Math.cos(angle);
  const sin = step * Math.sin(angle);
  const half = MESH_INPUT / 2;
  return [cos, -sin, x - half * (cos - sin), sin, cos, y - half * (sin + cos)];
}

/** The network's landmarks as px of the picture. */
export function readMesh(raw: Float32Array, [a, b, c, d, e, f]: Affine): Mesh {
  const mesh = new Float32Array(raw.length);
  const step = Math.hypot(a, d);
  for (let k = 0; k + 2 < raw.length; k += 3) {
    const [u = NaN, v = NaN, w = NaN] = raw.subarray(k, k + 3);
    mesh[k] = a * u + b * v + c;
    mesh[k + 1] = d * u + e * v + f;
    mesh[k + 2] = step * w;
  }
  return mesh;
}

/** Measures a face by its mesh. */
export function measureFace(mesh: Mesh, picture: Pixels): FaceMeasure {
  const { left, top, width, height } = boundsOf(mesh);
  const [right, leftCheek] = [point(mesh, RIGHT_CHEEK), point(mesh, LEFT_CHEEK)];
  const [forehead, chin] = [point(mesh, FOREHEAD), point(mesh, CHIN)];
  const [rightEye, leftEye] = [point(mesh, RIGHT_EYE_OUTER), point(mesh, LEFT_EYE_OUTER)];
  const eyes = distance(rightEye, leftEye);
  return {
    centreX: (left + width / 2) / picture.width,
    centreY: (top + height / 2) / picture.height,
    width: width / Math.min(picture.width, picture.height),
    frameAspect: picture.width / picture.height,
    // Turned to the subject's left, the left cheek moves away from the camera.
    yawDeg: degrees(Math.atan2(leftCheek.z - right.z, leftCheek.x - right.x)),
    pitchDeg: degrees(Math.atan2(forehead.z - chin.z, chin.y - forehead.y)),
    rollDeg: degrees(Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x)),
    mouthGap: distance(point(mesh, UPPER_LIP), point(mesh, LOWER_LIP)) / eyes,
    mouthWidth: distance(point(mesh, RIGHT_MOUTH_CORNER), point(mesh, LEFT_MOUTH_CORNER)) / eyes,
    ...measureLight(picture, { left, top, width, height }),
    sceneLuma: meanLuma(picture),
  };
}

/** Light and sharpness of the inner part of a face, where there is skin whatever the hair. */
function measureLight(
  { data, width, height }: Pixels,
  box: { left: number; top: number; width: number; height: number },
): Pick<FaceMeasure, 'luma' | 'clipped' | 'sharpness'> {
  const luma = new Float32Array(FACE_SAMPLE * FACE_SAMPLE);
  let sum = 0;
  let clipped = 0;
  for (let v = 0; v < FACE_SAMPLE; v++)
    for (let u = 0; u < FACE_SAMPLE; u++) {
      const x = Math.round(box.left + box.width * (0.2 + (0.6 * u) / FACE_SAMPLE));
      const y = Math.round(box.top + box.height * (0.2 + (0.6 * v) / FACE_SAMPLE));
      const at = 4 * (Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1));
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
      const value = lumaAt(data, at);
      luma[v * FACE_SAMPLE + u] = value;
      sum += value;
      if (Math.max(red, green, blue) >= 254) clipped++;
    }
  let differences = 0;
  for (let v = 1; v < FACE_SAMPLE; v++)
    for (let u = 1; u < FACE_SAMPLE; u++) {
      const at = v * FACE_SAMPLE + u;
      const here = luma[at] ?? 0;
      differences += Math.abs(here - (luma[at - 1] ?? 0)) + Math.abs(here - (luma[at - FACE_SAMPLE] ?? 0));
    }
  const mean = sum / luma.length;
  return {
    luma: mean,
    clipped: clipped / luma.length,
    sharpness: differences / luma.length / Math.max(mean, 1),
  };
}

/** Mean luma of the picture, from a coarse grid of its pixels. */
function meanLuma({ data, width, height }: Pixels): number {
  let sum = 0;
  for (let v = 0; v < SCENE_SAMPLE; v++)
    for (let u = 0; u < SCENE_SAMPLE; u++) {
      const x = Math.floor(((u + 0.5) * width) / SCENE_SAMPLE);
      const y = Math.floor(((v + 0.5) * height) / SCENE_SAMPLE);
      sum += lumaAt(data, 4 * (y * width + x));
    }
  return sum / SCENE_SAMPLE ** 2;
}

/** ITU-R BT.601, 0..255. */
function lumaAt(data: Uint8ClampedArray, at: number): number {
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}

function boundsOf(mesh: Mesh): { left: number; top: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < mesh.length; k += 3) {
    const x = mesh[k] ?? NaN;
    const y = mesh[k + 1] ?? NaN;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, width: right - left, height: bottom - top };
}

interface Place {
  x: number;
  y: number;
  z: number;
}

function point(mesh: Mesh, number: number): Place {
  const [x = NaN, y = NaN, z = NaN] = mesh.subarray(3 * number, 3 * number + 3);
  return { x, y, z };
}

function distance(one: Place, other: Place): number {
  return Math.hypot(one.x - other.x, one.y - other.y, one.z - other.z);
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
