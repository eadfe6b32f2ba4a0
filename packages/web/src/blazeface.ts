import type { Affine, Pixels } from './sampler.js';

/** A face in px of the picture. */
export interface Detection {
  left: number;
  top: number;
  width: number;
  height: number;
  /** 0..1. */
  score: number;
  /** Right eye, left eye (the subject's own), nose tip, mouth, right ear, left ear. */
  points: readonly Point[];
}

/** A point in px of the picture. */
export interface Point {
  x: number;
  y: number;
}

/** Side of the network's input, px (BlazeFace, back camera). */
export const DETECTOR_INPUT = 256;
/** Pixel values as the network was trained with. */
export const DETECTOR_PIXELS = { scale: 2 / 255, shift: -1 };
/** Grids of anchors: cells a side and anchors a cell. */
const GRIDS = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const;
/** Box and six key points. */
const NUMBERS = 16;
const KEY_POINTS = 6;
/** The service's own detector uses the same. */
const MIN_SCORE = 0.5;
const SAME_FACE_IOU = 0.3;

/** The picture in the middle of the network's square. */
export function detectorView({ width, height }: Pixels): Affine {
  const scale = Math.max(width, height) / DETECTOR_INPUT;
  const side = scale * DETECTOR_INPUT;
  return [scale, 0, (width - side) / 2, 0, scale, (height - side) / 2];
}

/** What the network gives for one grid. */
export interface GridOutput {
  /** One logit an anchor. */
  scores: Float32Array;
  boxes: Float32Array;
}

/** Reads the faces from the network's outputs, the fine grid first; largest face first. */
export function readDetections(grids: readonly GridOutput[], [scale, , left, , , top]: Affine): Detection[] {
  const found: Detection[] = [];
  GRIDS.forEach(({ cells, anchors }, index) => {
    const { scores, boxes } = grids[index] ?? { scores: new Float32Array(), boxes: new Float32Array() };
    for (let anchor = 0; anchor < cells * cells * anchors; anchor++) {
      const score = 1 / (1 + Math.exp(-(scores[anchor] ?? -Infinity)));
      if (score < MIN_SCORE) continue;
      const cell = Math.floor(anchor / anchors);
      const stride = DETECTOR_INPUT / cells;
      const anchorX = ((cell % cells) + 0.5) * stride;
      const anchorY = (Math.floor(cell / cells) + 0.5) * stride;
      const number = (k: number) => boxes[anchor * NUMBERS + k] ?? NaN;
      const point = (k: number): Point => ({
        x: (anchorX + number(k)) * scale + left,
        y: (anchorY + number(k + 1)) * scale + top,
      });
      const centre = point(0);
      const width = number(2) * scale;
      const height = number(3) * scale;
      found.push({
        left: centre.x - width / 2,
        top: centre.y - height / 2,
        width,
        height,
        score,
        points: Array.from({ length: KEY_POINTS }, (_, k) => point(4 + 2 * k)),
      });
    }
  });
  return suppressRepeats(found).sort((one, other) => other.width * other.height - one.width * one.height);
}

/** Keeps the surest of the detections that overlap. */
function suppressRepeats(detections: Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.sort((one, other) => other.score - one.score))
    if (kept.every((face) => overlap(face, candidate) <= SAME_FACE_IOU)) kept.push(candidate);
  return kept;
}

/** Intersection over union, 0..1. */
function overlap(one: Detection, other: Detection): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (one.width * one.height + other.width * other.height - shared);
}
