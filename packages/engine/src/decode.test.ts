import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { BERTA, clipOf, HEIGHT, portrait, swayingClip, WIDTH } from '../test/clips.js';
import { decodeFrames, frameBytes } from './decode.js';
import { newMemory } from './memory.js';
import { readSource } from './source.js';

const decode = async (content: Uint8Array) => decodeFrames(await readSource(content));

/** A picture of four differently coloured quarters: red, green over blue, white. */
const quarters = () => {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];
  const rgb = Buffer.alloc(3 * 40 * 20);
  for (let k = 0; k < 800; k++) {
    const quarter = (k % 40 < 20 ? 0 : 1) + (k < 400 ? 0 : 2);
    rgb.set(colours[quarter] ?? [], 3 * k);
  }
  return sharp(rgb, { raw: { width: 40, height: 20, channels: 3 } });
};

describe('decodeFrames', () => {
  it("decodes each frame of our recorder's form exactly as the decoder decodes the whole clip", async () => {
    const clip = await swayingClip(BERTA, 3);
    const frames = await decode(clip);
    const whole = await sharp(clip, { animated: true }).removeAlpha().raw().toBuffer();
    const length = 3 * WIDTH * HEIGHT;
    frames.forEach(({ rgb }, k) => {
      expect(Buffer.compare(rgb, whole.subarray(k * length, (k + 1) * length))).toBe(0);
    });
    expect(frames.map(({ index, timeMs }) => [index, timeMs])).toEqual([
      [0, 0],
      [1, 100],
      [2, 200],
    ]);
  });

  it.each([
    [7, 5],
    [3, 3],
    [1, 1],
    [5, 2],
  ])('keeps every colour of frames whose pixels are no multiple of four: %i x %i', async (width, height) => {
    const page = portrait(BERTA).resize({ width, height, fit: 'fill' });
    const clip = await clipOf([page, page.clone()]);
    const [frame] = await decode(clip);
    expect([...(frame?.rgb ?? [])]).toEqual([...(await sharp(clip).removeAlpha().raw().toBuffer())]);
  });

  it('decodes clips of any other form as a whole', async () => {
    // Its second frame holds only the square that changed.
    const pages = await Promise.all(
      ['gray', 'red'].map((background) =>
        sharp({ create: { width: 64, height: 64, channels: 3, background: 'gray' } })
          .composite([
            { input: { create: { width: 20, height: 20, channels: 3, background } }, left: 10, top: 10 },
          ])
          .png()
          .toBuffer(),
      ),
    );
    const clip = await sharp(pages, { join: { animated: true } })
      .webp({ lossless: true, delay: [80, 80] })
      .toBuffer();
    const source = await readSource(clip);
    expect(source).toMatchObject({ kind: 'clip', independent: false });
    const frames = await decodeFrames(source);
    expect(frames.map(({ rgb }) => [...rgb.subarray(3 * (15 * 64 + 15), 3 * (15 * 64 + 15) + 3)])).toEqual([
      [128, 128, 128],
      [255, 0, 0],
    ]);
    expect(await decodeFrames(source, 1, 2)).toMatchObject([{ index: 1, timeMs: 80 }]);
  });

  it('turns a photograph as its EXIF says', async () => {
    const upright = (await decode(await quarters().png().toBuffer()))[0];
    const turned = (
      await decode(await quarters().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer())
    )[0];
    expect(upright).toMatchObject({ width: 40, height: 20 });
    expect(turned).toMatchObject({ width: 20, height: 40, uploaded: { width: 20, height: 40 } });
    // Orientation 6: what is stored top left is seen top right.
    const topRight = turned ? turned.rgb.subarray(3 * (2 * 20 + 17), 3 * (2 * 20 + 17) + 3) : [];
    expect((topRight[0] ?? 0) > 200 && (topRight[1] ?? 255) < 60).toBe(true);
  });

  it('decodes grey, paletted, 16-bit, transparent and CMYK pictures to RGB', async () => {
    const base = quarters();
    const files = [
      await base.clone().greyscale().jpeg().toBuffer(),
      await base.clone().png({ palette: true }).toBuffer(),
      await base.clone().toColourspace('rgb16').png().toBuffer(),
      await base.clone().ensureAlpha(0.5).png().toBuffer(),
      await base.clone().toColourspace('cmyk').jpeg().toBuffer(),
      await base.clone().gif().toBuffer(),
    ];
    for (const file of files) {
      const [frame] = await decode(file);
      expect(frame).toMatchObject({ width: 40, height: 20 });
      expect(frame?.rgb.length).toBe(3 * 40 * 20);
    }
  });

  it('shows what lies behind a transparent picture as white', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    const [frame] = await decode(clear);
    expect(frame?.rgb.every((value) => value === 255)).toBe(true);
  });

  it('decodes the first frame of a GIF', async () => {
    const pages = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 16, height: 16, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(pages, { join: { animated: true } })
      .gif()
      .toBuffer();
    const frames = await decode(gif);
    expect(frames).toHaveLength(1);
    expect([...(frames[0]?.rgb.subarray(0, 3) ?? [])]).toEqual([255, 0, 0]);
  });

  it('reduces large pictures and remembers their size', async () => {
    const large = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: 'gray' } })
      .jpeg()
      .toBuffer();
    const [frame] = await decode(large);
    expect(frame).toMatchObject({ width: 1280, height: 640, uploaded: { width: 3000, height: 1500 } });
  });

  it.each([
    [1999, 3001],
    [1281, 1280],
    [1280, 1281],
    [5000, 3],
    [9000, 1],
    [1, 1],
  ])('reduces %i x %i in every format', async (width, height) => {
    const picture = sharp({ create: { width, height, channels: 3, background: 'gray' } });
    for (const file of [
      await picture.clone().jpeg().toBuffer(),
      await picture.clone().jpeg().withMetadata({ orientation: 8 }).toBuffer(),
      await picture.clone().png().toBuffer(),
      await picture.clone().webp().toBuffer(),
      await clipOf([picture.clone(), picture.clone()]),
    ]) {
      const [frame] = await decode(file);
      expect(Math.max(frame?.width ?? 0, frame?.height ?? 0)).toBe(Math.min(1280, Math.max(width, height)));
    }
  });

  it('refuses what is decoded to another size than the headers said', async () => {
    const still = await readSource(await quarters().png().toBuffer());
    for (const size of [{ width: 39 }, { height: 21 }, { width: 16, height: 16 }])
      await expect(decodeFrames({ ...still, ...size })).rejects.toMatchObject({ code: 'Undecodable' });

    const clip = await readSource(await clipOf([quarters(), quarters()]));
    if (clip.kind !== 'clip') throw new Error('expected a clip');
    const frames = clip.webp.frames.map((frame) => ({ ...frame, width: 16, height: 16 }));
    const small = { ...clip, width: 16, height: 16, webp: { ...clip.webp, frames } };
    for (const source of [small, { ...small, independent: false }])
      await expect(decodeFrames(source, 0, 1, [newMemory(frameBytes(source))])).rejects.toMatchObject({
        code: 'Undecodable',
      });
  });

  it('refuses a clip whose frames the decoder counts otherwise', async () => {
    const source = await readSource(await clipOf([quarters(), quarters(), quarters()]));
    // As high as three of its frames, so that strips of them would look as if they were one.
    const composed = { ...source, independent: false } as typeof source;
    expect(await decodeFrames(composed)).toHaveLength(3);
    const strips = { ...composed, height: 60, timesMs: [0] };
    await expect(decodeFrames(strips)).rejects.toThrow('expected 1 frames, the decoder finds 3');
  });

  it('decodes a clip to the same colours with and without a colour profile', async () => {
    const pages = [await quarters().png().toBuffer(), await quarters().flop().png().toBuffer()];
    const plain = sharp(pages, { join: { animated: true } }).webp({ lossless: true });
    const profiled = await plain.clone().withIccProfile('p3').toBuffer();
    expect(profiled.includes('ICCP')).toBe(true);
    const source = await readSource(profiled);
    expect(source.kind).toBe('clip');
    const [alone] = await decodeFrames({ ...source, independent: true } as typeof source, 0, 1);
    const [composed] = await decodeFrames({ ...source, independent: false } as typeof source, 0, 1);
    expect(Buffer.compare(composed?.rgb ?? Buffer.alloc(0), alone?.rgb ?? Buffer.alloc(1))).toBe(0);
  });

  it('uses the memory that it is given', async () => {
    const source = await readSource(await swayingClip(BERTA, 2));
    const memory = [newMemory(frameBytes(source) + 100), newMemory(frameBytes(source))];
    const frames = await decodeFrames(source, 0, 2, memory);
    expect(frames.map(({ rgb }) => rgb.buffer)).toEqual(memory.map(({ buffer }) => buffer));
    expect(frames[0]?.rgb.length).toBe(3 * WIDTH * HEIGHT);
  });

  it.each([
    ['a JPEG that was cut off', async () => (await portrait(BERTA).jpeg().toBuffer()).subarray(0, 20_000)],
    ['a PNG that was cut off', async () => (await portrait(BERTA).png().toBuffer()).subarray(0, 50_000)],
    [
      'a clip with a damaged frame',
      async () => scramble(await clipOf([portrait(BERTA), portrait(BERTA, 4)])),
    ],
  ])('refuses %s', async (_name, make) => {
    await expect(make().then(decode)).rejects.toMatchObject({ code: 'Undecodable' });
  });
});

/** Overwrites the partition sizes of the first VP8 picture, which no decoder can follow. */
function scramble(clip: Buffer): Buffer {
  const at = clip.indexOf('VP8 ') + 8;
  clip.fill(0xff, at + 10, at + 2000);
  clip.writeUIntLE(0xfffff0, at, 3);
  return clip;
}
