import { InputError } from './analysis.js';

/**
 * A WebP file as its RIFF chunks declare it, before a pixel is decoded. Format: RFC 9649 (WebP Image Format).
 * Still pictures have exactly one frame of duration 0.
 */
export interface WebpFile {
  animated: boolean;
  /** Canvas size in px. */
  width: number;
  height: number;
  frames: WebpFrame[];
}

/** One frame of a {@link WebpFile}. */
export interface WebpFrame {
  /** Position and size on the canvas, px. */
  x: number;
  y: number;
  width: number;
  height: number;
  durationMs: number;
  /** Every pixel is opaque, so that blending with the frame before changes nothing. */
  opaque: boolean;
  /** Byte range in the file of the whole ANMF chunk's data, which the capture chain hashes; of the file, in a still. */
  chunk: ByteRange;
  /** Byte range of the one chunk (VP8, VP8L) that holds the frame's colours, header included. */
  picture: ByteRange;
}

/** Half-open range of bytes. */
export interface ByteRange {
  start: number;
  end: number;
}

const CHUNK_HEADER_BYTES = 8;
/** RFC 9649, 2.7.1.1: frame x, y, width, height and duration of 3 bytes each, and one byte of flags. */
const ANMF_HEADER_BYTES = 16;
/** RFC 9649, 2.7: of the flags in VP8X. */
const ANIMATION_FLAG = 0b10;
/** The chunks that may make one picture, in their order. */
const PICTURES = ['VP8 ', 'VP8L', 'ALPH,VP8 '];
const PICTURE_CHUNKS = ['ALPH', 'VP8 ', 'VP8L'];
/** Far more than any file needs. A million empty ones fit into 8 MB, and would hold up everybody for seconds. */
const MAX_CHUNKS = 4096;

/** Whether the bytes begin like a WebP file. */
export function isWebp(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && fourCc(bytes, 0) === 'RIFF' && fourCc(bytes, 8) === 'WEBP';
}

/**
 * Reads the chunks of a WebP file. A file that decoders could read otherwise is refused: what is measured against the limits and
 * what the capture chain hashes must be what is decoded.
 * @throws InputError `Undecodable`, also where the chunks contradict each other or end early
 */
export function readWebp(bytes: Uint8Array): WebpFile {
  if (!isWebp(bytes)) throw broken('it does not begin with a RIFF WEBP header');
  const end = CHUNK_HEADER_BYTES + uint32(bytes, 4);
  if (end > bytes.length) throw broken(`${end} bytes are declared and ${bytes.length} came`);
  const chunks = [...readChunks(bytes, 12, end)];
  const first = chunks[0];
  if (first?.name === 'VP8X') return readExtended(bytes, first, chunks);
  if (first?.name === 'VP8 ' || first?.name === 'VP8L') {
    return still(bytes, readBitstream(bytes, first), first);
  }
  throw broken('its first chunk is none of VP8, VP8L and VP8X');
}

