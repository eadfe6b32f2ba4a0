import { anmfData, muxWebp } from '@bonafide/protocol';
import sharp, { type WebpOptions } from 'sharp';
import { expect, it } from 'vitest';
import { readWebp } from './webp.js';

const width = 48;
const height = 64;

async function still(shade: number, options: WebpOptions = {}) {
  const file = await sharp({ create: { width, height, channels: 3, background: { r: shade, g: 90, b: 40 } } })
    .webp(options)
    .toBuffer();
  return { file, width, height, durationMs: 100 + shade };
}

it('joins stills to an animation whose frames decode to the same pixels, with their durations', async () => {
  const stills = await Promise.all([still(10), still(120, { lossless: true }), still(121)]);
  const file = muxWebp({ width, height }, stills.map(anmfData));

  const { pages, delay, loop } = await sharp(file, { animated: true }).metadata();
  expect([pages, delay, loop]).toEqual([3, [110, 220, 221], 1]);
  const pixels = await sharp(file, { animated: true }).removeAlpha().raw().toBuffer();
  const each = await Promise.all(stills.map((one) => sharp(one.file).removeAlpha().raw().toBuffer()));
  expect(Buffer.compare(pixels, Buffer.concat(each))).toBe(0);
});

it('gives the very bytes that the capture chain hashes', async () => {
  const frames = [anmfData(await still(10)), anmfData(await still(20))];
  const file = muxWebp({ width, height }, frames);
  const read = readWebp(file).frames.map(({ chunk }) => file.subarray(chunk.start, chunk.end));
  expect(read.map((bytes) => Buffer.from(bytes))).toEqual(frames.map((bytes) => Buffer.from(bytes)));
});

it.each([
  ['nothing', new Uint8Array()],
  ['another format', Uint8Array.from(Buffer.from('GIF89a but longer than twelve'))],
  ['a file without a picture', Uint8Array.from(Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1'))],
])('refuses %s', (_, file) => {
  expect(() => anmfData({ file, width, height, durationMs: 1 })).toThrow(TypeError);
});

it('refuses a still that is cut short', async () => {
  const one = await still(10);
  expect(() => anmfData({ ...one, file: one.file.subarray(0, one.file.length - 9) })).toThrow('whole');
});
