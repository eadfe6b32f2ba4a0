import type { FaceReport } from './analysis.js';
import type { Frame } from './decode.js';
import { detectFaces, area, overlap, type Detection } from './detector.js';
import { meanColour, type Box } from './image.js';
import { faceBox, findMesh, followMesh, regionOf, type Mesh } from './mesh.js';
import type { Networks } from './networks.js';
import { measureFace } from './quality.js';

/** A frame and the followed face in it. Plain data; the pixels are shared. */
export interface SeenFrame {
  frame: Frame;
  /** Null when no face was found, or what was found is none in the eyes of the mesh network. */
  face: SeenFace | null;
  /** A face was found, and it is not that of the person whom the clip's best frames show. */
  stranger?: boolean;
  /** The whole frame was searched for faces, rather than only where the face was last. */
  searched: boolean;
  /** Boxes of further faces, largest first; of searched frames only. */
  others: Box[];
}

/** A frame that shows a face. */
export type FaceFrame = SeenFrame & { face: SeenFace };

/** The followed face in a frame. */
export interface SeenFace {
  mesh: Mesh;
  /** Bounds of the mesh inside the frame, px of the frame. */
  box: Box;
  report: FaceReport;
}

/**
 * Below this confidence of the mesh network a detection is no face and the search goes on with more padding; as the
 * networks' figures on real photographs were measured.
 */
const SEARCH_FLAG = 0.3;
/** Below this there is no face to judge; likewise. */
const FACE_FLAG = 0.5;
/** A picture that shows nothing but a face is found once it has a border: paddings tried in turn, fractions of the long side. */
const PADDINGS = [0, 0.6, 1.2];
/** Further detections to ask the mesh network about before giving up, so that a crowd costs no more than a few faces. */
const MAX_CANDIDATES = 4;

/** Finds the largest face in the first of consecutive frames and follows it by its landmarks through the others. */
export async function followFace(frames: readonly Frame[], networks: Networks): Promise<SeenFrame[]> {
  const seen: SeenFrame[] = [];
  for (const frame of frames) seen.push(await seeFrame(frame, seen.at(-1)?.face ?? null, networks));
  return seen;
}

async function seeFrame(frame: Frame, last: SeenFace | null, networks: Networks): Promise<SeenFrame> {
  if (last) {
    const followed = await followMesh(networks.mesh, frame, last.mesh);
    const face = followed && describeFace(followed, frame);
    if (face) return { frame, face, searched: false, others: [] };
  }
  const { mesh, others } = await searchFace(frame, networks, last);
  return { frame, face: mesh && describeFace(mesh, frame), searched: true, others };
}

/** Searches the whole frame; the face that was followed so far goes before a larger one. */
async function searchFace(
  frame: Frame,
  networks: Networks,
  last: SeenFace | null,
): Promise<{ mesh: Mesh | null; others: Box[] }> {
  const border = meanColour(frame);
  for (const padding of PADDINGS) {
    const detections = await detectFaces(networks.detector, frame, padding, padding > 0 ? border : undefined);
    const candidates = last ? byOverlap(detections, last.box) : detections;
    for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
      const mesh = await findMesh(networks.mesh, frame, regionOf(candidate.box, candidate.eyes));
      if (!(mesh.flag >= SEARCH_FLAG)) continue;
      const others = detections.filter((detection) => detection !== candidate);
      return { mesh, others: await confirmFaces(frame, others, networks) };
    }
  }
  return { mesh: null, others: [] };
}

function byOverlap(detections: readonly Detection[], box: Box): Detection[] {
  return [...detections].sort(
    (one, other) => overlap(other.box, box) - overlap(one.box, box) || area(other.box) - area(one.box),
  );
}

/** The detector fires on things that are no faces; the mesh network tells. */
async function confirmFaces(frame: Frame, detections: Detection[], networks: Networks): Promise<Box[]> {
  const boxes: Box[] = [];
  for (const { box, eyes } of detections.slice(0, MAX_CANDIDATES)) {
    const mesh = await findMesh(networks.mesh, frame, regionOf(box, eyes));
    if (mesh.flag >= FACE_FLAG) boxes.push(faceBox(mesh, frame));
  }
  return boxes;
}

/** Null when the mesh shows no face, or none inside the frame. */
export function describeFace(mesh: Mesh, frame: Frame): SeenFace | null {
  const box = faceBox(mesh, frame);
  if (!(mesh.flag >= FACE_FLAG && area(box) > 0)) return null;
  return { mesh, box, report: measureFace(frame, mesh) };
}
