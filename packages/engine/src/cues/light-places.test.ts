import { describe, expect, it } from 'vitest';
import { hash, seeView, SHAPES } from '../../test/synthetic-face.js';
import { issueChallenge } from '../challenge.js';
import { LANDMARKS } from '../mesh.js';
import { timelineOf, toLinear } from './light-fit.js';
import { answersOf, placeOn, readPlaces } from './light-places.js';

describe('readPlaces', () => {
  it('reads linear light around landmarks, and none where a pixel clips or lies outside', () => {
    const paint = (_grey: number, onFace: boolean) =>
      onFace ? ([188, 128, 64] as const) : ([255, 0, 255] as const);
    const { face, ...seen } = seeView({ shape: SHAPES.flat, distance: 45, paint });
    const nose = 3 * 4;
    // sRGB 188 is 0.503 of linear light, 128 is 0.216, 64 is 0.0513.
    const read = [...readPlaces({ ...seen, face }, face).slice(nose, nose + 3)];
    expect(read.map((value) => Number(value.toFixed(3)))).toEqual([0.503, 0.216, 0.051]);
    const outside = seeView({ shape: SHAPES.flat, distance: 45, offsetX: 300, paint });
    expect([...readPlaces(outside, outside.face).slice(nose, nose + 3)]).toEqual([NaN, NaN, NaN]);
    const clipped = seeView({ shape: SHAPES.flat, distance: 45, paint: () => [255, 128, 64] });
    expect(readPlaces(clipped, clipped.face)[nose]).toBeNaN();
  });

  it('reads dark skin whose single pixels are black, and none of what is black as a whole', () => {
    const nose = 3 * 4;
    let k = 0;
    const noisy = seeView({
      shape: SHAPES.flat,
      distance: 45,
      paint: () => (k++ % 2 ? [3, 3, 3] : [25, 25, 25]),
    });
    expect(readPlaces(noisy, noisy.face)[nose]).toBeGreaterThan(0.004);
    const black = seeView({ shape: SHAPES.flat, distance: 45, paint: () => [4, 4, 4] });
    expect(readPlaces(black, black.face)[nose]).toBeNaN();
  });
});

describe('answersOf', () => {
  const step = issueChallenge(new Uint8Array(16), { mode: 'Passive', light: true }).steps.find(
    (one) => one.kind === 'light',
  );
  if (!step) throw new Error('the challenge plays light');
  const shown = [-1, 0, 1, 2, 3, 4, 5, 6, 7].map((index) => ({
    index,
    shownAtMs: index < 0 ? 0 : step.leadInMs + index * step.stepMs,
  }));
  const times = [200, ...shown.slice(1).flatMap(({ shownAtMs }) => [shownAtMs + 150, shownAtMs + 300])];
  const timeline = timelineOf(times, 0, step, shown);
  const { mesh } = seeView({ shape: SHAPES.head, distance: 30 }).face;
  const answersWith = (
    shareAt: (number: number) => number,
    shiver: (number: number, frame: number, channel: number) => number = () => 0,
  ) => {
    const seen = times.map((_, k) => {
      const colour = step.colours[timeline.weights[k]?.findIndex((weight) => weight > 0) ?? -1];
      return Float32Array.from({ length: 3 * LANDMARKS }, (_value, at) => {
        const number = Math.floor(at / 3);
        const albedo = 0.3 + 0.3 * hash(number, 1, 1);
        const light = (1 + 0.3 * Math.sin(k)) * (1 + shareAt(number) * toLinear(colour?.[at % 3] ?? 178));
        return albedo * light * Math.exp(shiver(number, k, at % 3));
      });
    });
    return answersOf(seen, mesh, timeline, step.colours, 0.02);
  };

  it('is 0 for a place that answers as the whole face, whatever the exposure does', () => {
    const { alike, quiet } = answersWith(() => 0.02);
    expect(alike).toHaveLength(quiet.length);
    for (const { response } of [...alike, ...quiet]) expect(response).toBeCloseTo(0, 5);
  });

  it('is what a place answers beyond the face, in shares of the face', () => {
    const nose = 4;
    const answers = answersWith((number) => (number === nose ? 0.03 : 0.02));
    // ln(1 + 0.03 s) - ln(1 + 0.02 s) is nearly 0.01 s, half of 0.02.
    for (const places of [answers.alike, answers.quiet]) {
      expect(places.find(({ number }) => number === nose)?.response).toBeCloseTo(0.48, 1);
      expect(places.some(({ number }) => number === 33)).toBe(false);
    }
  });

  it('hardly errs by what changes all channels of a place together, as a landmark that shivers does', () => {
    const share = (number: number) => (number % 2 ? 0.03 : 0.02);
    const still = answersWith(share);
    const worstBy = (
      way: 'alike' | 'quiet',
      shiver: (number: number, frame: number, channel: number) => number,
    ) =>
      Math.max(
        ...answersWith(share, shiver)[way].map(({ response }, k) =>
          Math.abs(response - (still[way][k]?.response ?? NaN)),
        ),
      );
    // Five times what the screen changes.
    const together = (number: number, frame: number) => 0.2 * (hash(number, frame, 3) - 0.5);
    expect(worstBy('quiet', together)).toBeLessThan(0.1);
    expect(worstBy('alike', together)).toBeGreaterThan(1);
    // Channels that change each by itself are worth the same: their mean counts.
    const apart = (number: number, frame: number, channel: number) =>
      0.02 * (hash(number, frame, channel) - 0.5);
    expect(worstBy('quiet', apart)).toBeCloseTo(worstBy('alike', apart), 1);
  });

  it('has none for a face that does not answer, or of which too few frames are lit', () => {
    const dark = times.map(() => new Float32Array(3 * LANDMARKS).fill(0.3));
    expect(answersOf(dark, mesh, timeline, step.colours, 0)).toEqual({ alike: [], quiet: [] });
    const few = answersOf(dark.slice(0, 5), mesh, timeline, step.colours, 0.02);
    expect(few).toEqual({ alike: [], quiet: [] });
  });

  it('places a landmark from the root of the nose, nearer ones in front', () => {
    expect(placeOn(mesh, 6)).toEqual({ x: 0, y: 0, z: 0 });
    expect(placeOn(mesh, 263).x - placeOn(mesh, 33).x).toBeCloseTo(1, 6);
    expect(placeOn(mesh, 4).z).toBeGreaterThan(0.1);
    expect(placeOn(mesh, 454).z).toBeLessThan(-0.2);
  });
});
