import type { FaceReport } from './analysis.js';
import type { Frame } from './decode.js';
import { boxToTarget, sampleLuma, type Box } from './image.js';
import { eyeCentres, faceBox, type Mesh } from './mesh.js';
import { measureVisibility } from './occlusion.js';
import { poseOf } from './pose.js';
import { measureSkinTone } from './skin-tone.js';

/** Side of the crop that sharpness and exposure are measured on, px. */
const CROP = 96;
/** A crop this many times larger is averaged down; more would cost without telling more. */
const MAX_OVERSAMPLING = 2;
/** Lumas of 0..255 below and above which a pixel carries no detail. */
const NEARLY_BLACK = 25;
const NEARLY_WHITE = 245;

/** Measures the face of a mesh in its frame. */
export function measureFace(frame: Frame, mesh: Mesh): FaceReport {
  const box = faceBox(mesh, frame);
  const [right, left] = eyeCentres(mesh);
  const luma = cropLuma(frame, box);
  return {
    rectangle: toRectangle(box, frame),
    pose: poseOf(mesh),
    interocularPx: Math.hypot(left.x - right.x, left.y - right.y) * uploadedScale(frame),
    sharpness: sharpness(luma),
    exposure: exposure(luma),
    visibility: measureVisibility(frame, mesh),
    skinToneDeg: measureSkinTone(frame, mesh),
    flag: mesh.flag,
  };
}

/** A box of a frame in whole px of the uploaded picture. */
export function toRectangle(box: Box, frame: Frame) {
  const scale = uploadedScale(frame);
  return {
    top: Math.round(box.top * scale),
    left: Math.round(box.left * scale),
    width: Math.round(box.width * scale),
    height: Math.round(box.height * scale),
  };
}

/** How many px of the uploaded picture one px of the frame stands for. */
function uploadedScale({ width, uploaded }: Frame): number {
  return uploaded.width / width;
}

/** Luma of a face at a fixed size, averaged down rather than skipped through. */
function cropLuma(frame: Frame, box: Box): Float32Array {
  const larger = Math.round(Math.max(box.width, box.height) / CROP);
  const k = Math.max(1, Math.min(MAX_OVERSAMPLING, larger));
  const side = k * CROP;
  const fine = sampleLuma(frame, boxToTarget(box, side, side), side, side);
  if (k === 1) return fine;
  const luma = new Float32Array(CROP * CROP);
  for (let y = 0; y < side; y++) {
    const row = Math.floor(y / k) * CROP;
    for (let x = 0; x < side; x++) {
      const at = row + Math.floor(x / k);
      luma[at] = (luma[at] ?? 0) + (fine[y * side + x] ?? 0) / (k * k);
    }
  }
  return luma;
}

/** Variance of the 4-neighbour Laplacian inside the ellipse of the face. */
function sharpness(luma: Float32Array): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < CROP - 1; y++) {
    for (let x = 1; x < CROP - 1; x++) {
      if (!insideEllipse(x, y)) continue;
      const at = y * CROP + x;
      const value =
        (luma[at - 1] ?? 0) +
        (luma[at + 1] ?? 0) +
        (luma[at - CROP] ?? 0) +
        (luma[at + CROP] ?? 0) -
        4 * (luma[at] ?? 0);
      sum += value;
      squares += value * value;
      count++;
    }
  }
  return squares / count - (sum / count) ** 2;
}

function exposure(luma: Float32Array): FaceReport['exposure'] {
  let sum = 0;
  let dark = 0;
  let bright = 0;
  let count = 0;
  for (let at = 0; at < luma.length; at++) {
    if (!insideEllipse(at % CROP, Math.floor(at / CROP))) continue;
    const value = luma[at] ?? 0;
    sum += value;
    if (value < NEARLY_BLACK) dark++;
    if (value > NEARLY_WHITE) bright++;
    count++;
  }
  return { mean: sum / count / 255, darkShare: dark / count, brightShare: bright / count };
}

/** Whether a pixel of the crop lies inside its inscribed ellipse, so that the background counts little. */
function insideEllipse(x: number, y: number): boolean {
  const half = CROP / 2;
  return (x + 0.5 - half) ** 2 + (y + 0.5 - half) ** 2 <= half * half;
}

/** The best frame of each of `count` equal spans of the clip: well seen, and spread so that no part of it is left out. */
export function bestInEachSpan<Seen extends { face: { report: FaceReport } }>(
  usable: readonly Seen[],
  count: number,
): Seen[] {
  const spans = Math.min(count, usable.length);
  return Array.from({ length: spans }, (_, k) => {
    const span = usable.slice(
      Math.round((k * usable.length) / spans),
      Math.round(((k + 1) * usable.length) / spans),
    );
    return span.reduce((best, frame) => (faceMerit(frame.face) > faceMerit(best.face) ? frame : best));
  });
}

/** A face turned further than any challenge asks for, degrees, is measured on only where there is hardly another. */
const STRONG_TURN_DEG = 20;
const STRONG_TURN_MERIT = 0.1;

/**
 * How good a face is for measuring on it: sharp and towards the camera. Comparable within one clip only. Whoever makes the frames
 * can make any of them the best, so that who is in them is asked of all (docs/decisions/0029-all-evidence-is-of-one-person.md).
 */
export function faceMerit({ report: { sharpness: sharp, pose } }: { report: FaceReport }): number {
  const cos = (degrees: number) => Math.max(0, Math.cos((degrees * Math.PI) / 180));
  const strong = Math.hypot(pose.yawDeg, pose.pitchDeg) > STRONG_TURN_DEG;
  return (strong ? STRONG_TURN_MERIT : 1) * sharp * cos(pose.yawDeg) * cos(pose.pitchDeg);
}
