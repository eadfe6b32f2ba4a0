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

  // Decoders take an unknown chunk at the beginning of a picture for a picture without a header, of any size.
  it.each<[string, (vp8: Buffer) => Buffer[]]>([
    ['an unknown chunk before its picture', (vp8) => [chunk('/abc', Buffer.alloc(20)), vp8]],
    ['an unknown chunk after its picture', (vp8) => [vp8, chunk('/abc', Buffer.alloc(20))]],
    ['two pictures', (vp8) => [vp8, vp8]],
    ['alpha after its picture', (vp8) => [vp8, chunk('ALPH', Buffer.alloc(20))]],
    ['alpha twice', (vp8) => [chunk('ALPH', Buffer.alloc(20)), chunk('ALPH', Buffer.alloc(20)), vp8]],
    ['alpha alone', () => [chunk('ALPH', Buffer.alloc(20))]],
  ])('refuses a frame with %s', async (_name, make) => {
    const picture = await still();
    const frame = (parts: Buffer[]) => Buffer.concat([picture.subarray(0, 12), ...parts]);
    const vp8 = picture.subarray(12);
    expect(readWebp(muxWebp([picture, frame([vp8])])).frames).toHaveLength(2);
    const file = muxWebp([picture, frame(make(vp8))]);
    expect(() => readWebp(file)).toThrow(expect.objectContaining({ code: 'Undecodable' }));
  });

  // Decoders go by the flag and by the first picture, where we would go by the frames.
  it.each<[string, number, (vp8: Buffer, anmf: Buffer) => Buffer[]]>([
    ['frames in a file that is not animated', 0, (_, anmf) => [anmf]],
    ['a picture before the frames of a file that is not animated', 0, (vp8, anmf) => [vp8, anmf]],
    ['a picture before the frames', 2, (vp8, anmf) => [vp8, anmf]],
    ['a picture after the frames', 2, (vp8, anmf) => [anmf, vp8]],
    ['alpha beside the frames', 2, (_, anmf) => [anmf, chunk('ALPH', Buffer.alloc(20))]],
    ['an animation without frames', 2, (vp8) => [vp8]],
    ['an animation without anything', 2, () => []],
    ['two pictures in a still', 0, (vp8) => [vp8, vp8]],
    ['a still without a picture', 0, () => []],
  ])('refuses %s', async (_name, flags, make) => {
    const picture = await still();
    const clip = muxWebp([picture]);
    const at = clip.indexOf('VP8X');
    const extended = (parts: Buffer[], flag: number) => {
      const file = chunk('RIFF', Buffer.concat([clip.subarray(8, at + 18), ...parts]));
      file[at + 8] = flag;
      return file;
    };
    const vp8 = picture.subarray(12);
    const anmf = clip.subarray(clip.indexOf('ANMF'));
    expect(readWebp(extended([vp8], 0))).toMatchObject({ animated: false });
    expect(readWebp(extended([anmf], 2))).toMatchObject({ animated: true });
    const file = extended(make(vp8, anmf), flags);
    expect(() => readWebp(file)).toThrow(expect.objectContaining({ code: 'Undecodable' }));
  });

  it('refuses thousands of chunks, in the file and in a frame', async () => {
    const picture = await still();
    const file = (chunks: number) =>
      chunk('RIFF', Buffer.concat([picture.subarray(8), Buffer.alloc(8 * chunks)]));
    expect(readWebp(file(4000))).toMatchObject({ width: 64 });
    const clip = muxWebp([picture, Buffer.concat([picture, Buffer.alloc(8 * 5000)])]);
    for (const many of [file(5000), clip]) expect(() => readWebp(many)).toThrow('more than 4096 chunks');
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
