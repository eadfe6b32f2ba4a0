import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import decodeWebp, { init as initWebp } from '@jsquash/webp/decode.js';
import sharp, { type Sharp } from 'sharp';
import { InputError } from './analysis.js';
import { decodeBmp, readBmpHeader } from './bmp.js';
import { copyInto, newMemory, type SharedBytes } from './memory.js';
import { CONTENT_LIMITS, shutLoaders, type Source } from './source.js';
import { extractStill } from './webp.js';

/** Frames are decoded to at most this long side, px: the size that the networks' figures were measured at. */
const MAX_SIDE_PX = 1280;
/** No picture within the limits needs so long, s; one that does was made to. */
const DECODE_TIMEOUT_S = 10;

const webpDecoder = createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm');
const webpOptions = { noInitialRun: true, wasmBinary: readFileSync(webpDecoder) };
await initWebp(webpOptions);

/** A decoded picture; plain data that threads share without a copy. */
export interface Frame {
  index: number;
  /** Offset from the first frame, ms. */
  timeMs: number;
  /** Size of `rgb`, px. */
  width: number;
  height: number;
  /** Interleaved 8-bit sRGB, top row first, oriented as EXIF says. */
  rgb: SharedBytes;
  /** Size in the file after orientation, px; larger than `width` when the picture was reduced. */
  uploaded: { width: number; height: number };
}

/** Most bytes that a decoded frame of this size in the file takes. */
export function frameBytes({ width, height }: { width: number; height: number }): number {
  const reduction = reductionOf({ width, height });
  return 3 * Math.ceil(width * reduction) * Math.ceil(height * reduction);
}

/**
 * Decodes the frames `from` (inclusive) to `to` (exclusive) of a source.
 * @param memory where the frames go, in their order; a frame finds its own where none is given
 * @throws InputError `Undecodable`
 */
export async function decodeFrames(
  source: Source,
  from = 0,
  to = source.timesMs.length,
  memory: readonly SharedBytes[] = [],
): Promise<Frame[]> {
  const decoded = await decodeAny(source, from, to);
  return decoded.map((one, offset) => {
    const { data, info } = one.picture;
    if (!isAsDeclared(one, source))
      throw new InputError(
        'Undecodable',
        `expected RGB of ${source.width}x${source.height}, got ${data.length} bytes of ${info.width}x${info.height}`,
      );
    const index = from + offset;
    return {
      index,
      timeMs: source.timesMs[index] ?? 0,
      width: info.width,
      height: info.height,
      rgb: copyInto(memory[offset] ?? newMemory(data.length), data),
      uploaded: { width: one.uploaded.width, height: one.uploaded.height },
    };
  });
}

interface Size {
  width: number;
  height: number;
}

/** Interleaved RGB. */
interface Picture {
  data: Uint8Array;
  info: Size;
}

/** What a browser calls ImageData. */
interface Rgba extends Size {
  data: Uint8ClampedArray;
}

interface Decoded {
  picture: Picture;
  uploaded: Size;
}

/** Whether the picture is of the size that the headers declare, by which the limits were checked and memory was taken. */
function isAsDeclared({ picture: { data, info }, uploaded }: Decoded, source: Size): boolean {
  const reduction = reductionOf(uploaded);
  // A JPEG is reduced by eighths first, and so rounded twice.
  const slack = reduction < 1 ? 2 : 1;
  const fills = (side: number, whole: number) => Math.abs(side - Math.max(1, whole * reduction)) < slack;
  return (
    data.length === 3 * info.width * info.height &&
    data.length <= frameBytes(source) &&
    fills(info.width, uploaded.width) &&
    fills(info.height, uploaded.height) &&
    // EXIF may have turned it.
    Math.max(uploaded.width, uploaded.height) === Math.max(source.width, source.height) &&
    Math.min(uploaded.width, uploaded.height) === Math.min(source.width, source.height)
  );
}

async function decodeAny(source: Source, from: number, to: number): Promise<Decoded[]> {
  if (source.kind === 'still')
    return [source.format === 'bmp' ? await decodeBitmap(source.bytes) : await decodeStill(source.bytes)];
  if (!source.independent) return (await decodeComposed(source.bytes, source.timesMs.length)).slice(from, to);
  return Promise.all(
    source.webp.frames.slice(from, to).map(async (frame) => ({
      picture: await decodeFrame(extractStill(source.bytes, frame), frame),
      uploaded: frame,
    })),
  );
}

