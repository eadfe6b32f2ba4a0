import sharp, { type Sharp } from 'sharp';
import { InputError } from './analysis.js';
import { decodeBmp, isBmp, readBmpHeader } from './bmp.js';
import { extractStill, hasIndependentFrames, isWebp, readWebp, type WebpFile } from './webp.js';

/** What an input may be; above any of these it is refused before a pixel is decoded. */
export interface ContentLimits {
  bytes: number;
  frames: number;
  /** Over all frames together. */
  pixels: number;
  durationMs: number;
}

/** Limits of the service's `Content` part, and of everything else that the engine opens. */
export const CONTENT_LIMITS: ContentLimits = {
  bytes: 8 * 1024 * 1024,
  frames: 60,
  pixels: 40e6,
  durationMs: 30_000,
};

/** Frames are decoded to at most this long side, px: the size that the networks' figures were measured at. */
const MAX_SIDE_PX = 1280;
/** No picture within the limits needs so long, s; one that does was made to. */
const DECODE_TIMEOUT_S = 10;

/** A decoded picture; plain data that threads share without a copy. */
export interface Frame {
  index: number;
  /** Offset from the first frame, ms. */
  timeMs: number;
  /** Size of `rgb`, px. */
  width: number;
  height: number;
  /** Interleaved 8-bit sRGB, top row first, oriented as EXIF says. */
  rgb: Uint8Array<SharedArrayBuffer>;
  /** Size in the file after orientation, px; larger than `width` when the picture was reduced. */
  uploaded: { width: number; height: number };
}

/** An input whose headers were read and found within the limits. Plain data. */
export type Source = {
  bytes: Uint8Array<SharedArrayBuffer>;
  /** Offset of each frame from the first, ms. */
  timesMs: number[];
} & (
  | { kind: 'clip'; webp: WebpFile; independent: boolean }
  | { kind: 'still'; format: 'webp' | 'jpeg' | 'png' | 'gif' | 'bmp' }
);

/**
 * Reads the headers of a file and checks them against the limits; decodes nothing.
 * @throws InputError `TooManyBytes`, `TooManyFrames`, `TooManyPixels`, `TooLong`, or `Undecodable` for everything that is
 * not an animated WebP, JPEG, PNG, GIF, BMP or still WebP
 */
export async function readSource(
  content: Uint8Array,
  limits: ContentLimits = CONTENT_LIMITS,
): Promise<Source> {
  if (content.length > limits.bytes)
    throw new InputError('TooManyBytes', `expected at most ${limits.bytes} bytes, got ${content.length}`);
  if (isWebp(content)) {
    const webp = readWebp(content);
    const { frames, width, height } = webp;
    checkSize(width, height, frames.length, limits);
    const bytes = share(content);
    if (!webp.animated) return { bytes, timesMs: [0], kind: 'still', format: 'webp' };
    return {
      bytes,
      timesMs: startTimes(webp, limits),
      kind: 'clip',
      webp,
      independent: hasIndependentFrames(webp),
    };
  }
  const format = stillFormat(content);
  const { width, height } = format === 'bmp' ? readBmpHeader(content) : await readHeader(content, format);
  checkSize(width, height, 1, limits);
  return { bytes: share(content), timesMs: [0], kind: 'still', format };
}

/** How many calls of {@link decodeFrames} share the work of a source best: frames that lean on others come together. */
export function isSplittable(source: Source): boolean {
  return source.kind === 'clip' && source.independent;
}

/**
 * Decodes the frames `from` (inclusive) to `to` (exclusive) of a source.
 * @throws InputError `Undecodable`
 */
export async function decodeFrames(source: Source, from = 0, to = source.timesMs.length): Promise<Frame[]> {
  if (source.kind === 'still')
    return [source.format === 'bmp' ? await bitmapFrame(source.bytes) : await stillFrame(source.bytes)];
  if (!source.independent) return (await composedFrames(source.bytes, source.timesMs)).slice(from, to);
  const wanted = source.webp.frames.slice(from, to);
  return Promise.all(
    wanted.map(async (frame, offset) => {
      const index = from + offset;
      const picture = open(extractStill(source.bytes, frame));
      return toFrame(await rgbOf(picture, frame), frame, index, source.timesMs[index] ?? 0);
    }),
  );
}

function checkSize(width: number, height: number, frames: number, limits: ContentLimits): void {
  if (frames > limits.frames)
    throw new InputError('TooManyFrames', `expected at most ${limits.frames} frames, got ${frames}`);
  if (width * height * frames > limits.pixels)
    throw new InputError(
      'TooManyPixels',
      `expected at most ${limits.pixels} pixels over all frames, got ${frames} of ${width}x${height}`,
    );
}

function startTimes({ frames }: WebpFile, limits: ContentLimits): number[] {
  let timeMs = 0;
  const times = frames.map(({ durationMs }) => (timeMs += durationMs) - durationMs);
  if (timeMs > limits.durationMs)
    throw new InputError('TooLong', `expected at most ${limits.durationMs} ms, got ${timeMs} ms`);
  return times;
}

