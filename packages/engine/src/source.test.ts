import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chunk, greyPicture, muxWebp } from '../test/clips.js';
import { CONTENT_LIMITS, readSource } from './source.js';

const refusal = (content: Uint8Array) =>
  readSource(content).then(
    () => 'accepted',
    (error: { code?: string }) => error.code,
  );

describe('readSource', () => {
  it('tells formats by their first bytes', async () => {
    const picture = greyPicture(40, 30);
    const formats = {
      jpeg: await picture.clone().jpeg().toBuffer(),
      png: await picture.clone().png().toBuffer(),
      gif: await picture.clone().gif().toBuffer(),
      webp: await picture.clone().webp().toBuffer(),
    };
    for (const [format, content] of Object.entries(formats))
      expect(await readSource(content)).toMatchObject({ kind: 'still', format, width: 40, height: 30 });
  });

  it('gives the start time of each frame of a clip', async () => {
    const still = await greyPicture(40, 30).webp().toBuffer();
    const source = await readSource(muxWebp([still, still, still], 150));
    expect(source).toMatchObject({ kind: 'clip', timesMs: [0, 150, 300], independent: true });
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['an empty file', () => new Uint8Array()],
    ['a text', () => Buffer.from('hello, this is no picture at all')],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a ZIP that is called webp', () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(500)])],
    ['a PDF', () => Buffer.from('%PDF-1.7\n')],
    ['a TIFF', () => greyPicture(9, 9).tiff().toBuffer()],
    ['an AVIF', () => greyPicture(9, 9).avif().toBuffer()],
    ['a JPEG that ends in its header', async () => (await greyPicture().jpeg().toBuffer()).subarray(0, 15)],
    ['a PNG signature and nothing more', () => Buffer.from('89504e470d0a1a0a', 'hex')],
    ['a WebP that declares 1 GB', () => declare(chunk('RIFF', Buffer.from('WEBPVP8 ', 'latin1')), 1e9)],
  ])('refuses %s as undecodable', async (_name, make) => {
    expect(await refusal(await make())).toBe('Undecodable');
  });

  it('refuses a file of more bytes than the limit', async () => {
    expect(await refusal(new Uint8Array(CONTENT_LIMITS.bytes + 1))).toBe('TooManyBytes');
  });

  it('refuses a picture of 30,000 x 30,000 pixels before it is decoded', async () => {
    const bomb = await sharp({ create: { width: 100, height: 100, channels: 3, background: 'black' } })
      .png()
      .toBuffer();
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    expect(await refusal(bomb)).toBe('TooManyPixels');
    const bitmap = Buffer.alloc(2000);
    bitmap.write('BM');
    bitmap.writeUInt32LE(40, 14);
    bitmap.writeInt32LE(30_000, 18);
    bitmap.writeInt32LE(30_000, 22);
    bitmap.writeUInt16LE(24, 28);
    expect(await refusal(bitmap)).toBe('Undecodable');
  });

  it('refuses a JPEG that draws its picture more than a hundred times', async () => {
    const file = await greyPicture(64, 64).jpeg({ progressive: true }).toBuffer();
    const scan = file.subarray(file.lastIndexOf('ffda', undefined, 'hex'), -2);
    const drawn = (times: number) =>
      Buffer.concat([file.subarray(0, -2), ...Array.from({ length: times }, () => scan), file.subarray(-2)]);
    expect(await refusal(drawn(80))).toBe('accepted');
    expect(await refusal(drawn(100))).toBe('Undecodable');
  });

  it('counts pixels over all frames together', async () => {
    const still = await greyPicture(1200, 1000).webp({ quality: 1 }).toBuffer();
    expect(await refusal(muxWebp(Array.from({ length: 33 }, () => still)))).toBe('accepted');
    expect(await refusal(muxWebp(Array.from({ length: 34 }, () => still)))).toBe('TooManyPixels');
  });

  it('accepts 60 frames and refuses 61', async () => {
    const still = await greyPicture(16, 16).webp().toBuffer();
    expect(await refusal(muxWebp(Array.from({ length: 60 }, () => still)))).toBe('accepted');
    expect(await refusal(muxWebp(Array.from({ length: 61 }, () => still)))).toBe('TooManyFrames');
  });

  it('accepts 30 s and refuses more', async () => {
    const still = await greyPicture(16, 16).webp().toBuffer();
    expect(await refusal(muxWebp([still, still, still], 10_000))).toBe('accepted');
    expect(await refusal(muxWebp([still, still, still], 10_001))).toBe('TooLong');
  });
});

/** Writes a length into the header of a RIFF file. */
function declare(file: Buffer, bytes: number): Buffer {
  file.writeUInt32LE(bytes, 4);
  return file;
}

/** CRC-32 of PNG chunks (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