/**
 * An opaque WebP picture. libwebp in WebAssembly gives the same bytes as sharp in half the time; sharp takes the
 * pictures that it can reduce, and judges what the other refuses.
 */
async function decodeFrame(still: Buffer, size: Size): Promise<Picture> {
  if (fits(size)) {
    const picture = (await decodeWebp(new Uint8Array(still).buffer).catch(() => undefined)) as
      Rgba | undefined;
    if (picture) return { data: withoutAlpha(picture.data), info: picture };
  }
  return rgbOf(open(still), size);
}

/** Moves the colours together in place, four pixels in three words: byte for byte it would cost as much as a network. */
function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const words = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length >> 2);
  const whole = words.length & ~3;
  for (let from = 0, to = 0; from < whole; from += 4, to += 3) {
    const second = words[from + 1] ?? 0;
    const third = words[from + 2] ?? 0;
    words[to] = ((words[from] ?? 0) & 0xffffff) | (second << 24);
    words[to + 1] = ((second >>> 8) & 0xffff) | (third << 16);
    words[to + 2] = ((third >>> 16) & 0xff) | ((words[from + 3] ?? 0) << 8);
  }
  for (let pixel = whole; pixel < words.length; pixel++) rgba.copyWithin(3 * pixel, 4 * pixel, 4 * pixel + 3);
  return new Uint8Array(rgba.buffer, rgba.byteOffset, 3 * words.length);
}

function open(bytes: Uint8Array, animated = false): Sharp {
  shutLoaders();
  return sharp(bytes, {
    failOn: 'error',
    limitInputPixels: CONTENT_LIMITS.pixels,
    sequentialRead: true,
    animated,
    // Frames that decode by themselves come without the clip's profile too; and no capture chain covers it.
    ignoreIcc: animated,
  }).timeout({ seconds: DECODE_TIMEOUT_S });
}

async function decodeStill(bytes: Uint8Array): Promise<Decoded> {
  // A copy: the decoder takes no shared memory.
  const image = open(Buffer.from(bytes)).autoOrient();
  const { autoOrient } = await image.metadata().catch(undecodable);
  return { picture: await rgbOf(image, autoOrient), uploaded: autoOrient };
}

/** One decode of the whole clip, for frames that are drawn over each other. */
async function decodeComposed(bytes: Uint8Array, count: number): Promise<Decoded[]> {
  const { data, info } = await raw(open(Buffer.from(bytes), true));
  const size = { width: info.width, height: info.height / count };
  if ((info.pages ?? 1) !== count)
    throw new InputError('Undecodable', `expected ${count} frames, the decoder finds ${info.pages ?? 1}`);
  const length = 3 * size.width * size.height;
  return Promise.all(
    Array.from({ length: count }, async (_, k) => ({
      picture: await reduce({ data: data.subarray(k * length, (k + 1) * length), info: size }),
      uploaded: size,
    })),
  );
}

async function decodeBitmap(bytes: Uint8Array): Promise<Decoded> {
  const header = readBmpHeader(bytes);
  const size = { width: header.width, height: header.height };
  const data = new Uint8Array(3 * size.width * size.height);
  decodeBmp(bytes, header, data);
  return { picture: await reduce({ data, info: size }), uploaded: size };
}

/** Decodes to RGB, reduced to {@link MAX_SIDE_PX} where the picture is larger. */
async function rgbOf(picture: Sharp, size: Size): Promise<Picture> {
  return raw(
    fits(size) ? picture : picture.resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside' }),
  );
}

/** As {@link rgbOf}, for pixels that are decoded already. */
async function reduce({ data, info }: Picture): Promise<Picture> {
  const { width, height } = info;
  if (fits(info)) return { data, info };
  return rgbOf(sharp(data, { raw: { width, height, channels: 3 } }), info);
}

function fits(size: Size): boolean {
  return reductionOf(size) === 1;
}

/** What a picture's sides are multiplied by, so that the longer is at most {@link MAX_SIDE_PX}. */
function reductionOf({ width, height }: Size): number {
  return Math.min(1, MAX_SIDE_PX / Math.max(width, height));
}

function raw(picture: Sharp) {
  return picture
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(undecodable);
}

function undecodable(cause: unknown): never {
  throw new InputError('Undecodable', 'the file is damaged or incomplete', { cause });
}
