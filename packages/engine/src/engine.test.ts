import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNA, BERTA, clipOf, greyPicture, MODELS_FOLDER, portrait, swayingClip } from '../test/clips.js';
import type { Analysis, Engine } from './analysis.js';
import { createEngine } from './engine.js';
import { openLocalInference } from './inference.js';
import { loadPolicy } from './policy.js';

let engine: Engine;
let clip: Analysis;

beforeAll(async () => {
  engine = createEngine(await openLocalInference(MODELS_FOLDER), loadPolicy());
  clip = await analyse(await swayingClip(ANNA, 6, 90));
});
afterAll(() => engine.close());

const analyse = (content: Uint8Array, more: object = {}) =>
  engine.analyse({ content, allowUnbound: true, allowStill: false, ...more });

describe('an analysis', () => {
  it('tells of every frame, and which stands for the decision', () => {
    expect(clip.mode).toBe('clip');
    expect(clip.frames.map(({ index, timeMs }) => [index, timeMs])).toEqual(
      [0, 1, 2, 3, 4, 5].map((k) => [k, 90 * k]),
    );
    expect(clip.frames.every(({ usable, face }) => usable && face !== null)).toBe(true);
    const { frameIndex, timeMs, faceRectangle } = clip.target ?? { frameIndex: NaN };
    expect(timeMs).toBe(90 * frameIndex);
    expect(faceRectangle).toEqual(clip.frames[frameIndex]?.face?.rectangle);
  });

  it('has a score and the evidence of every cue', () => {
    expect(clip.score).not.toBeNull();
    expect(clip.quality).toEqual([]);
    expect(clip.cues.find(({ name }) => name === 'pad-networks')?.outcome.status).toBe('scored');
    expect(JSON.parse(JSON.stringify(clip))).toEqual(clip);
  });

  it('is the same for the same clip, however often', async () => {
    expect(await analyse(await swayingClip(ANNA, 6, 90))).toEqual(clip);
  });

  it('decides nothing on a still unless stills are allowed, and says that it was one', async () => {
    const still = await portrait(ANNA).jpeg().toBuffer();
    const refused = await analyse(still);
    expect(refused).toMatchObject({ mode: 'singleFrame', decision: 'uncertain', quality: ['TooFewFrames'] });
    expect((await analyse(still, { allowStill: true })).quality).toEqual([]);
  });

  it('is uncertain without a face, and names no target', async () => {
    const empty = await analyse(await clipOf(Array.from({ length: 4 }, () => greyPicture(240, 320))));
    expect(empty).toMatchObject({ decision: 'uncertain', quality: ['NoFace'], target: null });
  });
});

describe('pictures', () => {
  it('are every frame of a clip as a JPEG, with the size that boxes are in', async () => {
    const pictures = await engine.pictures(await swayingClip(ANNA, 6, 90));
    expect(pictures.map(({ width, height }) => ({ width, height }))).toEqual(
      clip.frames.map(({ width, height }) => ({ width, height })),
    );
    for (const { jpeg } of pictures) expect([...jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  it('of what is none are refused', async () => {
    await expect(engine.pictures(Buffer.from('nothing'))).rejects.toMatchObject({ code: 'Undecodable' });
  });
});

describe('verification', () => {
  const photo = (person: typeof ANNA) => portrait(person, 4, 4).jpeg().toBuffer();

  it('knows the person of a reference from another', async () => {
    const [anna, berta] = [
      await engine.inspectReference(await photo(ANNA)),
      await engine.inspectReference(await photo(BERTA)),
    ];
    const content = await swayingClip(ANNA, 6, 90);
    const same = await analyse(content, { reference: anna.template });
    const other = await analyse(content, { reference: berta.template });
    expect(same.verification?.matchConfidence).toBeGreaterThan(0.9);
    expect(other.verification?.matchConfidence).toBeLessThan(0.5);
  });

  it('does not match a clip that shows the person of the reference for a part of it', async () => {
    const { template } = await engine.inspectReference(await photo(BERTA));
    // Soft pictures of the first person, so that the second's are the best of the clip.
    const attacker = [0, 3, 6, 9].map((dx) => portrait(ANNA, dx).blur(1.5));
    const victim = [0, 2, 4, 6].map((dx) => portrait(BERTA, dx));
    const spliced = await analyse(await clipOf([...attacker, ...victim]), { reference: template });
    expect(spliced).toMatchObject({ decision: 'uncertain', quality: ['FaceLost'], verification: null });
  });

  it('takes no evidence from a second face: neither may vouch for the other', async () => {
    const { template } = await engine.inspectReference(await photo(BERTA));
    // The best frame of each quarter shows the victim, and so would the picture; all others show who sits there.
    const frames = Array.from({ length: 12 }, (_, k) =>
      k % 3 === 1 ? portrait(BERTA, k) : portrait(ANNA, k).blur(1.5),
    );
    const mixed = await analyse(await clipOf(frames), { reference: template, withPicture: true });
    expect(mixed).toMatchObject({ decision: 'uncertain', quality: ['FaceLost'] });
    expect(mixed.frames.map(({ failed }) => failed.includes('FaceLost'))).toEqual(
      Array.from({ length: 12 }, (_, k) => k % 3 !== 1),
    );
    // A glimpse of somebody else is left out, wherever it would have been the best frame.
    const glimpse = Array.from({ length: 12 }, (_, k) =>
      k === 4 ? portrait(BERTA) : portrait(ANNA, k).blur(0.5),
    );
    const clean = await analyse(await clipOf(glimpse), { withPicture: true });
    expect(
      clean.frames.filter(({ failed }) => failed.includes('FaceLost')).map(({ index }) => index),
    ).toEqual([4]);
    expect(clean.target?.frameIndex).not.toBe(4);
  });
});
