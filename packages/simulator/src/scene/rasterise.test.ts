import { describe, expect, it } from 'vitest';
import { rotationOf, type Placement } from './placement.js';
import { clearFragments, createFragments, rasterise, type Lens } from './rasterise.js';
import { shade } from './shade.js';
import { createSurface, updateNormals, type Surface } from './surface.js';

const LENS: Lens = { width: 200, height: 100, focal: 100, centreX: 100, centreY: 50 };
const LIGHTS = { key: [0, 0, 1], keyShare: 0.5, screen: [0, 0, 0] } as const;

/** A square of 20 cm (or `side`) that faces the camera. */
function square(reflectance = 1, side = 20): Surface {
  const texels = new Float32Array(16).fill(reflectance);
  for (let k = 3; k < 16; k += 4) texels[k] = 0;
  const surface = createSurface(2, 2, { kind: 'matter', texture: { width: 2, height: 2, texels } });
  const [low, high] = [-side / 2, side / 2];
  surface.points.set([low, high, 0, high, high, 0, low, low, 0, high, low, 0]);
  updateNormals(surface);
  return surface;
}

function at(x: number, y: number, z: number, yawDeg = 0): Placement {
  return { rotation: rotationOf(yawDeg, 0, 0), pivot: [0, 0, 0], position: [x, y, z] };
}

function drawn(...scenes: [Surface, Placement][]) {
  const fragments = createFragments(LENS.width, LENS.height);
  scenes.forEach(([surface, placement], k) => {
    rasterise(fragments, surface, k + 1, placement, LENS, LIGHTS);
  });
  return fragments;
}

/** First and last column and row that show a surface. */
function extent({ width, surface }: ReturnType<typeof drawn>, number: number) {
  const seen = [...surface].flatMap((one, k) => (one === number ? [k] : []));
  const columns = seen.map((k) => k % width);
  const rows = seen.map((k) => Math.floor(k / width));
  return [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)];
}

describe('rasterise', () => {
  it('shows 20 cm at 50 cm through a lens of 100 px as 40 px', () => {
    expect(extent(drawn([square(), at(0, 0, -50)]), 1)).toEqual([80, 119, 30, 69]);
  });

  it('shows twice the size at half the distance', () => {
    expect(extent(drawn([square(), at(0, 0, -25)]), 1)).toEqual([60, 139, 10, 89]);
  });

  it('moves 5 cm to the right and up by 10 px at 50 cm', () => {
    expect(extent(drawn([square(), at(5, 5, -50)]), 1)).toEqual([90, 129, 20, 59]);
  });

  it('puts the nearer surface before the farther one, in whichever order they are drawn', () => {
    const near: [Surface, Placement] = [square(), at(0, 0, -40)];
    const far: [Surface, Placement] = [square(), at(3, 0, -60)];
    const middle = 50 * LENS.width + 100;
    expect(drawn(near, far).surface[middle]).toBe(1);
    expect(drawn(far, near).surface[middle]).toBe(2);
  });

  it('brings the subject’s left side nearer to the picture’s edge and farther away when it turns to its left', () => {
    const fragments = drawn([square(), at(0, 0, -50, 30)]);
    const row = 50 * LENS.width;
    expect(fragments.nearness[row + 90]).toBeGreaterThan(fragments.nearness[row + 110] ?? 0);
  });

  it('does not show a surface from behind', () => {
    expect(drawn([square(), at(0, 0, -50, 180)]).surface.some((one) => one > 0)).toBe(false);
  });

  it('shifts late rows of a moving surface as a rolling shutter does', () => {
    const fragments = createFragments(LENS.width, LENS.height);
    rasterise(fragments, square(), 1, at(0, 0, -50), LENS, LIGHTS, { x: 20, y: 0 });
    const first = (row: number) =>
      fragments.surface.subarray(row * LENS.width, (row + 1) * LENS.width).indexOf(1);
    // Rows 30 and 69 of 100 are read 0.39 of the read-out apart: 20 px * 0.39.
    expect(first(69) - first(30)).toBe(8);
  });

  it('forgets everything when it is cleared', () => {
    const fragments = drawn([square(), at(0, 0, -50)]);
    clearFragments(fragments);
    expect(fragments.surface.every((one) => one === 0)).toBe(true);
  });
});

describe('shade', () => {
  const lit = (ambient: number, screen: number, reflectance = 1, distance = 40) => {
    const surface = square(reflectance, 4);
    const fragments = drawn([surface, at(0, 0, -distance)]);
    const into = new Float32Array(3 * LENS.width * LENS.height);
    const colour = (level: number) => [level, level / 2, level / 4] as const;
    shade(fragments, [surface], { ambient: colour(ambient), screen: colour(screen) }, into);
    return into.slice(3 * (50 * LENS.width + 100), 3 * (50 * LENS.width + 100) + 3);
  };

  it('is linear in the light: two lights together are the sum of each alone', () => {
    const [ambient, screen, both] = [lit(0.4, 0), lit(0, 0.3), lit(0.4, 0.3)];
    for (let c = 0; c < 3; c++) expect(both[c]).toBeCloseTo((ambient[c] ?? 0) + (screen[c] ?? 0), 5);
  });

  it('doubles with the light and with the reflectance', () => {
    expect(lit(0, 0.6)[0]).toBeCloseTo(2 * (lit(0, 0.3)[0] ?? 0), 5);
    expect(lit(0.4, 0.3, 0.5)[2]).toBeCloseTo((lit(0.4, 0.3, 1)[2] ?? 0) / 2, 5);
  });

  it('gives about a quarter of the screen’s light at twice the distance, and the whole at 40 cm', () => {
    expect(lit(0, 1, 1, 40)[0]).toBeGreaterThan(0.98);
    expect((lit(0, 1, 1, 80)[0] ?? 0) / (lit(0, 1, 1, 40)[0] ?? 0)).toBeCloseTo(
      (40 ** 2 + 8 ** 2) / (80 ** 2 + 8 ** 2),
      2,
    );
  });
});
