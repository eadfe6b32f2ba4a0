import { AT_REST, createPerson, createRoom, renderPerson, type PersonState } from '@bonafide/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followFace, type SeenFace } from '../src/face.js';
import { landmark, LANDMARKS } from '../src/mesh.js';
import { closeNetworks, openNetworks, type Networks } from '../src/networks.js';
import { MODELS_FOLDER } from './clips.js';

// The simulator's person as the engine's own networks see it.

const SIZE = { width: 640, height: 480 };
const LIGHT = { ambient: [0.75, 0.72, 0.68], screen: [0.12, 0.12, 0.12] } as const;

let networks: Networks;
beforeAll(async () => {
  networks = await openNetworks(MODELS_FOLDER);
});
afterAll(() => closeNetworks(networks));

interface Scene {
  person: ReturnType<typeof createPerson>;
  room: ReturnType<typeof createRoom>;
}

/** The face in each of consecutive frames. */
async function follow(scene: Scene, states: Partial<PersonState>[]): Promise<SeenFace[]> {
  const frames = states.map((state, index) => {
    const pixels = renderPerson(scene, { ...AT_REST, ...state }, LIGHT, SIZE);
    const rgb = new Uint8Array(new SharedArrayBuffer(pixels.length));
    rgb.set(pixels);
    return { index, timeMs: 400 * index, ...SIZE, rgb, uploaded: SIZE };
  });
  return (await followFace(frames, networks)).map(({ face, others }) => {
    if (!face) throw new Error('no face was found');
    expect(others).toEqual([]);
    return face;
  });
}

async function see(scene: Scene, state: Partial<PersonState>): Promise<SeenFace> {
  const [face] = await follow(scene, [state]);
  return face as SeenFace;
}

function gap(face: SeenFace, one: number, other: number): number {
  const [a, b] = [landmark(face.mesh, one), landmark(face.mesh, other)];
  return Math.hypot(a.x - b.x, a.y - b.y) / face.report.interocularPx;
}

describe.each([0, 0.5, 1])('a rendered person of skin tone %d', (tone) => {
  const scene = {
    person: createPerson(11 + 10 * tone, { tone, detail: 0.6 }),
    room: createRoom(3, { detail: 0.5 }),
  };

  it('is found with certainty, where and as large as it was asked to be', async () => {
    for (const state of [
      {},
      { faceWidth: 0.28 },
      { faceWidth: 0.62 },
      { faceCentreX: 0.42, faceCentreY: 0.55 },
    ]) {
      const { mesh, box } = await see(scene, state);
      const { faceCentreX, faceCentreY, faceWidth } = { ...AT_REST, ...state };
      expect(mesh.flag).toBeGreaterThan(0.9);
      expect(box.width / SIZE.height / faceWidth).toBeGreaterThan(0.9);
      expect(box.width / SIZE.height / faceWidth).toBeLessThan(1.1);
      expect((box.left + box.width / 2) / SIZE.width).toBeCloseTo(faceCentreX, 1);
      expect((box.top + box.height / 2) / SIZE.height).toBeCloseTo(faceCentreY, 1);
    }
  });

  it.each<[string, Partial<PersonState>, Partial<PersonState>]>([
    ['nearer', { faceWidth: 0.3 }, { faceWidth: 0.62 }],
    ['further away', { faceWidth: 0.62 }, { faceWidth: 0.3 }],
    ['to the side', { faceWidth: 0.4, faceCentreX: 0.35 }, { faceWidth: 0.4, faceCentreX: 0.6 }],
    ['nearer and turned', { faceWidth: 0.3, yawDeg: 20 }, { faceWidth: 0.55, yawDeg: -20 }],
  ])(
    'that moved far between two frames, %s, is followed to the same landmarks as if looked for',
    async (_, before, after) => {
      const [, followed] = await follow(scene, [before, after]);
      const { mesh, report } = await see(scene, after);
      const off = Array.from({ length: LANDMARKS }, (_, k) => {
        const [one, other] = [landmark(mesh, k), landmark((followed as SeenFace).mesh, k)];
        return Math.hypot(one.x - other.x, one.y - other.y) / report.interocularPx;
      });
      expect(off.reduce((sum, value) => sum + value, 0) / LANDMARKS).toBeLessThan(0.05);
    },
  );

  it('turns and tilts as told', async () => {
    const rest = (await see(scene, {})).report.pose;
    for (const yawDeg of [-18, 18])
      expect(Math.abs((await see(scene, { yawDeg })).report.pose.yawDeg - yawDeg)).toBeLessThan(6);
    expect((await see(scene, { pitchDeg: 12 })).report.pose.pitchDeg - rest.pitchDeg).toBeGreaterThan(4);
    expect((await see(scene, { rollDeg: 10 })).report.pose.rollDeg).toBeGreaterThan(7);
  });

  it('opens its mouth, smiles and closes its eyes for the landmarks too', async () => {
    const rest = await see(scene, {});
    expect(gap(await see(scene, { mouthOpen: 1 }), 13, 14)).toBeGreaterThan(gap(rest, 13, 14) + 0.1);
    expect(gap(await see(scene, { smile: 1 }), 61, 291)).toBeGreaterThan(1.12 * gap(rest, 61, 291));
    expect(gap(await see(scene, { eyesClosed: 1 }), 159, 145)).toBeLessThan(0.95 * gap(rest, 159, 145));
  });
});