/** Told by the first bytes alone, so that a decoder meets only files that claim to be its own. */
function stillFormat(content: Uint8Array): 'jpeg' | 'png' | 'gif' | 'bmp' {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => content[i] === byte);
  if (begins(0xff, 0xd8, 0xff)) return 'jpeg';
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (begins(0x47, 0x49, 0x46, 0x38)) return 'gif';
  if (isBmp(content)) return 'bmp';
  throw new InputError(
    'Undecodable',
    `expected an animated WebP, JPEG, PNG, GIF, BMP or WebP file, got ${content.length} bytes of something else`,
  );
}

async function readHeader(content: Uint8Array, format: string): Promise<{ width: number; height: number }> {
  sharp.block({ operation: SHUT_LOADERS });
  const found = await sharp(content, { failOn: 'error', limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw new InputError('Undecodable', `the headers of the ${format} file cannot be read`, { cause });
    });
  if (found.format !== format)
    throw new InputError('Undecodable', `expected a ${format} file, got ${found.format}`);
  return found;
}

/**
 * Loaders of libvips that are shut, besides the check of a file's first bytes: some formats (SVG, PDF) reach out for more, the
 * others are not accepted. Only ever shut, never opened again: the setting is the whole process's, and a moment in which
 * another thread finds its loader shut would fail its picture.
 */
const SHUT_LOADERS = [
  'Analyze',
  'Csv',
  'Fits',
  'Heif',
  'Jp2k',
  'Jxl',
  'Magick',
  'Magick7',
  'Mat',
  'Matrix',
  'Nifti',
  'Openexr',
  'OpenSlide',
  'Pdf',
  'Ppm',
  'Rad',
  'Raw',
  'Svg',
  'Tiff',
  'Uhdr',
  'Vips',
].map((name) => `VipsForeignLoad${name}`);

function open(bytes: Uint8Array, animated = false): Sharp {
  sharp.block({ operation: SHUT_LOADERS });
  return sharp(bytes, {
    failOn: 'error',
    limitInputPixels: CONTENT_LIMITS.pixels,
    sequentialRead: true,
    animated,
  }).timeout({ seconds: DECODE_TIMEOUT_S });
}

async function stillFrame(bytes: Uint8Array): Promise<Frame> {
  // A copy: the decoder takes no shared memory.
  const picture = open(Buffer.from(bytes)).autoOrient();
  const { autoOrient } = await picture.metadata().catch(undecodable);
  return toFrame(await rgbOf(picture, autoOrient), autoOrient, 0, 0);
}

/** One decode of the whole clip, for frames that are drawn over each other. */
async function composedFrames(bytes: Uint8Array, timesMs: number[]): Promise<Frame[]> {
  const { data, info } = await raw(open(Buffer.from(bytes), true));
  const size = { width: info.width, height: info.height / timesMs.length };
  const length = 3 * size.width * size.height;
  if (data.length !== length * timesMs.length)
    throw new InputError('Undecodable', `expected ${timesMs.length} frames of three colour channels`);
  return Promise.all(
    timesMs.map(async (timeMs, index) => {
      const page = { data: data.subarray(index * length, (index + 1) * length), info: size };
      return toFrame(await reduce(page), size, index, timeMs);
    }),
  );
}

async function bitmapFrame(bytes: Uint8Array): Promise<Frame> {
  const header = readBmpHeader(bytes);
  const size = { width: header.width, height: header.height };
  const data = new Uint8Array(3 * size.width * size.height);
  decodeBmp(bytes, header, data);
  return toFrame(await reduce({ data, info: size }), size, 0, 0);
}

interface Pixels {
  data: Uint8Array;
  info: { width: number; height: number };
}

/** Decodes to RGB, reduced to {@link MAX_SIDE_PX} where the picture is larger. */
async function rgbOf(picture: Sharp, { width, height }: { width: number; height: number }): Promise<Pixels> {
  const fits = Math.max(width, height) <= MAX_SIDE_PX;
  return raw(fits ? picture : picture.resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside' }));
}

/** As {@link rgbOf}, for pixels that are decoded already. */
async function reduce({ data, info }: Pixels): Promise<Pixels> {
  const { width, height } = info;
  if (Math.max(width, height) <= MAX_SIDE_PX) return { data, info };
  return rgbOf(sharp(data, { raw: { width, height, channels: 3 } }), info);
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

function toFrame({ data, info }: Pixels, uploaded: Frame['uploaded'], index: number, timeMs: number): Frame {
  const { width, height } = info;
  if (data.length !== 3 * width * height)
    throw new InputError('Undecodable', `expected three colour channels of ${width}x${height} pixels`);
  return {
    index,
    timeMs,
    width,
    height,
    rgb: share(data),
    uploaded: { width: uploaded.width, height: uploaded.height },
  };
}

function share(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
