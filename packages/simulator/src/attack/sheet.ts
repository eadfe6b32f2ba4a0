import { createSurface, updateNormals, type Look, type Surface } from '../scene/surface.js';

/** A rectangle of paper or glass, cm. */
export interface SheetForm {
  widthCm: number;
  heightCm: number;
  /** Bent around a cylinder; flat when left out. */
  bend?: {
    radiusCm: number;
    /** Of the cylinder's axis against the upright, degrees. */
    axisDeg: number;
  };
}

/** Rows and columns of vertices: places are interpolated in the picture, which only small triangles allow. */
const COLUMNS = 33;
const ROWS = 41;

/** A sheet around the origin of its coordinates that faces +z; a bent one is nearest in its middle. */
export function createSheet({ widthCm, heightCm, bend }: SheetForm, look: Look): Surface {
  const surface = createSurface(COLUMNS, ROWS, { kind: 'pattern', look });
  const [cos, sin] = [Math.cos, Math.sin].map((f) => f(((bend?.axisDeg ?? 0) * Math.PI) / 180)) as [
    number,
    number,
  ];
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++) {
      const x = (column / (COLUMNS - 1) - 0.5) * widthCm;
      const y = (0.5 - row / (ROWS - 1)) * heightCm;
      surface.points.set(
        bend ? bent(x, y, cos, sin, bend.radiusCm) : [x, y, 0],
        3 * (row * COLUMNS + column),
      );
    }
  updateNormals(surface);
  return surface;
}

function bent(x: number, y: number, cos: number, sin: number, radius: number): [number, number, number] {
  // Along and across the axis; lengths on the paper stay what they were.
  const across = x * cos + y * sin;
  const along = y * cos - x * sin;
  const angle = across / radius;
  const moved = radius * Math.sin(angle);
  return [moved * cos - along * sin, along * cos + moved * sin, radius * (Math.cos(angle) - 1)];
}
