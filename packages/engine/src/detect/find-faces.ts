import type { Frame } from '../decode.js';
import { area, detectFaces, detectInWindow, overlap, type Detection } from '../detector.js';
import { describeFace, type FaceFrame, type SeenFace } from '../face.js';
import { meanColour } from '../image.js';
import { findMesh, regionOf } from '../mesh.js';
import type { Networks } from '../networks.js';

/** The contract's limit of faces in an answer. */
const MAX_FACES = 100;
/** Detections that the mesh network is asked about; the detector fires on more things than faces. */
const MAX_CANDIDATES = 2 * MAX_FACES;
/** A picture that shows nothing but a face is found once it has a border, as in following a clip. */
const PADDINGS = [0.6, 1.2];
/**
 * Sides of the windows that the detector looks through besides the whole frame, px of the frame: faces of 24 px (36 px in
 * 1920, the contract's least) are as large in the smaller ones as the detector needs.
 */
const WINDOW_SIDES = [640, 320];
/** Windows overlap by this share, so that a face that one of them cuts lies whole in another. */
const WINDOW_OVERLAP = 0.25;
/** Boxes that overlap more than this (intersection over union) show the same face. */
const SAME_FACE_IOU = 0.3;

/** Finds every face of a picture, largest first, at most 100. */
export async function findFaces(frame: Frame, networks: Networks): Promise<FaceFrame[]> {
  const faces = await searchFaces(frame, networks);
  return faces.map((face) => ({ frame, face, searched: true, others: [] }));
}

async function searchFaces(frame: Frame, networks: Networks): Promise<SeenFace[]> {
  const whole = await detectFaces(networks.detector, frame);
  const close = await detectInWindows(frame, networks);
  const faces = await confirm(frame, [...whole, ...close], networks);
  if (faces.length > 0) return faces;
  const border = meanColour(frame);
  for (const padding of PADDINGS) {
    const detections = await detectFaces(networks.detector, frame, padding, border);
    const found = await confirm(frame, detections, networks);
    if (found.length > 0) return found;
  }
  return [];
}

async function detectInWindows(frame: Frame, networks: Networks): Promise<Detection[]> {
  const found: Detection[] = [];
  for (const side of WINDOW_SIDES) {
    if (side >= Math.max(frame.width, frame.height)) continue;
    for (const top of starts(frame.height, side))
      for (const left of starts(frame.width, side))
        found.push(...(await detectInWindow(networks.detector, frame, { left, top, side })));
  }
  return found;
}

/** Where windows of a side begin, so that they cover a length with their overlap. */
function starts(length: number, side: number): number[] {
  if (length <= side) return [(length - side) / 2];
  const count = Math.ceil((length - side) / (side * (1 - WINDOW_OVERLAP))) + 1;
  return Array.from({ length: count }, (_, k) => ((length - side) * k) / (count - 1));
}

/** The faces among detections, in the eyes of the mesh network, each once. */
async function confirm(frame: Frame, detections: Detection[], networks: Networks): Promise<SeenFace[]> {
  const candidates = [...detections].sort((one, other) => other.score - one.score);
  const faces: SeenFace[] = [];
  const asked: Detection[] = [];
  for (const candidate of candidates) {
    if (asked.length >= MAX_CANDIDATES || faces.length >= MAX_FACES) break;
    if (faces.some(({ box }) => overlap(box, candidate.box) > SAME_FACE_IOU)) continue;
    asked.push(candidate);
    const mesh = await findMesh(networks.mesh, frame, regionOf(candidate.box, candidate.eyes));
    const face = describeFace(mesh, frame);
    if (face && faces.every(({ box }) => overlap(box, face.box) <= SAME_FACE_IOU)) faces.push(face);
  }
  return faces.sort((one, other) => area(other.box) - area(one.box));
}
