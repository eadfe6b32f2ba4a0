import { AT_REST, createPerson, createRoom, renderPerson, type PersonState } from '@bonafide/simulator';
import type { FaceMeasure } from '../../packages/web/src/face-mesh.js';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { launchBrowser } from './browser.js';
import { openPage } from './check.js';
import { startSite } from './site.js';

const SIZE = { width: 480, height: 640 };

/** A picture of the simulated person, PNG. */
function photograph(state: Partial<PersonState>): Promise<Buffer> {
  const scene = { person: createPerson(11), room: createRoom(11) };
  const light = { ambient: [0.5, 0.48, 0.45], screen: [0.02, 0.02, 0.02] } as const;
  const pixels = renderPerson(scene, { ...AT_REST, ...state }, light, SIZE);
  return sharp(pixels, { raw: { ...SIZE, channels: 3 } })
    .png()
    .toBuffer();
}

test('a face that moved far between two looks, as on a slow phone, is measured as if it was looked for', async () => {
  const pictures = await Promise.all(
    [{ faceWidth: 0.7 }, { faceWidth: 0.35 }, { faceWidth: 0.7, faceCentreY: 0.6 }].map(photograph),
  );
  const files = Object.fromEntries(pictures.map((picture, k) => [`/${k}.png`, picture]));
  const site = await startSite('', files);
  const browser = await launchBrowser();
  try {
    const page = await openPage(browser, site.origin);
    const looks = await page.evaluate(async (count) => {
      const finder = new Worker('/web/assets/face-finder.js');
      const ask = (request: object) =>
        new Promise<{ sight: { face: FaceMeasure | null } }>((resolve, reject) => {
          finder.onmessage = ({ data }: MessageEvent<{ kind: string; message: string }>) =>
            data.kind === 'failed' ? reject(new Error(data.message)) : resolve(data as never);
          finder.postMessage(request);
        });
      await ask({ kind: 'load', assetBase: '/web/assets/' });
      const look = async (k: number, alone: boolean) => {
        const image = await createImageBitmap(await (await fetch(`/${k}.png`)).blob());
        const pencil = new OffscreenCanvas(image.width, image.height).getContext('2d');
        pencil?.drawImage(image, 0, 0);
        const picture = pencil?.getImageData(0, 0, image.width, image.height);
        return (await ask({ kind: 'look', id: 1, picture, alone })).sight.face;
      };
      const all = Array.from({ length: count }, (_, k) => k);
      const followed = [];
      for (const k of all) followed.push(await look(k, false));
      const searched = [];
      for (const k of all) searched.push(await look(k, true));
      return { followed, searched };
    }, pictures.length);
    for (const [k, face] of looks.searched.entries()) {
      const other = looks.followed[k];
      for (const name of ['width', 'centreX', 'centreY'] as const)
        expect(Math.abs((other?.[name] ?? NaN) - (face?.[name] ?? NaN)), `${name} of look ${k}`).toBeLessThan(
          0.02,
        );
    }
  } finally {
    await browser.close();
    await site.close();
  }
});
