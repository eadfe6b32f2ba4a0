import { describe, expect, it } from 'vitest';
import { SHAPES, hash, seeView } from '../../test/synthetic-face.js';
import type { FaceFrame } from '../face.js';
import { loadPolicy } from '../policy.js';
import { parametersOf } from './measure.js';
import { measureCompany, surroundings } from './surroundings.js';

const numbers = parametersOf(surroundings, loadPolicy());
const FRAME = { width: 480, height: 480 };

/** A face at a distance before blotches that are printed on the same sheet, or on the wall of a room. */
function view(index: number, distance: number, held: boolean, shift = 0): FaceFrame {
  const seen = seeView({ shape: SHAPES.flat, distance, index, ...FRAME });
  const { rgb, width, height } = seen.frame;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const scale = held ? 500 / distance : 8;
      const [x, y] = [(column + shift - width / 2) / scale, (row - height / 2) / scale];
      if ((x / 7) ** 2 + (y / 9) ** 2 < 1 && held) continue;
      const onFace =
        ((column - width / 2) / (7 * (500 / distance))) ** 2 +
          ((row - height / 2) / (9 * (500 / distance))) ** 2 <
        1;
      if (onFace) continue;
      const grey = 70 + 110 * hash(Math.floor(x), Math.floor(y), 9);
      rgb.fill(grey, 3 * (row * width + column), 3 * (row * width + column) + 3);
    }
  return seen;
}

const DISTANCES = [95, 85, 75, 68];
const clip = (held: boolean, shift = 0) => DISTANCES.map((distance, k) => view(k, distance, held, shift * k));

async function judge(usable: FaceFrame[]) {
  const whole = { mode: 'clip' as const, frames: usable, usable };
  const parts = surroundings.plan(whole, numbers);
  if (!Array.isArray(parts)) return parts;
  const measured = parts.map(({ frames }) => measureCompany(frames.flatMap((k) => usable.slice(k, k + 1))));
  return surroundings.conclude(measured, whole, numbers, parts);
}

describe('surroundings', () => {
  it('speak against a sheet that is brought nearer as a whole', async () => {
    const outcome = await judge(clip(true));
    expect(outcome).toMatchObject({ status: 'scored', llr: numbers['heldLlr'] });
    expect(outcome.status === 'scored' && outcome.evidence['share']).toBeGreaterThan(0.9);
  });

  it('say nothing against a person before a room that stays, or sways a little with the hand', async () => {
    for (const sway of [0, 1]) {
      const outcome = await judge(clip(false, sway));
      expect(outcome).toMatchObject({ status: 'scored', llr: 0 });
      expect(outcome.status === 'scored' && outcome.evidence['share']).toBeLessThan(0.1);
    }
  });

  it('compare frames of which most places are still in view, those that grew most first', () => {
    const usable = [95, 85, 75, 68, 45].map((distance, k) => view(k, distance, false));
    const parts = surroundings.plan({ mode: 'clip', frames: usable, usable }, numbers);
    // ln(95 / 68) = 0.33; from 68 to 45 it is 0.41, from 75 to 45 more than 0.45.
    expect(Array.isArray(parts) && parts.map(({ frames }) => frames).slice(0, 2)).toEqual([
      [3, 4],
      [0, 3],
    ]);
  });

  it('say nothing about a face that did not come nearer, or before a bare wall', async () => {
    const still = [0, 1, 2].map((k) => view(k, 80, true));
    expect(await judge(still)).toMatchObject({ status: 'not_applicable' });
    const bare = clip(false).map((seen) => {
      const { rgb, width } = seen.frame;
      for (let k = 0; k < rgb.length / 3; k++) {
        const [x, y] = [Math.abs((k % width) - 240), Math.abs(Math.floor(k / width) - 240)];
        if (x > 55 || y > 70) rgb.fill(120, 3 * k, 3 * k + 3);
      }
      return seen;
    });
    expect(await judge(bare)).toMatchObject({ status: 'not_applicable' });
  });
});
