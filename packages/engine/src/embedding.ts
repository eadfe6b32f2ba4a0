import type { FaceTemplate } from './analysis.js';
import type { SeenFrame } from './face.js';
import { sampleTensor, type Affine, type TensorFormat } from './image.js';
import { eyeCentres, landmark, type Mesh } from './mesh.js';
import type { Networks } from './networks.js';
import type { Point } from './detector.js';

/** Side of the networks' input, px. */
const INPUT = 112;
/** Where the networks expect right eye, left eye, nose tip and mouth corners in their input, px (InsightFace, ArcFace). */
const PLACES: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];
const NOSE_TIP = 1;
const MOUTH_RIGHT = 61;
const MOUTH_LEFT = 291;

/** The embedding networks and how each wants its pixels. */
const FORMATS = {
  mobilefacenet: { order: 'rgb', scale: 1 / 128, shift: -127.5 / 128 },
  fr512: { order: 'bgr', scale: 1 / 128, shift: -127 / 128 },
} as const satisfies Record<string, TensorFormat>;

export type EmbeddingName = keyof typeof FORMATS;
export const EMBEDDINGS = Object.keys(FORMATS) as EmbeddingName[];

/** Embeds the face of a frame with embedding networks; each vector has length 1. */
export async function embedFace(
  { frame, face }: SeenFrame,
  networks: Networks,
  names: readonly EmbeddingName[] = EMBEDDINGS,
): Promise<FaceTemplate> {
  if (!face) throw new Error(`frame ${frame.index} shows no face`);
  const map = alignment(face.mesh);
  const template: FaceTemplate = {};
  for (const name of names) {
    const [vector] = await networks[name].run(sampleTensor(frame, map, INPUT, INPUT, FORMATS[name]));
    if (!vector) throw new Error(`${name} must give an embedding`);
    template[name] = normalise(vector);
  }
  return template;
}

/** The template of one person from several of its frames: the mean of their vectors, brought to length 1 again. */
export function meanTemplate(templates: readonly FaceTemplate[]): FaceTemplate {
  const [first] = templates;
  if (!first) throw new RangeError('the mean needs at least one template');
  return Object.fromEntries(
    Object.entries(first).map(([name, vector]) => {
      const sum = vector.map((_, k) =>
        templates.reduce((total, template) => total + (template[name]?.[k] ?? NaN), 0),
      );
      return [name, normalise(sum)];
    }),
  );
}

/** The map from the networks' input to the frame that lays five landmarks on {@link PLACES} with the least squared error. */
export function alignment(mesh: Mesh): Affine {
  const seen = [...eyeCentres(mesh), ...[NOSE_TIP, MOUTH_RIGHT, MOUTH_LEFT].map((k) => landmark(mesh, k))];
  const from = centre(PLACES);
  const to = centre(seen);
  // Turn and scale as one complex number: the least-squares quotient of the centred points.
  let real = 0;
  let imaginary = 0;
  let norm = 0;
  PLACES.forEach((place, k) => {
    const x = place.x - from.x;
    const y = place.y - from.y;
    const u = (seen[k]?.x ?? NaN) - to.x;
    const v = (seen[k]?.y ?? NaN) - to.y;
    real += x * u + y * v;
    imaginary += x * v - y * u;
    norm += x * x + y * y;
  });
  const a = real / norm;
  const b = imaginary / norm;
  return [a, -b, to.x - a * from.x + b * from.y, b, a, to.y - b * from.x - a * from.y];
}

function centre(points: readonly Point[]): Point {
  const mean = (axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return { x: mean('x'), y: mean('y') };
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
  if (!(length > 0 && Number.isFinite(length)))
    throw new Error('an embedding must have a finite length above 0');
  return vector.map((v) => v / length);
}
