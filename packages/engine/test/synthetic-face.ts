import type { Frame } from '../src/decode.js';
import type { FaceFrame } from '../src/face.js';
import { LANDMARKS, type Mesh } from '../src/mesh.js';

// A made-up head for the arithmetic of cues: a textured surface before a pinhole camera, and the landmarks that a network
// would find on it. It looks like nobody; whether networks follow a face is tested elsewhere.

/** How the thing before the camera is shaped, nearness over its mean plane in cm at (x, y) cm from its middle. */
export type Shape = (x: number, y: number) => number;

const head: Shape = (x, y) =>
  5 * Math.exp(-((x / 4.5) ** 2 + (y / 5.5) ** 2)) +
  1.6 * Math.exp(-((x / 1.1) ** 2 + ((y - 1.5) / 1.6) ** 2));

/** A head, a flat print, a sheet bent about its upright axis (radius 12 cm) and a mould of the head. */
export const SHAPES = {
  head,
  flat: () => 0,
  bent: (x) => -(x * x) / 24,
  hollow: (x, y) => -head(x, y),
} satisfies Record<string, Shape>;

/** Where it is and how it is turned. */
export interface View {
  shape: Shape;
  /** Distance of the camera, cm. */
  distance: number;
  /** Turn about the upright axis, degrees. */
  yawDeg?: number;
  /** Offset of the middle of the face in the frame, px. */
  offsetX?: number;
  offsetY?: number;
  index?: number;
  timeMs?: number;
  width?: number;
  height?: number;
  /** How far the lips are apart in the picture, cm; the landmarks stay where they are. */
  mouthOpen?: number;
  /** Changes each landmark after projection, px and by number. */
  move?: (point: { x: number; y: number }, number: number) => { x: number; y: number };
  /** Colour of a pixel (0..255) from its grey and whether it shows the face. */
  paint?: (grey: number, onFace: boolean) => readonly [number, number, number];
}

const FOCAL_PX = 500;
/** Half sizes of the face, cm. */
const HALF_WIDTH = 7;
const HALF_HEIGHT = 9;

/** Places of a few landmarks on the face, cm; the others fill it evenly. */
const PLACES = new Map<number, readonly [number, number]>([
  [33, [-4.4, -1.5]],
  [133, [-1.9, -1.5]],
  [263, [4.4, -1.5]],
  [362, [1.9, -1.5]],
  [6, [0, -1.2]],
  [10, [0, -8]],
  [152, [0, 8.5]],
  [234, [-7, 0]],
  [454, [7, 0]],
  [4, [0, 1.5]],
  [197, [0, 0]],
  [9, [0, -2.8]],
  [151, [0, -4.5]],
  [61, [-2.4, 4.6]],
  [291, [2.4, 4.6]],
  [13, [0, 4.4]],
  [14, [0, 4.6]],
  [0, [0, 3.8]],
  [17, [0, 5.4]],
]);

/** The frame of a view with its face as the engine would have seen it. */
export function seeView(view: View): FaceFrame {
  const { width = 480, height = 480, index = 0, timeMs = 0 } = view;
  const mesh = meshOf(view, width, height);
  const frame = render(view, width, height);
  const xs = mesh.points.filter((_, k) => k % 3 === 0);
  const ys = mesh.points.filter((_, k) => k % 3 === 1);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const box = { left, top, width: right - left, height: bottom - top };
  return {
    frame: { ...frame, index, timeMs },
    face: {
      mesh,
      box,
      report: {
        rectangle: box,
        pose: { yawDeg: view.yawDeg ?? 0, pitchDeg: 0, rollDeg: 0 },
        interocularPx: 90,
        sharpness: 100,
        exposure: { mean: 0.5, darkShare: 0, brightShare: 0 },
        visibility: { eyes: 2, mouth: 2, maskContrast: 0, noseContrast: 0 },
        skinToneDeg: 40,
        flag: 1,
      },
    },
    searched: true,
    others: [],
  };
}

