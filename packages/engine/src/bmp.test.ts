import { describe, expect, it } from 'vitest';
import { decodeBmp, readBmpHeader } from './bmp.js';

/** Colours of a picture of 3 x 2 pixels, top row first. */
const PICTURE = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
  [255, 255, 0],
];
const WIDTH = 3;
const HEIGHT = 2;

interface Options {
  bits: number;
  topDown?: boolean;
  compression?: number;
  masks?: number[];
  palette?: number[][];
  pixel: (colour: number[], index: number) => number;
}

/** Writes a bitmap, pixel by pixel, each a little-endian number of `bits` bits. */
function bitmap({
  bits,
  topDown = false,
  compression = 0,
  masks = [],
  palette = [],
  pixel,
}: Options): Buffer {
  const stride = 4 * Math.ceil((WIDTH * bits) / 32);
  const extra = Buffer.alloc(4 * masks.length + 4 * palette.length);
  masks.forEach((mask, k) => extra.writeUInt32LE(mask, 4 * k));
  palette.forEach(([r = 0, g = 0, b = 0], k) => extra.set([b, g, r, 0], 4 * (masks.length + k)));
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + extra.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(WIDTH, 18);
  header.writeInt32LE(topDown ? -HEIGHT : HEIGHT, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length, 46);
  const pixels = Buffer.alloc(stride * HEIGHT);
  PICTURE.forEach((colour, k) => {
    const y = Math.floor(k / WIDTH);
    const row = stride * (topDown ? y : HEIGHT - 1 - y);
    const value = pixel(colour, k);
    const x = k % WIDTH;
    if (bits >= 8) pixels.writeUIntLE(value, row + (x * bits) / 8, bits / 8);
    else {
      const at = row + Math.floor((x * bits) / 8);
      pixels[at] = (pixels[at] ?? 0) | (value << (8 - bits - ((x * bits) % 8)));
    }
  });
  return Buffer.concat([header, extra, pixels]);
}

const bgr = ([r = 0, g = 0, b = 0]: number[]) => (r << 16) | (g << 8) | b;
const index = (_: number[], k: number) => k;

function decode(file: Uint8Array): number[][] {
  const header = readBmpHeader(file);
  const rgb = new Uint8Array(3 * header.width * header.height);
  decodeBmp(file, header, rgb);
  return Array.from({ length: rgb.length / 3 }, (_, k) => [...rgb.subarray(3 * k, 3 * k + 3)]);
}

describe('decodeBmp', () => {
  it.each<[string, Options]>([
    ['24 bits', { bits: 24, pixel: bgr }],
    ['24 bits, top row first', { bits: 24, topDown: true, pixel: bgr }],
    ['32 bits', { bits: 32, pixel: bgr }],
    [
      '32 bits with masks in another order',
      {
        bits: 32,
        compression: 3,
        masks: [0xff, 0xff00, 0xff0000],
        pixel: ([r = 0, g = 0, b = 0]) => (b << 16) | (g << 8) | r,
      },
    ],
    [
      '16 bits',
      { bits: 16, pixel: ([r = 0, g = 0, b = 0]) => ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3) },
    ],
    [
      '16 bits with six for green',
      {
        bits: 16,
        compression: 3,
        masks: [0xf800, 0x7e0, 0x1f],
        pixel: ([r = 0, g = 0, b = 0]) => ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3),
      },
    ],
    ['8 bits with a palette', { bits: 8, palette: PICTURE, pixel: index }],
    ['4 bits with a palette', { bits: 4, palette: PICTURE, pixel: index }],
  ])('shows a picture of %s', (_name, options) => {
    expect(decode(bitmap(options))).toEqual(PICTURE);
  });

  it('shows a picture of one bit in the colours of its palette', () => {
    const palette = [
      [10, 20, 30],
      [200, 210, 220],
    ];
    const file = bitmap({ bits: 1, palette, pixel: (_, k) => k % 2 });
    expect(decode(file)).toEqual(PICTURE.map((_, k) => palette[k % 2]));
  });

  it.each([
    [
      'run-length compression',
      bitmap({ bits: 8, compression: 1, palette: PICTURE, pixel: index }),
      /compression/,
    ],
    ['a truncated file', bitmap({ bits: 24, pixel: bgr }).subarray(0, 60), /truncated/],
    ['a header of another system', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), /Windows/],
    ['a file of two bytes', Buffer.from('BM'), /incomplete/],
  ])('refuses %s', (_name, file, message) => {
    expect(() => readBmpHeader(file)).toThrow(message);
    expect(() => readBmpHeader(file)).toThrow(expect.objectContaining({ code: 'Undecodable' }));
  });

  it('refuses a pixel outside its palette', () => {
    const file = bitmap({ bits: 8, palette: PICTURE.slice(0, 2), pixel: index });
    expect(() => decode(file)).toThrow(/palette/);
  });
});
