import type { Placement } from './placement.js';
import type { Surface } from './surface.js';

/** A pinhole camera at the origin that looks along -z. */
export interface Lens {
  /** Size of the picture, px. */
  width: number;
  height: number;
  /** Focal length, px. */
  focal: number;
  /** Where the optical axis meets the picture, px. */
  centreX: number;
  centreY: number;
}

/** Where the light of a scene comes from. */
export interface LightPlaces {
  /** Direction towards the brightest part of the surroundings, of length 1. */
  key: readonly [number, number, number];
  /** How much of the ambient light comes from there rather than from everywhere, 0..1. */
  keyShare: number;
  /** Centre of the screen in camera coordinates, cm. */
  screen: readonly [number, number, number];
}

/**
 * What is seen at each pixel, before any light has a colour: the nearest surface, the place on it, and how much ambient and
 * screen light it reflects diffusely and as gloss.
 */
export interface Fragments {
  width: number;
  height: number;
  /** Focal length of the lens that was last drawn through, px. */
  focal: number;
  /** Reciprocal distance, 1/cm; 0 where nothing is. */
  nearness: Float32Array;
  /** 1-based number of the surface. */
  surface: Uint8Array;
  /** Of each pixel: u and v, ambient and screen light that is reflected diffusely, and the same of gloss. */
  looks: Float32Array;
  /** Projected vertices of the surface that is being drawn. */
  vertices: Float64Array;
}

/** Distance at which a screen's light counts in full, cm; it falls with the square of the distance. */
const SCREEN_REFERENCE_CM = 40;
/** Half of a screen's size, cm: nearer than that its light hardly grows any more. */
const SCREEN_RADIUS_CM = 8;
/** Light that enters skin leaves it some way on, so that the edge of a shadow is soft. */
const WRAP = 0.2;

/** Numbers of a pixel in {@link Fragments.looks}. */
export const LOOKS = 6;

export function createFragments(width: number, height: number): Fragments {
  return {
    width,
    height,
    focal: 1,
    nearness: new Float32Array(width * height),
    surface: new Uint8Array(width * height),
    looks: new Float32Array(LOOKS * width * height),
    vertices: new Float64Array(),
  };
}

export function clearFragments({ nearness, surface }: Fragments): void {
  nearness.fill(0);
  surface.fill(0);
}

/** Attributes of a projected vertex: x, y, nearness, u, v and the four shares of light. */
const STRIDE = 9;

/**
 * Draws a surface into the fragments with a z-buffer.
 * @param number 1-based, remembered for each pixel
 * @param shear how far the picture of the surface moves during the time in which the sensor is read out, px: a rolling
 * shutter sees the last row that much later than the first
 */
export function rasterise(
  fragments: Fragments,
  surface: Surface,
  number: number,
  placement: Placement,
  lens: Lens,
  lights: LightPlaces,
  shear: { x: number; y: number } = { x: 0, y: 0 },
): void {
  fragments.focal = lens.focal;
  const { columns, rows, isThere } = surface;
  if (fragments.vertices.length < columns * rows * STRIDE)
    fragments.vertices = new Float64Array(columns * rows * STRIDE);
  project(surface, placement, lens, lights, shear, fragments.vertices);
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = (row * columns + column) * STRIDE;
      const b = a + STRIDE;
      const c = a + columns * STRIDE;
      const d = c + STRIDE;
      triangle(fragments, a, c, b, number, isThere);
      triangle(fragments, b, c, d, number, isThere);
    }
  }
}

function project(
  { columns, rows, points, normals, openness }: Surface,
  { rotation, pivot, position }: Placement,
  lens: Lens,
  lights: LightPlaces,
  shear: { x: number; y: number },
  out: Float64Array,
): void {
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  const [keyX, keyY, keyZ] = lights.key;
  const [screenX, screenY, screenZ] = lights.screen;
  for (let k = 0; k < columns * rows; k++) {
    const px = (points[3 * k] ?? 0) - pivot[0];
    const py = (points[3 * k + 1] ?? 0) - pivot[1];
    const pz = (points[3 * k + 2] ?? 0) - pivot[2];
    const x = r0 * px + r1 * py + r2 * pz + position[0];
    const y = r3 * px + r4 * py + r5 * pz + position[1];
    const z = r6 * px + r7 * py + r8 * pz + position[2];
    const qx = normals[3 * k] ?? 0;
    const qy = normals[3 * k + 1] ?? 0;
    const qz = normals[3 * k + 2] ?? 0;
    const nx = r0 * qx + r1 * qy + r2 * qz;
    const ny = r3 * qx + r4 * qy + r5 * qz;
    const nz = r6 * qx + r7 * qy + r8 * qz;

    const nearness = 1 / Math.max(1, -z);
    const straightX = lens.centreX + lens.focal * x * nearness;
    const straightY = lens.centreY - lens.focal * y * nearness;
    const late = straightY / lens.height - 0.5;
    const at = k * STRIDE;
    out[at] = straightX + shear.x * late;
    out[at + 1] = straightY + shear.y * late;
    out[at + 2] = nearness;
    out[at + 3] = (k % columns) / (columns - 1);
    out[at + 4] = Math.floor(k / columns) / (rows - 1);

    const open = openness[k] ?? 1;
    const key = Math.max(0, (nx * keyX + ny * keyY + nz * keyZ + WRAP) / (1 + WRAP));
    const sky = 0.75 + 0.25 * ny;
    out[at + 5] = open * (lights.keyShare * key * 1.6 + (1 - lights.keyShare) * sky);

    const lx = screenX - x;
    const ly = screenY - y;
    const lz = screenZ - z;
    const distance = Math.sqrt(lx * lx + ly * ly + lz * lz);
    const falloff = screenFalloff(distance);
    const facing = (nx * lx + ny * ly + nz * lz) / distance;
    out[at + 6] = falloff * Math.max(0, (facing + WRAP) / (1 + WRAP)) * (0.5 + 0.5 * open);

    // The way to the camera, and half-way between it and each light.
    const eye = 1 / Math.sqrt(x * x + y * y + z * z);
    const ex = -x * eye;
    const ey = -y * eye;
    const ez = -z * eye;
    out[at + 7] = lights.keyShare * gloss(nx, ny, nz, ex + keyX, ey + keyY, ez + keyZ);
    out[at + 8] = falloff * gloss(nx, ny, nz, ex + lx / distance, ey + ly / distance, ez + lz / distance);
  }
}