/** Landmarks with the depth of a head whatever the shape: the mesh network imagines it in a photograph too. */
function meshOf(view: View, width: number, height: number): Mesh {
  const points = new Float32Array(3 * LANDMARKS);
  for (let number = 0; number < LANDMARKS; number++) {
    const [x, y] = PLACES.get(number) ?? spread(number);
    const seen = projectPoint(view, width, height, x, y, view.shape(x, y));
    const imagined = turned(view, x, head(x, y));
    const moved = view.move?.({ x: seen.x, y: seen.y }, number) ?? seen;
    points.set([moved.x, moved.y, (-imagined.towards * FOCAL_PX) / view.distance], 3 * number);
  }
  return { points, flag: 1 };
}

/** Evenly over the inner face (golden-angle spiral), cm. */
function spread(number: number): readonly [number, number] {
  const radius = 0.75 * Math.sqrt((number + 0.5) / LANDMARKS);
  const angle = number * 2.399963;
  return [radius * Math.cos(angle) * HALF_WIDTH, radius * Math.sin(angle) * HALF_HEIGHT];
}

function turned({ yawDeg = 0 }: View, x: number, towards: number): { x: number; towards: number } {
  const angle = (yawDeg * Math.PI) / 180;
  return {
    x: x * Math.cos(angle) + towards * Math.sin(angle),
    towards: -x * Math.sin(angle) + towards * Math.cos(angle),
  };
}

function projectPoint(view: View, width: number, height: number, x: number, y: number, nearness: number) {
  const placed = turned(view, x, nearness);
  const scale = FOCAL_PX / (view.distance - placed.towards);
  return {
    x: width / 2 + (view.offsetX ?? 0) + scale * placed.x,
    y: height / 2 + (view.offsetY ?? 0) + scale * y,
  };
}

/** Draws the surface by following each pixel's ray to where it meets the shape. */
function render(view: View, width: number, height: number): Frame {
  const rgb = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  const paint = view.paint ?? ((grey) => [grey, grey, grey] as const);
  const angle = ((view.yawDeg ?? 0) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const u = (column + 0.5 - width / 2 - (view.offsetX ?? 0)) / FOCAL_PX;
      const v = (row + 0.5 - height / 2 - (view.offsetY ?? 0)) / FOCAL_PX;
      let [x, y, nearness] = [0, 0, 0];
      for (let round = 0; round < 8; round++) {
        // On the ray: cos x + sin h = u (D - t), y = v (D - t), with t = cos h - sin x.
        x = (u * (view.distance - cos * nearness) - sin * nearness) / (cos - u * sin);
        const depth = view.distance - (cos * nearness - sin * x);
        y = v * depth;
        nearness += 0.7 * (view.shape(x, y) - nearness);
      }
      const onFace = (x / HALF_WIDTH) ** 2 + (y / HALF_HEIGHT) ** 2 < 1;
      const inMouth = Math.hypot(x / 2.2, (y - 4.5) / (0.5 * (view.mouthOpen ?? 0) + 1e-9)) < 1;
      rgb.set(paint(inMouth ? 25 : texture(x, y), onFace), 3 * (row * width + column));
    }
  return { index: 0, timeMs: 0, width, height, rgb, uploaded: { width, height } };
}

/** Smooth unrepeating grey blotches of about half a centimetre, 60..190. */
function texture(x: number, y: number): number {
  const noise = (frequency: number, seed: number) => {
    const [cx, cy] = [Math.floor(x * frequency), Math.floor(y * frequency)];
    const [fx, fy] = [smooth(x * frequency - cx), smooth(y * frequency - cy)];
    const top = hash(cx, cy, seed) * (1 - fx) + hash(cx + 1, cy, seed) * fx;
    const bottom = hash(cx, cy + 1, seed) * (1 - fx) + hash(cx + 1, cy + 1, seed) * fx;
    return top * (1 - fy) + bottom * fy;
  };
  return 60 + 80 * noise(1.1, 1) + 50 * noise(2.3, 2);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Uniform in 0..1, the same for the same place. */
export function hash(x: number, y: number, seed: number): number {
  let value = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
