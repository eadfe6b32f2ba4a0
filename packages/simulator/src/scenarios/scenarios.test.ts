import type { Challenge } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { borrowed } from '../attack/borrowed.js';
import { tinted } from '../attack/tint.js';
import { warped } from '../attack/warp.js';
import { drawCamera } from '../camera/camera.js';
import { Cast } from '../cast.js';
import { playScript } from '../clip/script.js';
import { takeFrames } from '../clip/timing.js';
import { AT_REST, OFFICE_LIGHT, Renderer, type PersonState } from '../render-person.js';
import type { Setting } from '../setting.js';
import type { Stage } from '../stage.js';
import { findScenario, SCENARIOS } from './index.js';

const SIZE = { width: 96, height: 128 };
const challenge = (side: 'left' | 'right', width: number): Challenge => ({
  schema: 'bonafide-challenge/1',
  steps: [
    { kind: 'oval', id: 0, centreX: 0.5, centreY: 0.5, faceWidth: width, dwellMs: 600, timeoutMs: 8000 },
    { kind: 'turn', id: 1, side, yawDeg: 15, timeoutMs: 8000 },
    { kind: 'expression', id: 2, expression: 'smile', timeoutMs: 8000 },
    {
      kind: 'light',
      id: 3,
      leadInMs: 400,
      stepMs: 360,
      rampMs: 90,
      colours: Array.from({ length: 8 }, (_, k): [number, number, number] => [k % 2 ? 255 : 100, 100, 255]),
    },
  ],
});
const play = (of: Challenge, seed: number) => playScript(of, seed, { handheld: false, aspect: 1 });
const setting: Setting = {
  seed: 5,
  size: SIZE,
  tone: 0.3,
  ambient: [0.6, 0.6, 0.6],
  places: OFFICE_LIGHT,
  screenShare: 0.2,
  handheld: false,
  session: { sessionId: '', nonce: '', challenge: challenge('left', 0.34) },
};
const stage: Stage = {
  setting,
  cast: new Cast(),
  script: play(setting.session.challenge, 5),
  earlier: () => play(challenge('right', 0.55), 6),
};
const LIGHT = { ambient: setting.ambient, screen: [0.1, 0.1, 0.1] } as const;

/** A picture of a scenario's subject in this state. */
function drawn(name: string, state: Partial<PersonState> = {}, subject = findScenario(name).present(stage)) {
  const moment = { timeMs: 500, state: { ...AT_REST, ...state }, light: LIGHT, shear: { x: 0, y: 0 } };
  return subject.draw(new Renderer(SIZE), moment).slice();
}
const difference = (one: Float32Array, other: Float32Array) =>
  one.reduce((sum, value, k) => sum + Math.abs(value - (other[k] ?? 0)), 0) / one.length;

describe('scenarios', () => {
  it('have names of their own, and a species where they are attacks', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { label, species } of SCENARIOS) expect(species !== '').toBe(label === 'attack');
  });

  it.each(['print-flat', 'print-bent', 'cutout', 'phone-still', 'mask-matt'])(
    'cannot move the face of %s, but all of it',
    (name) => {
      const subject = findScenario(name).present(stage);
      const rest = drawn(name, {}, subject);
      expect(difference(drawn(name, { smile: 1, mouthOpen: 1, eyesClosed: 1 }, subject), rest)).toBe(0);
      expect(difference(drawn(name, { faceWidth: 0.55 }, subject), rest)).toBeGreaterThan(0.01);
      expect(difference(drawn(name, { yawDeg: 20 }, subject), rest)).toBeGreaterThan(0.002);
    },
  );

  it.each([
    ['cutout-worn', { mouthOpen: 1 }],
    ['mask-eyes', { eyesClosed: 1 }],
    ['live', { smile: 1 }],
  ])('shows through %s what moves behind it', (name, state) => {
    const subject = findScenario(name).present(stage);
    expect(difference(drawn(name, state, subject), drawn(name, {}, subject))).toBeGreaterThan(1e-4);
  });

  it('has the screen’s light fall on a print, and hardly on a display, which shines itself', () => {
    const response = (name: string) => {
      const subject = findScenario(name).present(stage);
      const renderer = new Renderer(SIZE);
      const at = (level: number) => {
        const light = { ambient: LIGHT.ambient, screen: [level, level, level] } as const;
        const picture = subject.draw(renderer, { timeMs: 0, state: AT_REST, light, shear: { x: 0, y: 0 } });
        // A place on the forehead.
        return picture[3 * (52 * SIZE.width + 48)] ?? NaN;
      };
      return at(0.2) / at(0) - 1;
    };
    expect(response('print-flat')).toBeGreaterThan(0.15);
    expect(response('laptop-still')).toBeLessThan(0.5 * response('print-flat'));
  });

  it('shows another session’s movements in a video, whatever this one asks', () => {
    const subject = findScenario('tablet-video').present(stage);
    const before = drawn('tablet-video', {}, subject);
    // What is left is the noise of the camera that made the video.
    const moved = drawn('tablet-video', { faceWidth: 0.6, yawDeg: 20, smile: 1 }, subject);
    expect(difference(moved, before)).toBeLessThan(0.01);
    expect(difference(drawn('live', { faceWidth: 0.6 }), drawn('live'))).toBeGreaterThan(0.03);
  });
});

