import sharp, { type WebpOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { chunk, greyPicture, muxWebp } from '../test/clips.js';
import { extractStill, hasIndependentFrames, readWebp } from './webp.js';

const still = (width = 64, height = 48, options: WebpOptions = {}) =>
  greyPicture(width, height).webp(options).toBuffer();

describe('readWebp', () => {
  it('reads size, times and frames of a clip in the form of our own muxer', async () => {
    const webp = readWebp(muxWebp([await still(), await still()], 120));
    expect(webp).toMatchObject({ animated: true, width: 64, height: 48 });
    expect(webp.frames.map(({ durationMs, opaque }) => ({ durationMs, opaque }))).toEqual([
      { durationMs: 120, opaque: true },
      { durationMs: 120, opaque: true },
    ]);
    expect(hasIndependentFrames(webp)).toBe(true);
  });

  it("gives each ANMF chunk's data byte for byte", async () => {
    const picture = await still();
    const file = muxWebp([picture]);
    const [frame] = readWebp(file).frames;
    const data = file.subarray(frame?.chunk.start, frame?.chunk.end);
    expect(data.readUIntLE(6, 3)).toBe(63);
    expect(data.subarray(16).equals(picture.subarray(12))).toBe(true);
  });

  it('takes a frame out as the very still that was put in', async () => {
    const picture = await still();
    const file = muxWebp([picture]);
    const [frame] = readWebp(file).frames;
    expect(frame && extractStill(file, frame).equals(picture)).toBe(true);
  });

  it('reads still pictures, lossy, lossless and extended', async () => {
    for (const options of [{}, { lossless: true }]) {
      const webp = readWebp(await still(31, 17, options));
      expect(webp).toMatchObject({ animated: false, width: 31, height: 17 });
    }
    const extended = await greyPicture(31, 17)
      .webp()
      .withExif({ IFD0: { Copyright: 'test' } })
      .toBuffer();
    expect(extended.toString('latin1', 12, 16)).toBe('VP8X');
    expect(readWebp(extended)).toMatchObject({ animated: false, width: 31, height: 17 });
  });

  it('sees that frames with alpha lean on the frames before them', async () => {
    const clear = await sharp({
      create: { width: 64, height: 48, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    })
      .webp({ lossless: true })
      .toBuffer();
    const bitstream = clear.subarray(clear.indexOf('VP8L'));
    const frame = Buffer.concat([Buffer.from('RIFF0000WEBP', 'latin1'), bitstream]);
    const webp = readWebp(muxWebp([await still(), frame]));
    expect(webp.frames.map(({ opaque }) => opaque)).toEqual([true, false]);
    expect(hasIndependentFrames(webp)).toBe(false);
  });

  it('sees that frames smaller than the canvas lean on the frames before them', async () => {
    const clip = muxWebp([await still(64, 48), await still(32, 48)]);
    clip[clip.lastIndexOf('ANMF') + 8 + 6] = 32 - 1;
    const webp = readWebp(clip);
    expect(webp.frames.map(({ width }) => width)).toEqual([64, 32]);
    expect(hasIndependentFrames(webp)).toBe(false);
  });

  it.each([
    ['a file cut off in the middle', (file: Buffer) => file.subarray(0, file.length - 40)],
    ['a file of twelve bytes', (file: Buffer) => file.subarray(0, 12)],
    ['a frame that is declared larger than its picture', (file: Buffer) => patch(file, 'ANMF', 6, 95)],
    ['a frame outside the canvas', (file: Buffer) => patch(file, 'ANMF', 0, 5)],
    ['a frame without a picture', (file: Buffer) => patch(file, 'VP8 ', -8, 0x58)],
    ['a frame that is no key frame', (file: Buffer) => patch(file, 'VP8 ', 0, 1)],
    ['a chunk that ends after the file', (file: Buffer) => patch(file, 'ANMF', -1, 0x7f)],
  ])('refuses %s', async (_name, damage) => {
    const file = damage(muxWebp([await still()]));
    expect(() => readWebp(file)).toThrow(expect.objectContaining({ code: 'Undecodable' }));
  });

  it('refuses a RIFF file that is no WebP', () => {
    const wave = chunk('RIFF', Buffer.from('WAVEfmt ', 'latin1'));
    expect(() => readWebp(wave)).toThrow(/RIFF WEBP/);
  });
});

/** Overwrites one byte, counted from the beginning of a chunk's data. */
function patch(file: Buffer, name: string, offset: number, value: number): Buffer {
  const copy = Buffer.from(file);
  copy[copy.indexOf(name) + 8 + offset] = value;
  return copy;
}
