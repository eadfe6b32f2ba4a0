import { describe, expect, it } from 'vitest';
import { hash, seeView, SHAPES } from '../../test/synthetic-face.js';
import { issueChallenge } from '../challenge.js';
import { landmark, LANDMARKS } from '../mesh.js';
import { timelineOf, toLinear } from './light-fit.js';
import { glassiness } from './light-glass.js';
import { answersOf } from './light-places.js';

const step = issueChallenge(new Uint8Array(16), { mode: 'Passive', light: true }).steps.find(
  (one) => one.kind === 'light',
);
if (!step) throw new Error('the challenge plays light');
const { colours } = step;
const shown = [-1, 0, 1, 2, 3, 4, 5, 6, 7].map((index) => ({
  index,
  shownAtMs: index < 0 ? 0 : step.leadInMs + index * step.stepMs,
}));
const times = [200, ...shown.slice(1).flatMap(({ shownAtMs }) => [shownAtMs + 150, shownAtMs + 300])];
const timeline = timelineOf(times, 0, step, shown);
const { mesh } = seeView({ shape: SHAPES.head, distance: 30 }).face;
const RESPONSE = 0.1;

interface Scene {
  /** Light of a place as a function of what it reflects (0..1), the screen's light and how far to the right it is (-1..1). */
  light: (albedo: number, screen: number, x: number) => number;
  /** How much places differ: reflectances from this to 0.6. */
  darkest?: number;
  /** Landmarks that are seen, from the first on. */
  places?: number;
}

/** What a camera reads around the landmarks while the colours play; exposure and white balance wander. */
function judge({ light, darkest = 0.12, places = LANDMARKS }: Scene): number {
  const seen = times.map((_, k) => {
    const first = colours[timeline.weights[k]?.findIndex((weight) => weight > 0) ?? -1];
    return Float32Array.from({ length: 3 * LANDMARKS }, (_value, at) => {
      const [number, c] = [Math.floor(at / 3), at % 3];
      if (number >= places) return NaN;
      const albedo = darkest + (0.6 - darkest) * hash(number, 1, 1);
      const x = (landmark(mesh, number).x - 240) / 120;
      const exposure = (1 + 0.2 * Math.sin(k)) * Math.exp(c === 0 ? 0.004 * k : 0);
      const noise = 1 + 0.004 * (hash(number, at + 7 * k, 2) - 0.5);
      return exposure * noise * light(albedo, toLinear(first?.[c] ?? 178), x);
    });
  });
  return glassiness(answersOf(seen, mesh, timeline, colours, RESPONSE).alike);
}

describe('glassiness', () => {
  it('is 0 where every place answers in proportion to what it reflects', () => {
    expect(judge({ light: (albedo, screen) => albedo * (1 + RESPONSE * screen) })).toBeCloseTo(0, 1);
  });

  it('is about 1 where glass adds the same light to dark places and bright ones', () => {
    // Against the mean reflectance of 0.36.
    const behindGlass = judge({ light: (albedo, screen) => albedo + 0.36 * RESPONSE * screen });
    expect(behindGlass).toBeGreaterThan(0.8);
    expect(behindGlass).toBeLessThan(1.2);
    const half = judge({
      light: (albedo, screen) => albedo * (1 + 0.5 * RESPONSE * screen) + 0.18 * RESPONSE * screen,
    });
    expect(half).toBeCloseTo(behindGlass / 2, 1);
  });

  it('does not take the shade of a lamp beside a face for glass', () => {
    // The lamp's light falls to a third across the face, the screen's does not: the dark half answers three times as much.
    const aside = judge({
      light: (albedo, screen, x) =>
        albedo * (0.7 - 0.35 * Math.max(-1, Math.min(1, x)) + 0.7 * RESPONSE * screen),
    });
    expect(Math.abs(aside)).toBeLessThan(0.3);
  });

  it('cannot tell a face that is bright all over, or that hardly any place of is seen', () => {
    const even = {
      light: (albedo: number, screen: number) => albedo + 0.6 * RESPONSE * screen,
      darkest: 0.55,
    };
    expect(judge(even)).toBeNaN();
    const glass = (albedo: number, screen: number) => albedo + 0.36 * RESPONSE * screen;
    expect(judge({ light: glass, places: 60 })).toBeNaN();
    expect(judge({ light: glass, places: 200 })).toBeGreaterThan(0.8);
    const blind = times.map(() => new Float32Array(3 * LANDMARKS).fill(NaN));
    expect(glassiness(answersOf(blind, mesh, timeline, colours, RESPONSE).alike)).toBeNaN();
  });
});
