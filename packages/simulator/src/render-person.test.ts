import { beforeAll, describe, expect, it } from 'vitest';
import { AT_REST, createPerson, createRoom, renderPerson, type PersonState, type Scene } from './index.js';

const WHOLE = [0, 0, 1, 1] as const;
const SIZE = { width: 160, height: 120 };
const LIGHT = { ambient: [0.7, 0.7, 0.7], screen: [0.1, 0.1, 0.1] } as const;

/** Small textures: half a second less a person. */
const COARSE = { detail: 0.25 };
const person = (seed: number, tone = 0.3) => createPerson(seed, { tone, ...COARSE });

let scene: Scene;
beforeAll(() => {
  scene = { person: person(7), room: createRoom(7, COARSE) };
});

const frame = (
  state: Partial<PersonState> = {},
  of = scene,
  light: Parameters<typeof renderPerson>[2] = LIGHT,
) => renderPerson(of, { ...AT_REST, ...state }, light, SIZE);

/** Mean absolute difference of two frames inside a rectangle, in steps of 0..255. */
function difference(
  one: Uint8ClampedArray,
  other: Uint8ClampedArray,
  [left, top, right, bottom]: readonly [number, number, number, number] = WHOLE,
) {
  let sum = 0;
  let count = 0;
  for (let y = Math.round(top * SIZE.height); y < bottom * SIZE.height; y++)
    for (let x = Math.round(left * SIZE.width); x < right * SIZE.width; x++)
      for (let c = 0; c < 3; c++, count++) {
        const at = 3 * (y * SIZE.width + x) + c;
        sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
      }
  return sum / count;
}

describe('renderPerson', () => {
  it('draws the same person for the same seed, byte for byte, whatever was drawn before', () => {
    frame({ smile: 1, yawDeg: 15 });
    const again = { person: person(7), room: createRoom(7, COARSE) };
    expect(frame({}, again)).toEqual(frame());
  });

  it('draws another person for another seed', () => {
    expect(difference(frame(), frame({}, { person: person(8), room: scene.room }))).toBeGreaterThan(5);
  });

  it('draws darker skin for a darker tone', () => {
    const cheek = (tone: number) =>
      frame({}, { person: person(7, tone), room: scene.room })[3 * (62 * SIZE.width + 88)] ?? 0;
    const [light, medium, dark] = [cheek(0), cheek(0.5), cheek(1)];
    expect(light).toBeGreaterThan(medium + 20);
    expect(medium).toBeGreaterThan(dark + 20);
  });

  it('changes the mouth and nothing of the eyes when the person smiles, and the eyes only when they close', () => {
    const eyes = [0.4, 0.35, 0.6, 0.47] as const;
    const mouth = [0.42, 0.56, 0.58, 0.7] as const;
    const smile = frame({ smile: 1 });
    expect(difference(frame(), smile, mouth)).toBeGreaterThan(4 * difference(frame(), smile, eyes));
    const closed = frame({ eyesClosed: 1 });
    expect(difference(frame(), closed, mouth)).toBe(0);
    expect(difference(frame(), closed, eyes)).toBeGreaterThan(3);
  });

  it('leaves the room where it is when the person comes nearer, and moves both when the hand shakes', () => {
    const wall = [0, 0, 0.2, 0.2] as const;
    expect(difference(frame(), frame({ faceWidth: 0.6 }), wall)).toBe(0);
    expect(difference(frame(), frame({ shake: { x: 0.03, y: 0, rollDeg: 0 } }), wall)).toBeGreaterThan(0);
  });

  it('has the screen light the face more than the room', () => {
    const dark = frame({ faceWidth: 0.55 }, scene, { ambient: [0.2, 0.2, 0.2], screen: [0, 0, 0] });
    const lit = frame({ faceWidth: 0.55 }, scene, { ambient: [0.2, 0.2, 0.2], screen: [0.3, 0, 0] });
    const red = (pixels: Uint8ClampedArray, x: number, y: number) => pixels[3 * (y * SIZE.width + x)] ?? 0;
    expect(red(lit, 80, 65) - red(dark, 80, 65)).toBeGreaterThan(20);
    expect(red(lit, 5, 5) - red(dark, 5, 5)).toBeLessThan(5);
  });

  it('gives opaque RGBA where asked', () => {
    const rgba = renderPerson(scene, AT_REST, LIGHT, SIZE, 4);
    expect(rgba.length).toBe(4 * SIZE.width * SIZE.height);
    expect([...rgba.subarray(0, 3)]).toEqual([...frame().subarray(0, 3)]);
    expect(rgba[3]).toBe(255);
  });
});