/** A screen's light at a distance, against that at 40 cm. */
export function screenFalloff(distanceCm: number): number {
  return (SCREEN_REFERENCE_CM ** 2 + SCREEN_RADIUS_CM ** 2) / (distanceCm ** 2 + SCREEN_RADIUS_CM ** 2);
}

/** Blinn and Phong's highlight of exponent 22. */
function gloss(nx: number, ny: number, nz: number, hx: number, hy: number, hz: number): number {
  const along = nx * hx + ny * hy + nz * hz;
  if (along <= 0) return 0;
  const square = (along * along) / (hx * hx + hy * hy + hz * hz + 1e-9);
  const fourth = square * square;
  const eighth = fourth * fourth;
  return eighth * eighth * fourth * square;
}

/** Fills one triangle; attributes are interpolated in the picture, which small triangles allow. */
function triangle(
  into: Fragments,
  a: number,
  b: number,
  c: number,
  number: number,
  isThere: Surface['isThere'],
): void {
  const { vertices, width, height } = into;
  const ax = vertices[a] ?? 0;
  const ay = vertices[a + 1] ?? 0;
  const bx = vertices[b] ?? 0;
  const by = vertices[b + 1] ?? 0;
  const cx = vertices[c] ?? 0;
  const cy = vertices[c + 1] ?? 0;
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  // Seen from behind, or from its edge.
  if (area >= -1e-9) return;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const right = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
  if (left > right || top > bottom) return;
  const { nearness, surface, looks } = into;
  const scale = 1 / area;
  // The weights of a and b grow evenly along a row.
  const stepA = (by - cy) * scale;
  const stepB = (cy - ay) * scale;
  const [nearA, nearB, nearC] = [vertices[a + 2] ?? 0, vertices[b + 2] ?? 0, vertices[c + 2] ?? 0];
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5;
    const x = left + 0.5;
    let wa = ((bx - x) * (cy - y) - (cx - x) * (by - y)) * scale;
    let wb = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) * scale;
    const end = row * width + right;
    for (let at = row * width + left; at <= end; at++, wa += stepA, wb += stepB) {
      const wc = 1 - wa - wb;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const near = wa * nearA + wb * nearB + wc * nearC;
      if (near <= (nearness[at] ?? 0)) continue;
      const across = wa * (vertices[a + 3] ?? 0) + wb * (vertices[b + 3] ?? 0) + wc * (vertices[c + 3] ?? 0);
      const down = wa * (vertices[a + 4] ?? 0) + wb * (vertices[b + 4] ?? 0) + wc * (vertices[c + 4] ?? 0);
      if (isThere && !isThere(across, down)) continue;
      nearness[at] = near;
      surface[at] = number;
      const to = LOOKS * at;
      looks[to] = across;
      looks[to + 1] = down;
      looks[to + 2] = wa * (vertices[a + 5] ?? 0) + wb * (vertices[b + 5] ?? 0) + wc * (vertices[c + 5] ?? 0);
      looks[to + 3] = wa * (vertices[a + 6] ?? 0) + wb * (vertices[b + 6] ?? 0) + wc * (vertices[c + 6] ?? 0);
      looks[to + 4] = wa * (vertices[a + 7] ?? 0) + wb * (vertices[b + 7] ?? 0) + wc * (vertices[c + 7] ?? 0);
      looks[to + 5] = wa * (vertices[a + 8] ?? 0) + wb * (vertices[b + 8] ?? 0) + wc * (vertices[c + 8] ?? 0);
    }
  }
}
