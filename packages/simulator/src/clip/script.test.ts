import type { Challenge } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { drawCamera } from '../camera/camera.js';
import { linearRgb } from '../colour.js';
import { playScript } from './script.js';
import { takeFrames } from './timing.js';

const COLOURS: [number, number, number][] = [
  [255, 100, 100],
  [100, 255, 100],
  [100, 100, 255],
  [255, 255, 100],
  [100, 255, 255],
  [255, 100, 255],
  [255, 100, 100],
  [100, 100, 255],
];
const CHALLENGE: Challenge = {
  schema: 'bonafide-challenge/1',
  steps: [
    { kind: 'oval', id: 0, centreX: 0.45, centreY: 0.53, faceWidth: 0.3, dwellMs: 600, timeoutMs: 8000 },
    { kind: 'turn', id: 1, side: 'left', yawDeg: 15, timeoutMs: 8000 },
    { kind: 'expression', id: 2, expression: 'openMouth', timeoutMs: 8000 },
    { kind: 'oval', id: 3, centreX: 0.55, centreY: 0.47, faceWidth: 0.56, dwellMs: 600, timeoutMs: 8000 },
    { kind: 'light', id: 4, leadInMs: 400, stepMs: 360, rampMs: 90, colours: COLOURS },
  ],
};
const SIZE = { width: 640, height: 480 };
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);
const play = (seed: number) => playScript(CHALLENGE, seed, { handheld: false, aspect: 4 / 3 });
const step = (script: ReturnType<typeof play>, id: number) => {
  const { shownAtMs = NaN, doneAtMs } = script.steps[id] ?? {};
  return { shownAtMs, doneAtMs: doneAtMs ?? NaN };
};

describe('playScript', () => {
  it.each(SEEDS)(
    'brings the face into each oval and keeps it there as long as was asked (seed %i)',
    (seed) => {
      const script = play(seed);
      for (const id of [0, 3]) {
        const { doneAtMs } = step(script, id);
        const { faceCentreX, faceCentreY, faceWidth } = script.stateAt(doneAtMs - 550);
        const asked = CHALLENGE.steps[id];
        if (asked?.kind !== 'oval') throw new TypeError('expected an oval');
        expect(Math.abs(faceCentreX - asked.centreX)).toBeLessThan(0.06);
        expect(Math.abs(faceCentreY - asked.centreY)).toBeLessThan(0.06);
        expect(Math.abs(faceWidth / asked.faceWidth - 1)).toBeLessThan(0.1);
      }
    },
  );

  it('turns to the side that was asked by more than was asked, and back', () => {
    for (const seed of SEEDS) {
      const script = play(seed);
      const { shownAtMs, doneAtMs } = step(script, 1);
      const yaws = Array.from({ length: 60 }, (_, k) => script.stateAt(shownAtMs + k * 50).yawDeg);
      expect(Math.max(...yaws)).toBeGreaterThan(15);
      expect(Math.abs(script.stateAt(doneAtMs).yawDeg)).toBeLessThan(8);
    }
  });

  it('opens the mouth after the step is shown and never before a human could react', () => {
    for (const seed of SEEDS) {
      const script = play(seed);
      const { shownAtMs, doneAtMs } = step(script, 2);
      expect(script.stateAt(shownAtMs + 150).mouthOpen).toBe(0);
      const open = Array.from({ length: 80 }, (_, k) => script.stateAt(shownAtMs + k * 25).mouthOpen);
      expect(Math.max(...open)).toBeGreaterThan(0.7);
      expect(script.stateAt(doneAtMs).mouthOpen).toBeCloseTo(0, 5);
    }
  });

  it('has the screen show each colour shortly after the page was told, and the page’s white before', () => {
    const script = play(1);
    script.light.forEach(({ index, shownAtMs }) => {
      if (index < 0) return;
      const colour = COLOURS[index];
      const asked = linearRgb(colour ?? [0, 0, 0]);
      const off = (timeMs: number) =>
        Math.max(...script.screenAt(timeMs).map((value, c) => Math.abs(value - (asked[c] ?? 0))));
      expect(off(shownAtMs + 200)).toBeCloseTo(0, 10);
      expect(off(shownAtMs - 10)).toBeGreaterThan(0.05);
    });
    expect(Math.min(...script.screenAt(0))).toBeGreaterThan(0.8);
  });

  it('moves smoothly: no jump between two moments 1 ms apart', () => {
    const script = play(2);
    for (let at = 0; at < script.endMs; at += 7) {
      const [one, other] = [script.stateAt(at), script.stateAt(at + 1)];
      expect(Math.abs(one.faceCentreX - other.faceCentreX)).toBeLessThan(0.002);
      expect(Math.abs(one.yawDeg - other.yawDeg)).toBeLessThan(0.3);
      expect(Math.abs(one.faceWidth - other.faceWidth)).toBeLessThan(0.003);
    }
  });
});

describe('takeFrames', () => {
  const taken = (seed: number) => {
    const script = play(seed);
    return { script, frames: takeFrames(script, drawCamera(seed, 0.6), SIZE, seed) };
  };

  it('keeps 12 to 36 frames in order, two of each colour but where the camera dropped one', () => {
    for (const seed of SEEDS) {
      const { frames } = taken(seed);
      expect(frames.length).toBeGreaterThanOrEqual(12);
      expect(frames.length).toBeLessThanOrEqual(36);
      frames.forEach(({ meta, sensorMs }, k) => {
        expect(meta.k).toBe(k);
        expect(meta.timeMs).toBeGreaterThan(frames[k - 1]?.meta.timeMs ?? -1);
        expect(meta.timeMs - sensorMs).toBeGreaterThan(20);
        expect(meta.stepId).toBeGreaterThanOrEqual(frames[k - 1]?.meta.stepId ?? 0);
      });
      const counts = [...COLOURS.keys()].map(
        (index) => frames.filter(({ meta }) => meta.lightIndex === index).length,
      );
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(counts.filter((count) => count >= 2).length).toBeGreaterThanOrEqual(7);
    }
  });

  it('names the step and colour that the page had shown when the frame came', () => {
    const { script, frames } = taken(4);
    for (const { meta } of frames) {
      expect(meta.timeMs).toBeGreaterThanOrEqual(script.steps[meta.stepId]?.shownAtMs ?? NaN);
      const colour = script.light.find(({ index }) => index === meta.lightIndex);
      expect(colour === undefined).toBe(meta.lightIndex === undefined);
      if (colour) expect(meta.timeMs).toBeGreaterThanOrEqual(colour.shownAtMs);
    }
  });

  it('gives times that are not quite regular, as callbacks of a browser are', () => {
    const { frames } = taken(5);
    const fractions = new Set(frames.map(({ meta }) => Math.round(10 * ((meta.mediaTimeMs ?? 0) % 1))));
    expect(fractions.size).toBeGreaterThan(3);
  });
});
