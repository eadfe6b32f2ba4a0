import type { Frame } from './decode.js';
import { eyeCentres, landmark, type Mesh } from './mesh.js';

/** Landmarks on both cheeks: skin without beard, brow or lip, and the least shaded part of most faces. */
const CHEEKS = [50, 117, 118, 205, 280, 346, 347, 425];
/** Each is read on 5 x 5 points within this distance, as a share of the distance between the eyes. */
const RADIUS = 0.06;
/** White of sRGB: CIE D65 (IEC 61966-2-1). */
const WHITE = { y: 1, z: 1.08883 };

/**
 * Individual typology angle of the skin as it appears in the picture, degrees: atan((L* - 50) / b*) of CIELAB (Chardon
 * et al. 1991). 90 and above is very light, -90 very dark. It depends on light, exposure and white balance as much as on the
 * skin: good for asking whether a system errs more on darker pictures, never for saying anything about a person.
 */
export function measureSkinTone({ rgb, width, height }: Frame, mesh: Mesh): number {
  const [right, left] = eyeCentres(mesh);
  const radius = RADIUS * Math.hypot(left.x - right.x, left.y - right.y);
  const inside = (position: number, size: number) => Math.max(0, Math.min(size - 1, Math.round(position)));
  const sum = [0, 0, 0];
  for (const number of CHEEKS) {
    const { x, y } = landmark(mesh, number);
    for (let k = 0; k < 25; k++) {
      const column = inside(x + (((k % 5) - 2) * radius) / 2, width);
      const row = inside(y + ((Math.floor(k / 5) - 2) * radius) / 2, height);
      for (let channel = 0; channel < 3; channel++)
        sum[channel] = (sum[channel] ?? 0) + toLinear(rgb[3 * (row * width + column) + channel] ?? 0);
    }
  }
  const count = 25 * CHEEKS.length;
  return typologyAngle([(sum[0] ?? 0) / count, (sum[1] ?? 0) / count, (sum[2] ?? 0) / count]);
}

/** The angle of a colour in linear sRGB, 0..1, degrees. */
export function typologyAngle([red, green, blue]: readonly [number, number, number]): number {
  const y = 0.2126729 * red + 0.7151522 * green + 0.072175 * blue;
  const z = 0.0193339 * red + 0.119192 * green + 0.9503041 * blue;
  const lightness = 116 * cubeRoot(y / WHITE.y) - 16;
  const b = 200 * (cubeRoot(y / WHITE.y) - cubeRoot(z / WHITE.z));
  return (Math.atan2(lightness - 50, b) * 180) / Math.PI;
}

/** The lightness function of CIELAB. */
function cubeRoot(t: number): number {
  return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
}

/** sRGB byte to linear light 0..1. */
function toLinear(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
