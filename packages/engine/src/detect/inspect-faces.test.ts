import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANNA,
  BERTA,
  greyPicture,
  HEIGHT,
  MODELS_FOLDER,
  photographPath,
  portrait,
  WIDTH,
} from '../../test/clips.js';
import type { Engine } from '../analysis.js';
import { createEngine } from '../engine.js';
import { openLocalInference } from '../inference.js';
import { loadPolicy } from '../policy.js';
import { FACE_LANDMARKS } from './landmark-numbers.js';

let engine: Engine;
beforeAll(async () => {
  engine = createEngine(await openLocalInference(MODELS_FOLDER), loadPolicy());
});
afterAll(() => engine.close());

async function facesOf(picture: Sharp, templates = false) {
  return engine.detectFaces(await picture.jpeg({ quality: 92 }).toBuffer(), { templates });
}

async function onlyFaceOf(picture: Sharp, templates = false) {
  const [face, ...others] = await facesOf(picture, templates);
  expect(others).toEqual([]);
  if (!face) throw new Error('expected a face');
  return face;
}

describe('the faces of a picture', () => {
  it('are all found in a photograph of a group, the largest first', async () => {
    const faces = await engine.detectFaces(await readFile(photographPath(1)), { templates: false });
    expect(faces.length).toBeGreaterThanOrEqual(3);
    const areas = faces.map(({ report: { rectangle } }) => rectangle.width * rectangle.height);
    expect(areas).toEqual([...areas].sort((one, other) => other - one));
    expect(faces.every(({ template }) => template === null)).toBe(true);
  });

  it('are none in an even picture', async () => {
    expect(await facesOf(greyPicture())).toEqual([]);
  });

  it('are found where they are as small as the contract allows', async () => {
    const small = await portrait(ANNA).resize(96, 128).jpeg().toBuffer();
    const wide = greyPicture(1920, 1080).composite([{ input: small, left: 1700, top: 40 }]);
    const { report } = await onlyFaceOf(wide);
    expect(report.rectangle.width).toBeGreaterThan(30);
    expect(report.rectangle.width).toBeLessThan(100);
    expect(report.rectangle.left).toBeGreaterThan(1690);
  });

  it('have their landmarks in the order of a face, in pixels of the picture as uploaded', async () => {
    const { landmarks, report } = await onlyFaceOf(portrait(ANNA));
    expect(Object.keys(landmarks)).toEqual(FACE_LANDMARKS);
    expect(FACE_LANDMARKS).toHaveLength(27);
    const { left, top, width, height } = report.rectangle;
    for (const { x, y } of Object.values(landmarks)) {
      expect(x).toBeGreaterThan(left - 0.1 * width);
      expect(x).toBeLessThan(left + 1.1 * width);
      expect(y).toBeGreaterThan(top - 0.1 * height);
      expect(y).toBeLessThan(top + 1.1 * height);
    }
    const { pupilLeft, pupilRight, eyebrowLeftInner, eyeLeftBottom, noseTip, upperLipTop, underLipBottom } =
      landmarks;
    expect(pupilLeft.x).toBeLessThan(noseTip.x);
    expect(noseTip.x).toBeLessThan(pupilRight.x);
    const downwards = [eyebrowLeftInner, eyeLeftBottom, noseTip, upperLipTop, underLipBottom].map(
      ({ y }) => y,
    );
    expect(downwards).toEqual([...downwards].sort((one, other) => one - other));

    const twice = await onlyFaceOf(portrait(ANNA).resize(960, 1280));
    expect(twice.landmarks.noseTip.x / noseTip.x).toBeCloseTo(2, 1);
    expect(twice.landmarks.noseTip.y / noseTip.y).toBeCloseTo(2, 1);
  });

  it('measure more noise in a noisy picture', async () => {
    const clean = await onlyFaceOf(portrait(ANNA));
    const noise = await sharp({
      create: {
        width: WIDTH,
        height: HEIGHT,
        channels: 3,
        background: '#808080',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .png()
      .toBuffer();
    const noisy = await onlyFaceOf(portrait(ANNA).composite([{ input: noise, blend: 'soft-light' }]));
    expect(clean.noise).toBeLessThan(3);
    expect(noisy.noise).toBeGreaterThan(clean.noise + 1);
  });

  it('show a forehead that is covered', async () => {
    const open = await onlyFaceOf(portrait(BERTA));
    const { left, top, width, height } = open.report.rectangle;
    const band = await sharp({
      create: {
        width: Math.round(1.2 * width),
        height: Math.round(0.3 * height),
        channels: 3,
        background: '#181a30',
      },
    })
      .png()
      .toBuffer();
    const covered = await onlyFaceOf(
      portrait(BERTA).composite([
        {
          input: band,
          left: Math.round(left - 0.1 * width),
          top: Math.round(Math.max(0, top - 0.08 * height)),
        },
      ]),
    );
    expect(open.foreheadVisibility).toBeGreaterThan(1);
    expect(covered.foreheadVisibility).toBeLessThan(1);
  });

  it('are told apart by their templates', async () => {
    const [anna, again, berta] = await Promise.all(
      [portrait(ANNA), portrait(ANNA, 8, 6), portrait(BERTA)].map(
        async (picture) => (await onlyFaceOf(picture, true)).template,
      ),
    );
    if (!anna || !again || !berta) throw new Error('expected templates');
    expect(engine.compare(anna, again).matchConfidence).toBeGreaterThan(0.5);
    expect(engine.compare(anna, berta).matchConfidence).toBeLessThan(0.5);
  });
});
