import { smoothStep } from '../noise.js';
import { createSurface, updateNormals, type Surface, type Texture } from '../scene/surface.js';
import { paintEye, paintMouth, type Gaze } from './features.js';
import type { Genes } from './genes.js';
import { hairCover, hairThickness } from './hair.js';
import { BOTTOM, deform, EYE, headPoint, MOUTH, TOP, type Expression } from './head-shape.js';
import type { Paint } from './paint.js';
import { paintSkin } from './skin.js';

/** A head that can move its face. */
export interface Head {
  surface: Surface;
  /** Moves the skin and repaints eyes and mouth. */
  pose(expression: Expression, gaze: Gaze): void;
}

const COLUMNS = 121;
const ROWS = 131;
/** Size of the skin's texture at detail 1: about one texel a pixel where the face is 300 px wide. */
const TEXTURE = { width: 768, height: 660 };

/** The turn around the head at a share of the columns: they are closer to each other in front. */
function angleAt(u: number): number {
  const t = 2 * u - 1;
  return Math.PI * (0.5 * t + 0.5 * t * t * t);
}

function heightAt(v: number): number {
  return TOP + (BOTTOM - TOP) * v;
}

/** A part of the texture that is painted again when the face moves. */
interface Patch {
  /** Columns, as shares of the texture's width. */
  left: number;
  right: number;
  /** Heights on the neutral face. */
  top: number;
  bottom: number;
  /** Whether it can change the place (x, y) of the neutral face at all. */
  reaches(x: number, y: number): boolean;
  paint(genes: Genes, expression: Expression, gaze: Gaze, x: number, y: number, paint: Paint): void;
  /** What the painting depends on. */
  key(expression: Expression, gaze: Gaze): string;
}

const EYES: Patch = {
  left: 0.28,
  right: 0.72,
  top: EYE.y + 1.6,
  bottom: EYE.y - 1.3,
  reaches: (x) => Math.abs(Math.abs(x) - EYE.x) < 1.4 * EYE.halfWidth,
  paint: (genes, expression, gaze, x, y, paint) => {
    paintEye(genes, expression, gaze, x, y, paint);
  },
  key: ({ smile, eyesClosed }, { x, y }) => [smile, eyesClosed, x, y].join(' '),
};
const LIPS: Patch = {
  left: 0.33,
  right: 0.67,
  top: MOUTH.y + 1.6,
  bottom: MOUTH.y - 2.2,
  reaches: () => true,
  paint: (genes, expression, _gaze, x, y, paint) => {
    paintMouth(genes, expression, x, y, paint);
  },
  key: ({ smile, mouthOpen }) => [smile, mouthOpen].join(' '),
};

/** Makes a head; `detail` scales the size of the texture. */
export function createHead(genes: Genes, detail: number): Head {
  const width = Math.round(detail * TEXTURE.width);
  const height = Math.round(detail * TEXTURE.height);
  const texture: Texture = { width, height, texels: new Float32Array(4 * width * height) };
  const point = new Float64Array(3);
  const paint: Paint = { red: 0, green: 0, blue: 0, gloss: 0 };
  for (let row = 0; row < height; row++) {
    const y = heightAt(row / (height - 1));
    for (let column = 0; column < width; column++) {
      const angle = angleAt(column / (width - 1));
      headPoint(genes.shape, angle, y, point);
      paintSkin(genes, point[0] ?? 0, y, angle, hairCover(genes, angle, y), paint);
      write(texture, row * width + column, paint);
    }
  }

  const surface = createSurface(COLUMNS, ROWS, { kind: 'matter', texture });
  const neutral = neutralPoints(genes, surface);
  const paintings = [EYES, LIPS].map((patch) => openPatch(genes, texture, patch));
  let moved: Expression | null = null;
  return {
    surface,
    pose({ smile, mouthOpen, eyesClosed }, gaze) {
      const expression = { smile, mouthOpen, eyesClosed };
      // Lids and eyes are painted: the skin moves with the mouth alone.
      if (moved?.smile !== smile || moved.mouthOpen !== mouthOpen) {
        moved = expression;
        for (let k = 0; k < neutral.length; k += 3) {
          for (let c = 0; c < 3; c++) point[c] = neutral[k + c] ?? 0;
          deform(point, expression, genes.shape);
          for (let c = 0; c < 3; c++) surface.points[k + c] = point[c] ?? 0;
        }
        updateNormals(surface);
      }
      for (const repaint of paintings) repaint(expression, gaze);
    },
  };
}