/** The frame's picture as a still WebP file of its own, equal to the byte in its picture chunks. Needs an opaque frame. */
export function extractStill(bytes: Uint8Array, frame: WebpFrame): Buffer {
  const picture = bytes.subarray(frame.picture.start, frame.picture.end);
  const file = Buffer.allocUnsafe(12 + picture.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(4 + picture.length, 4);
  file.write('WEBP', 8, 'latin1');
  file.set(picture, 12);
  return file;
}

/** Whether each frame is a picture of the whole canvas by itself, so that frames decode independently of each other. */
export function hasIndependentFrames({ frames, width, height }: WebpFile): boolean {
  return frames.every((frame) => frame.opaque && frame.width === width && frame.height === height);
}

interface Chunk extends ByteRange {
  name: string;
  /** Where the chunk's own header begins. */
  header: number;
}

function* readChunks(bytes: Uint8Array, start: number, end: number): Generator<Chunk> {
  for (let at = start, count = 0; at + CHUNK_HEADER_BYTES <= end; count++) {
    if (count === MAX_CHUNKS) throw broken(`it has more than ${MAX_CHUNKS} chunks`);
    const size = uint32(bytes, at + 4);
    const chunk = {
      name: fourCc(bytes, at),
      header: at,
      start: at + CHUNK_HEADER_BYTES,
      end: at + CHUNK_HEADER_BYTES + size,
    };
    if (chunk.end > end) throw broken(`its ${JSON.stringify(chunk.name)} chunk ends after the file`);
    yield chunk;
    at = chunk.end + (size & 1);
  }
}

function readExtended(bytes: Uint8Array, header: Chunk, chunks: Chunk[]): WebpFile {
  if (header.end - header.start < 10) throw broken('its VP8X chunk is too short');
  const width = 1 + uint24(bytes, header.start + 4);
  const height = 1 + uint24(bytes, header.start + 7);
  const animated = ((bytes[header.start] ?? 0) & ANIMATION_FLAG) !== 0;
  const anmf = chunks.filter((chunk) => chunk.name === 'ANMF');
  const pictures = chunks.filter((chunk) => PICTURE_CHUNKS.includes(chunk.name));
  if (animated ? pictures.length > 0 : anmf.length > 0)
    throw broken('its frames and pictures contradict its animation flag');
  if (!animated) {
    const size = readPicture(bytes, pictures, { width, height });
    return still(bytes, size, size.chunk);
  }
  if (anmf.length === 0) throw broken('it holds no frame');
  return {
    animated,
    width,
    height,
    frames: anmf.map((chunk) => readFrame(bytes, chunk, width, height)),
  };
}

function readFrame(bytes: Uint8Array, chunk: Chunk, canvasWidth: number, canvasHeight: number): WebpFrame {
  if (chunk.end - chunk.start < ANMF_HEADER_BYTES) throw broken('one of its ANMF chunks is too short');
  const x = 2 * uint24(bytes, chunk.start);
  const y = 2 * uint24(bytes, chunk.start + 3);
  const width = 1 + uint24(bytes, chunk.start + 6);
  const height = 1 + uint24(bytes, chunk.start + 9);
  if (x + width > canvasWidth || y + height > canvasHeight)
    throw broken('one of its frames reaches outside the canvas');
  const parts = [...readChunks(bytes, chunk.start + ANMF_HEADER_BYTES, chunk.end)];
  const { chunk: picture, alpha } = readPicture(bytes, parts, { width, height });
  return {
    x,
    y,
    width,
    height,
    durationMs: uint24(bytes, chunk.start + 12),
    opaque: !alpha,
    chunk: { start: chunk.start, end: chunk.end },
    picture: padded(picture),
  };
}

/** The picture of these chunks, which must be of the declared size. An unknown chunk first would be decoded as if it were one. */
function readPicture(bytes: Uint8Array, parts: Chunk[], declared: { width: number; height: number }) {
  const chunk = parts.at(-1);
  if (!chunk || !PICTURES.includes(parts.map(({ name }) => name).join()))
    throw broken('one of its frames is not one picture (VP8 with or without ALPH before it, or VP8L)');
  const { width, height, alpha } = readBitstream(bytes, chunk);
  if (width !== declared.width || height !== declared.height)
    throw broken(
      `one of its frames is declared ${declared.width}x${declared.height} and holds a picture of ${width}x${height}`,
    );
  return { chunk, width, height, alpha: alpha || parts.length > 1 };
}

/** A chunk with its header and the byte that makes its length even. */
function padded({ header, start, end }: Chunk): ByteRange {
  return { start: header, end: end + ((end - start) & 1) };
}

function still(
  bytes: Uint8Array,
  size: { width: number; height: number; alpha: boolean },
  picture: Chunk,
): WebpFile {
  const frame = {
    x: 0,
    y: 0,
    width: size.width,
    height: size.height,
    durationMs: 0,
    opaque: !size.alpha,
    chunk: { start: 0, end: bytes.length },
    picture: padded(picture),
  };
  return { animated: false, width: size.width, height: size.height, frames: [frame] };
}

/** Size and alpha flag from the first bytes of the bitstream: RFC 6386 section 9.1 (VP8), RFC 9649 section 3.4 (VP8L). */
function readBitstream(bytes: Uint8Array, chunk: Chunk): { width: number; height: number; alpha: boolean } {
  const { start, end } = chunk;
  if (chunk.name === 'VP8L') {
    if (end - start < 5 || bytes[start] !== 0x2f) throw broken('its VP8L picture has no signature');
    const bits = uint32(bytes, start + 1);
    return {
      width: 1 + (bits & 0x3fff),
      height: 1 + ((bits >>> 14) & 0x3fff),
      alpha: ((bits >>> 28) & 1) === 1,
    };
  }
  const keyFrame = end - start >= 10 && ((bytes[start] ?? 1) & 1) === 0;
  if (!keyFrame || uint24(bytes, start + 3) !== 0x2a019d) throw broken('its VP8 picture is no key frame');
  return {
    width: uint24(bytes, start + 6) & 0x3fff,
    height: uint24(bytes, start + 8) & 0x3fff,
    alpha: false,
  };
}

function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (uint24(bytes, at) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

function broken(what: string): InputError {
  return new InputError('Undecodable', `expected a complete WebP file, but ${what}`);
}
