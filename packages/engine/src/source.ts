import sharp from 'sharp';
import { InputError } from './analysis.js';
import { isBmp, readBmpHeader } from './bmp.js';
import { checkExif } from './exif.js';
import { copyInto, newMemory, type Allocate, type SharedBytes } from './memory.js';
import { hasIndependentFrames, isWebp, readWebp, type WebpFile } from './webp.js';

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

/** An input whose headers were read and found within the limits. Plain data. */
export type Source = {
  bytes: SharedBytes;
  /** Size of the canvas in the file, px, before EXIF turns it. */
  width: number;
  height: number;
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
  allocate: Allocate = newMemory,
): Promise<Source> {
  if (content.length > limits.bytes)
    throw new InputError('TooManyBytes', `expected at most ${limits.bytes} bytes, got ${content.length}`);
  checkExif(content);
  if (isWebp(content)) {
    const webp = readWebp(content);
    const { frames, width, height } = webp;
    checkSize(width, height, frames.length, limits);
    const bytes = copyInto(allocate(content.length), content);
    if (!webp.animated) return { bytes, width, height, timesMs: [0], kind: 'still', format: 'webp' };
    return {
      bytes,
      width,
      height,
      timesMs: startTimes(webp, limits),
      kind: 'clip',
      webp,
      independent: hasIndependentFrames(webp),
    };
  }
  const format = stillFormat(content);
  if (format === 'jpeg') checkScans(content);
  const { width, height } = format === 'bmp' ? readBmpHeader(content) : await readHeader(content, format);
  checkSize(width, height, 1, limits);
  const bytes = copyInto(allocate(content.length), content);
  return { bytes, width, height, timesMs: [0], kind: 'still', format };
}

/** Whether parts of a source decode on their own, so that several jobs can share it. */
export function isSplittable(source: Source): boolean {
  return source.kind === 'clip' && source.independent;
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

/** A progressive JPEG draws its picture over and over, in as many scans as it likes; encoders write about ten. */
const MAX_SCANS = 100;

/** Counts every place that could be the marker of a scan; no other bytes of a picture look like it. */
function checkScans({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const marker = Buffer.of(0xff, 0xda);
  let scans = 0;
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 2))
    if (++scans > MAX_SCANS)
      throw new InputError('Undecodable', `expected a JPEG file of at most ${MAX_SCANS} scans`);
}

async function readHeader(content: Uint8Array, format: string): Promise<{ width: number; height: number }> {
  shutLoaders();
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

/** Shuts every loader of libvips that no accepted format needs. To be called before anything is opened. */
export function shutLoaders(): void {
  sharp.block({ operation: SHUT_LOADERS });
}
