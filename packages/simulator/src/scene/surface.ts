/**
 * A curved sheet in space: a grid of vertices whose columns and rows are also the texture's directions. Lengths in cm;
 * x to the right of the picture, y up, z towards the camera.
 */
export interface Surface {
  columns: number;
  rows: number;
  /** x, y, z of each vertex, row by row. */
  points: Float32Array;
  /** Unit normals of the vertices, outwards. */
  normals: Float32Array;
  /** Share of the ambient light that reaches each vertex, 0..1. */
  openness: Float32Array;
  material: Material;
  /** Whether there is something at (u, v): a cut-out lacks what was cut away. Everywhere when left out. */
  isThere?(u: number, v: number): boolean;
}

/** What a surface looks like at its place (u, v), both 0..1. */
export type Material =
  | { kind: 'matter'; texture: Texture }
  /** A surface that works out its own looks, such as a print with its dots or a display with its pixels. */
  | { kind: 'pattern'; look: Look };

/**
 * Writes the looks of a place: linear red, green, blue reflectance, strength of the gloss, and red, green, blue light of its
 * own. Detail finer than the camera's pixels must be weakened as their area and the lens would: see `scene/grating.ts`.
 * @param pixelsPerCm of the camera, at the place
 * @param row of the camera's picture, 0 = the first that is read out, 1 = the last
 */
export type Look = (u: number, v: number, pixelsPerCm: number, row: number, into: Float32Array) => void;

/** Reflectances of a surface, bilinearly read. */
export interface Texture {
  width: number;
  height: number;
  /** Linear red, green, blue reflectance and the strength of the gloss, 0..1, row by row. */
  texels: Float32Array;
}

/** A surface of a grid, its vertices not yet placed. */
export function createSurface(columns: number, rows: number, material: Material): Surface {
  const count = columns * rows;
  return {
    columns,
    rows,
    points: new Float32Array(3 * count),
    normals: new Float32Array(3 * count),
    openness: new Float32Array(count).fill(1),
    material,
  };
}

/** Fills the normals from the vertices, by central differences; counter-clockwise seen from outside. */
export function updateNormals({ columns, rows, points, normals }: Surface): void {
  for (let row = 0; row < rows; row++) {
    const above = Math.max(0, row - 1) * columns;
    const below = Math.min(rows - 1, row + 1) * columns;
    for (let column = 0; column < columns; column++) {
      const left = 3 * (row * columns + Math.max(0, column - 1));
      const right = 3 * (row * columns + Math.min(columns - 1, column + 1));
      const up = 3 * (above + column);
      const down = 3 * (below + column);
      const ax = (points[right] ?? 0) - (points[left] ?? 0);
      const ay = (points[right + 1] ?? 0) - (points[left + 1] ?? 0);
      const az = (points[right + 2] ?? 0) - (points[left + 2] ?? 0);
      const bx = (points[up] ?? 0) - (points[down] ?? 0);
      const by = (points[up + 1] ?? 0) - (points[down + 1] ?? 0);
      const bz = (points[up + 2] ?? 0) - (points[down + 2] ?? 0);
      const nx = ay * bz - az * by;
      const ny = az * bx - ax * bz;
      const nz = ax * by - ay * bx;
      const scale = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9);
      const at = 3 * (row * columns + column);
      normals[at] = nx * scale;
      normals[at + 1] = ny * scale;
      normals[at + 2] = nz * scale;
    }
  }
}