function write({ texels }: Texture, texel: number, { red, green, blue, gloss }: Paint): void {
  texels[4 * texel] = red;
  texels[4 * texel + 1] = green;
  texels[4 * texel + 2] = blue;
  texels[4 * texel + 3] = gloss;
}

function neutralPoints(genes: Genes, surface: Surface): Float32Array {
  const { columns, rows, points, openness } = surface;
  const point = new Float64Array(3);
  for (let row = 0; row < rows; row++) {
    const y = heightAt(row / (rows - 1));
    for (let column = 0; column < columns; column++) {
      const angle = angleAt(column / (columns - 1));
      headPoint(genes.shape, angle, y, point);
      const x = point[0] ?? 0;
      const z = point[2] ?? 0;
      const hair = hairCover(genes, angle, y);
      const thick = hair * hairThickness(genes, angle, y);
      const outward = 1 / Math.hypot(x, y > 6 ? 0.7 * (y - 4) : 0, z + 2.5, 1e-6);
      const k = row * columns + column;
      points[3 * k] = x * (1 + thick * outward);
      points[3 * k + 1] = (point[1] ?? 0) + thick * outward * (y > 6 ? 0.7 * (y - 4) : 0);
      points[3 * k + 2] = z + thick * outward * (z + 2.5);
      openness[k] = opennessAt(Math.abs(x), y, z);
    }
  }
  return points.slice();
}

/** Light from all around reaches the hollows of a face less. */
function opennessAt(side: number, y: number, z: number): number {
  const socket = 0.22 * Math.exp(-0.5 * (((side - 2.7) / 1.5) ** 2 + ((y - EYE.y) / 0.9) ** 2));
  const underNose = 0.2 * Math.exp(-0.5 * ((side / 1.3) ** 2 + ((y + 2.4) / 0.5) ** 2));
  const underJaw = 0.5 * smoothStep(-8.6, -10, y) + 0.35 * smoothStep(1, -5, z) * smoothStep(-3, -8, y);
  return Math.max(0.25, 1 - socket - underNose - underJaw);
}

/** Remembers the skin beneath a patch and gives the function that paints it anew, if need be. */
function openPatch(genes: Genes, texture: Texture, patch: Patch) {
  const { width, height, texels } = texture;
  const firstRow = Math.floor(((TOP - patch.top) / (TOP - BOTTOM)) * (height - 1));
  const lastRow = Math.ceil(((TOP - patch.bottom) / (TOP - BOTTOM)) * (height - 1));
  const firstColumn = Math.floor(patch.left * width);
  const lastColumn = Math.ceil(patch.right * width);
  const skin = texels.slice(4 * firstRow * width, 4 * (lastRow + 1) * width);
  const texelsOf: number[] = [];
  const placesOf: number[] = [];
  const point = new Float64Array(3);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      headPoint(genes.shape, angleAt(column / (width - 1)), heightAt(row / (height - 1)), point);
      if (!patch.reaches(point[0] ?? 0, point[1] ?? 0)) continue;
      texelsOf.push(row * width + column);
      placesOf.push(...point);
    }
  }
  const places = Float64Array.from(placesOf);
  const reached = Int32Array.from(texelsOf);
  const paint: Paint = { red: 0, green: 0, blue: 0, gloss: 0 };
  let last = '';
  return (expression: Expression, gaze: Gaze) => {
    const key = patch.key(expression, gaze);
    if (key === last) return;
    last = key;
    for (let k = 0; k < reached.length; k++) {
      for (let c = 0; c < 3; c++) point[c] = places[3 * k + c] ?? 0;
      deform(point, expression, genes.shape);
      const texel = reached[k] ?? 0;
      const from = 4 * (texel - firstRow * width);
      paint.red = skin[from] ?? 0;
      paint.green = skin[from + 1] ?? 0;
      paint.blue = skin[from + 2] ?? 0;
      paint.gloss = skin[from + 3] ?? 0;
      patch.paint(genes, expression, gaze, point[0] ?? 0, point[1] ?? 0, paint);
      write(texture, texel, paint);
    }
  };
}
