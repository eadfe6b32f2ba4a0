import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chunk, greyPicture } from '../test/clips.js';
import { checkExif } from './exif.js';
import { readSource } from './source.js';

type Entry = [tag: number, type: number, count: number, value: number];

/** A TIFF block of one directory, and room for `more` bytes of values. */
function block(entries: Entry[], { more = 0, little = false, next = 0 } = {}): Buffer {
  const bytes = Buffer.alloc(10 + 12 * entries.length + 4 + more);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  bytes.write(little ? 'II*\0' : 'MM\0*', 'latin1');
  view.setUint32(4, 8, little);
  view.setUint16(8, entries.length, little);
  entries.forEach(([tag, type, count, value], k) => {
    const at = 10 + 12 * k;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, count, little);
    view.setUint32(at + 8, value, little);
  });
  view.setUint32(10 + 12 * entries.length, next, little);
  return bytes;
}

const many = (count: number, entry: Entry) => Array.from({ length: count }, () => entry);

describe('checkExif', () => {
  it('accepts what cameras write: hundreds of entries, and 64 kB of the maker', () => {
    const entries: Entry[] = [
      [0x8769, 4, 1, 10 + 12 * 302 + 4],
      ...many(300, [0x0110, 3, 1, 1]),
      [0x927c, 7, 64_000, 8],
    ];
    for (const little of [false, true])
      expect(() => checkExif(block(entries, { more: 64_000, little }))).not.toThrow();
  });

  it('passes over what ends early or points nowhere', () => {
    const whole = block([
      [0x8825, 4, 1, 0xffffffff],
      [0x0110, 2, 0xffffffff, 9],
    ]);
    for (let length = 0; length <= whole.length; length++)
      expect(() => checkExif(whole.subarray(0, length))).not.toThrow();
  });

  it('reads the directory that follows once, also where it is the first again', () => {
    expect(() => checkExif(block([[1, 3, 1, 1]], { next: 8 }))).not.toThrow();
    expect(() => checkExif(block([], { next: 8 }))).not.toThrow();
    const half = many(2100, [1, 3, 1, 1]);
    expect(() => checkExif(block(half))).not.toThrow();
    expect(() => checkExif(block(half, { next: 8 }))).toThrow('EXIF');
  });

  it.each<[string, (little: boolean) => Buffer]>([
    ['a directory that points at itself', (little) => block([[0x8769, 4, 1, 8]], { little })],
    ['two of them', (little) => block(many(2, [0x8825, 4, 1, 8]), { little })],
    ['a hundred that point at one', (little) => block(many(100, [0xa005, 4, 1, 8]), { little })],
    [
      'more values than a file holds',
      (little) => block(many(200, [1, 5, 6000, 8]), { little, more: 48_000 }),
    ],
    [
      'thousands of blocks',
      (little) => Buffer.concat(Array.from({ length: 5000 }, () => block([], { little }))),
    ],
  ])('refuses %s', (_name, make) => {
    for (const little of [false, true])
      expect(() => checkExif(make(little))).toThrow(expect.objectContaining({ code: 'Undecodable' }));
  });
});

describe('pictures with EXIF', () => {
  const endless = block(many(4900, [0x8769, 4, 1, 8]));

  it('are refused in every format before anything reads it', async () => {
    const picture = greyPicture(64, 64);
    const jpeg = await picture.clone().jpeg().toBuffer();
    const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), endless]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(2 + exif.length);
    const segment = Buffer.concat([Buffer.of(0xff, 0xe1), length, exif]);
    const webp = await picture
      .clone()
      .webp()
      .withExif({ IFD0: { Copyright: 'x' } })
      .toBuffer();
    const extended = webp.subarray(8, webp.indexOf('EXIF'));
    for (const file of [
      Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]),
      chunk('RIFF', Buffer.concat([extended, chunk('EXIF', exif)])),
    ])
      await expect(readSource(file)).rejects.toMatchObject({ code: 'Undecodable' });
  });

  it('are accepted with what encoders write', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'gray' } })
        .withMetadata({ orientation: 6 })
        .withExifMerge({ IFD0: { Copyright: 'x'.repeat(2000) }, IFD3: { GPSLatitudeRef: 'N' } })
        .toFormat(format)
        .toBuffer();
      expect(await readSource(file)).toMatchObject({ width: 64 });
    }
  });
});
