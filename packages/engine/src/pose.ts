import { landmark, type Mesh } from './mesh.js';

/** Turn of the head in degrees; the signs are those of `FaceReport.pose`. */
export interface Pose {
  yawDeg: number;
  pitchDeg: number;
  rollDeg: number;
}

type Vector = readonly [x: number, y: number, z: number];

/**
 * Landmarks that expressions move little, with their places on MediaPipe's canonical face (cm; x to the subject's left, y
 * up, z towards the camera).
 */
const RIGID: readonly (readonly [number: number, place: Vector])[] = [
  [10, [0, 8.261778, 4.481535]],
  [151, [0, 6.54539, 5.027311]],
  [168, [0, 3.271027, 5.236015]],
  [6, [0, 2.473255, 5.788627]],
  [4, [0, -0.46317, 7.58658]],
  [33, [-4.445859, 2.663991, 3.173422]],
  [133, [-1.856432, 2.585245, 3.757904]],
  [362, [1.856432, 2.585245, 3.757904]],
  [263, [4.445859, 2.663991, 3.173422]],
  [234, [-7.664182, 0.673132, -2.435867]],
  [454, [7.664182, 0.673132, -2.435867]],
];

/** The pose of a head: the rotation that carries the canonical face onto the mesh (Horn 1987, by unit quaternions). */
export function poseOf(mesh: Mesh): Pose {
  const seen = centred(
    RIGID.map(([number]) => {
      const { x, y, z } = landmark(mesh, number);
      return [x, -y, -z] as const;
    }),
  );
  const rotate = rotation(centred(RIGID.map(([, place]) => place)), seen);
  const [forwardX, forwardY, forwardZ] = rotate([0, 0, 1]);
  const [sideX, sideY] = rotate([1, 0, 0]);
  return {
    yawDeg: degrees(Math.atan2(forwardX, forwardZ)),
    pitchDeg: degrees(Math.asin(Math.max(-1, Math.min(1, forwardY)))),
    rollDeg: degrees(Math.atan2(-sideY, sideX)),
  };
}

function centred(points: readonly Vector[]): Vector[] {
  const mean = [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + at(p, axis), 0) / points.length);
  return points.map(([x, y, z]) => [x - at(mean, 0), y - at(mean, 1), z - at(mean, 2)]);
}

/** The rotation that carries `from` onto `to` with the least squared error. */
function rotation(from: readonly Vector[], to: readonly Vector[]): (v: Vector) => Vector {
  const s = (row: number, column: number) =>
    from.reduce((sum, point, k) => sum + at(point, row) * at(to[k] ?? [], column), 0);
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => s(r, c)));
  const n = (
    [
      [sum(xx, yy, zz), diff(yz, zy), diff(zx, xz), diff(xy, yx)],
      [diff(yz, zy), diff(xx, sum(yy, zz)), sum(xy, yx), sum(zx, xz)],
      [diff(zx, xz), sum(xy, yx), diff(yy, sum(xx, zz)), sum(yz, zy)],
      [diff(xy, yx), sum(zx, xz), sum(yz, zy), diff(zz, sum(xx, yy))],
    ] as const
  ).map((row) => [...row]);
  const [w, x, y, z] = largestEigenvector(n);
  return ([a, b, c]) => [
    (1 - 2 * (y * y + z * z)) * a + 2 * (x * y - w * z) * b + 2 * (x * z + w * y) * c,
    2 * (x * y + w * z) * a + (1 - 2 * (x * x + z * z)) * b + 2 * (y * z - w * x) * c,
    2 * (x * z - w * y) * a + 2 * (y * z + w * x) * b + (1 - 2 * (x * x + y * y)) * c,
  ];
}

/** Power iteration; the shift makes the largest eigenvalue the one of largest magnitude. Far more rounds than it needs. */
function largestEigenvector(matrix: number[][]): [number, number, number, number] {
  const shift = matrix.reduce(
    (most, row) =>
      Math.max(
        most,
        row.reduce((s, v) => s + Math.abs(v), 0),
      ),
    0,
  );
  let vector = [1, 0.01, 0.01, 0.01];
  for (let round = 0; round < 200; round++) {
    const next = matrix.map((row, i) =>
      row.reduce((s, v, j) => s + v * at(vector, j), shift * at(vector, i)),
    );
    const length = Math.hypot(...next);
    vector = next.map((v) => v / length);
  }
  return [at(vector, 0), at(vector, 1), at(vector, 2), at(vector, 3)];
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? NaN;
}

function sum(...values: (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? NaN), 0);
}

function diff(a: number | undefined, b: number | undefined): number {
  return (a ?? NaN) - (b ?? NaN);
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
