import type { Point } from '../detector.js';
import { landmark, type Mesh } from '../mesh.js';
import { LANDMARK_NUMBERS, type FaceLandmarkName } from './landmark-numbers.js';

/** The landmarks of the Face API in px of the frame times `scale`, in its order. */
export function faceLandmarks(mesh: Mesh, scale: number): Record<FaceLandmarkName, Point> {
  return Object.fromEntries(
    Object.entries(LANDMARK_NUMBERS).map(([name, numbers]) => [name, middle(mesh, numbers, scale)]),
  ) as Record<FaceLandmarkName, Point>;
}

function middle(mesh: Mesh, numbers: readonly number[], scale: number): Point {
  const points = numbers.map((number) => landmark(mesh, number));
  const mean = (axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return { x: mean('x') * scale, y: mean('y') * scale };
}
