import { describe, expect, it } from 'vitest';
import { hash, seeView, SHAPES } from '../../test/synthetic-face.js';
import { LANDMARKS } from '../mesh.js';
import { placeOn, type Answer } from './light-places.js';
import { formOf, reliefIn, reliefOf } from './light-relief.js';

const { mesh } = seeView({ shape: SHAPES.head, distance: 30 }).face;
const form = formOf(mesh);
const UPPER_LIP = 13;

/** What a face answers: `response` from its place and, around the nose, which way it looks. */
function relief(
  response: (answer: Omit<Answer, 'response'>) => number,
  { noise = 0, places = LANDMARKS }: { noise?: number; places?: number } = {},
): number {
  return reliefOf(answersOf(response, noise, places), form);
}

function answersOf(
  response: (answer: Omit<Answer, 'response'>) => number,
  noise: number,
  places = LANDMARKS,
): Answer[] {
  return Array.from({ length: places }, (_, number) => {
    const at = { number, ...placeOn(mesh, number), brightness: 0.6 + 0.8 * hash(number, 5, 5) };
    return { ...at, response: response(at) + noise * (hash(number, 2, 9) - 0.5) };
  });
}
/** Height of the nose, as far as no smooth surface has it. */
const nose = ({ x, y }: { x: number; y: number }) => Math.exp(-((8 * x) ** 2 + (6 * (y - 0.3)) ** 2));

describe('reliefOf', () => {
  it('is 0 for what answers alike everywhere, as a tinted picture does', () => {
    expect(relief(() => 0.4)).toBeCloseTo(0, 6);
    expect(relief(() => 0, { noise: 0.3 })).toBe(0);
  });

  it('is 0 for what changes slowly over the face, as on bent paper or beside a lamp', () => {
    expect(relief(({ x, y }) => 0.5 * x - 0.3 * y - 0.8 * x * x)).toBeCloseTo(0, 5);
  });

  it('is 0 for what grows with darkness alone, as before glass', () => {
    expect(relief(({ brightness }) => 0.5 * (1 / brightness - 1))).toBeCloseTo(0, 5);
  });

  it('is the part that follows the depth of the face, whichever sign it has', () => {
    const near = relief(({ z }) => z);
    expect(near).toBeGreaterThan(0.02);
    expect(relief(({ z }) => 3 * z)).toBeCloseTo(3 * near, 6);
    expect(relief(({ z }) => -z)).toBeCloseTo(near, 6);
  });

  it('is the part that follows the slopes of the face', () => {
    // Light from the side: the flanks of the nose answer unlike.
    const aside = ({ x, y }: { x: number; y: number }) => nose({ x: x + 0.05, y }) - nose({ x: x - 0.05, y });
    expect(relief((at) => 0.6 * aside(at))).toBeGreaterThan(0.03);
  });

  it('is less where noise may explain it, and none where there is much', () => {
    const clear = relief(({ z }) => 3 * z);
    const noisy = relief(({ z }) => 3 * z, { noise: 0.3 });
    expect(noisy).toBeLessThan(clear);
    expect(noisy).toBeGreaterThan(0);
    expect(relief(({ z }) => 3 * z, { noise: 3 })).toBe(0);
  });

  it('leaves out the lips, which may be real behind a hole of paper', () => {
    expect(relief(({ number, z }) => (number === UPPER_LIP ? 20 * z : 0))).toBeCloseTo(0, 6);
  });

  it('is not told of a few places', () => {
    expect(relief(({ z }) => z, { places: 60 })).toBeNaN();
  });
});

describe('reliefIn', () => {
  it('is what either way to count the channels tells, and nothing where neither can be told', () => {
    const clear = answersOf(({ z }) => 3 * z, 0);
    const noisy = answersOf(({ z }) => 3 * z, 3);
    const told = reliefOf(clear, form);
    expect(told).toBeGreaterThan(0.06);
    expect(reliefIn({ alike: clear, quiet: noisy }, form)).toBe(told);
    expect(reliefIn({ alike: noisy, quiet: clear }, form)).toBe(told);
    expect(reliefIn({ alike: noisy, quiet: noisy }, form)).toBe(0);
    expect(reliefIn({ alike: [], quiet: [] }, form)).toBeNaN();
  });
});
