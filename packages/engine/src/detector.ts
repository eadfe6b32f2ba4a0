import type { Frame } from './decode.js';
import { sampleTensor, type Box, type Outside, type TensorFormat } from './image.js';
import type { Network } from './onnx.js';

/** A face as the detector sees it, in px of the frame. */
export interface Detection {
  box: Box;
  /** 0..1. */
  score: number;
  /** Centres of the subject's right eye (left in the picture) and left eye. */
  eyes: readonly [Point, Point];
}

/** A point in px of the frame. */
export interface Point {
  x: number;
  y: number;
}

/** Side of the detector's input, px (BlazeFace full range). */
const INPUT = 192;
/** Cells a side, one anchor at the centre of each: stride 4. */
const GRID = 48;
/** Box centre and size, then x and y of six key points of which the first two are the eyes. */
const NUMBERS_PER_CELL = 16;
const PIXELS: TensorFormat = { order: 'rgb', scale: 2 / 255, shift: -1 };
/** Operating point at which the networks' figures on real photographs were measured. */
const MIN_SCORE = 0.5;
/** Boxes that overlap more than this (intersection over union) show the same face; MediaPipe's value. */
const SAME_FACE_IOU = 0.3;

/**
 * Finds faces, largest first.
 * @param padding seen around the frame on all sides, as a fraction of its long side; a face that fills the picture is only
 * found with some
 * @param outside what fills the padding
 */
export async function detectFaces(
  network: Network,
  frame: Frame,
  padding = 0,
  outside: Outside = [0, 0, 0],
): Promise<Detection[]> {
  const side = Math.max(frame.width, frame.height) * (1 + 2 * padding);
  const window = { left: (frame.width - side) / 2, top: (frame.height - side) / 2, side };
  return detectInWindow(network, frame, window, outside);
}

/** As {@link detectFaces}, in a square of the frame, px, that may reach outside. */
export async function detectInWindow(
  network: Network,
  frame: Frame,
  { left: offsetX, top: offsetY, side }: { left: number; top: number; side: number },
  outside: Outside = [0, 0, 0],
): Promise<Detection[]> {
  const scale = side / INPUT;
  const input = sampleTensor(frame, [scale, 0, offsetX, 0, scale, offsetY], INPUT, INPUT, PIXELS, outside);
  const [boxes, scores] = await network.run(input);
  if (!boxes || !scores) throw new Error(`${network.name} must give boxes and scores`);

  const found: Detection[] = [];
  for (let cell = 0; cell < GRID * GRID; cell++) {
    const score = 1 / (1 + Math.exp(-(scores[cell] ?? -Infinity)));
    if (score < MIN_SCORE) continue;
    const cellX = (((cell % GRID) + 0.5) * INPUT) / GRID;
    const cellY = ((Math.floor(cell / GRID) + 0.5) * INPUT) / GRID;
    const number = (k: number) => boxes[cell * NUMBERS_PER_CELL + k] ?? NaN;
    const point = (k: number): Point => ({
      x: (cellX + number(k)) * scale + offsetX,
      y: (cellY + number(k + 1)) * scale + offsetY,
    });
    const centre = point(0);
    const width = number(2) * scale;
    const height = number(3) * scale;
    const box = clip({ left: centre.x - width / 2, top: centre.y - height / 2, width, height }, frame);
    if (box.width > 0 && box.height > 0) found.push({ box, score, eyes: [point(4), point(6)] });
  }
  return suppressRepeats(found).sort((one, other) => area(other.box) - area(one.box));
}

/** The part of a box that lies inside the frame. */
export function clip(box: Box, { width, height }: { width: number; height: number }): Box {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  return {
    left,
    top,
    width: Math.max(0, Math.min(width, box.left + box.width) - left),
    height: Math.max(0, Math.min(height, box.top + box.height) - top),
  };
}

/** Area of a box, px². */
export function area(box: Box): number {
  return box.width * box.height;
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(one: Box, other: Box): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (area(one) + area(other) - shared);
}

/** Keeps the surest of the detections that overlap. */
function suppressRepeats(detections: Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.sort((one, other) => other.score - one.score)) {
    if (kept.every(({ box }) => overlap(box, candidate.box) <= SAME_FACE_IOU)) kept.push(candidate);
  }
  return kept;
}