describe('borrowed', () => {
  it('takes each step’s movement from the earlier session, mirrored where the side differs', () => {
    const pick = borrowed(stage.script, stage.earlier());
    const middle = (id: number) => {
      const { shownAtMs = 0, doneAtMs } = stage.script.steps[id] ?? {};
      return (shownAtMs + (doneAtMs ?? 0)) / 2;
    };
    expect(pick(middle(1)).yawDeg).toBeGreaterThan(10);
    expect(pick(middle(2)).smile).toBeGreaterThan(0.5);
    expect(pick(middle(1)).smile).toBe(0);
  });
});

describe('alterations', () => {
  const frames = takeFrames(stage.script, drawCamera(1, 0.6), SIZE, 1);
  const grey = () =>
    frames.map(() => ({ ...SIZE, rgb: new Uint8ClampedArray(3 * SIZE.width * SIZE.height).fill(120) }));

  it('tint the face with a colour of the screen, and nothing else', () => {
    const lit = frames.findIndex(({ meta }) => meta.lightIndex === 5);
    const picture = tinted(grey(), frames, stage)[lit];
    const at = (x: number, y: number) =>
      [...(picture?.rgb.subarray(3 * (y * SIZE.width + x)) ?? [])].slice(0, 3);
    expect(at(1, 1)).toEqual([120, 120, 120]);
    const [, green = 0, blue = 0] = at(48, 64);
    expect(blue).toBeGreaterThan(green + 3);
  });

  it('move and scale a face to where it is wanted', () => {
    const { script } = stage;
    const pick = borrowed(script, stage.earlier());
    const marked = frames.map(({ sensorMs }) => {
      const { faceCentreX, faceCentreY } = pick(sensorMs);
      const rgb = new Uint8ClampedArray(3 * SIZE.width * SIZE.height);
      const [x, y] = [Math.round(faceCentreX * SIZE.width), Math.round(faceCentreY * SIZE.height)];
      for (let dy = -3; dy <= 3; dy++)
        for (let dx = -3; dx <= 3; dx++)
          rgb.fill(255, 3 * ((y + dy) * SIZE.width + x + dx), 3 * ((y + dy) * SIZE.width + x + dx) + 3);
      return { rgb, ...SIZE };
    });
    warped(marked, frames, stage).forEach(({ rgb }, k) => {
      const wanted = script.stateAt(frames[k]?.sensorMs ?? 0);
      const [x, y] = [
        Math.round(wanted.faceCentreX * SIZE.width),
        Math.round(wanted.faceCentreY * SIZE.height),
      ];
      expect(rgb[3 * (y * SIZE.width + x)]).toBeGreaterThan(100);
    });
  });

  it('freeze the first picture, or repeat a second of them', () => {
    const first = (name: string) => frames.map((_, k) => findScenario(name).copies?.(k));
    expect(new Set(first('inject-still'))).toEqual(new Set([0]));
    expect(first('inject-loop').slice(0, 9)).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1]);
  });
});
