/**
 * An animated WebP put together from still ones, byte for byte: each picture stays as its encoder wrote it, so that the
 * frames which a device hashed are the frames that arrive. Format: RFC 9649 (WebP Image Format).
 */
export interface WebpStill {
  /** A still WebP file (VP8, VP8L or VP8X with an optional ALPH). */
  file: Uint8Array;
  /** Of the picture, px. */
  width: number;
  height: number;
  /** How long the frame is shown, ms; below 2^24. */
  durationMs: number;
}

const CHUNK_HEADER_BYTES = 8;
/** RIFF size field and the form type WEBP. */
const RIFF_HEADER_BYTES = 12;
/** RFC 9649, 2.7.1.1: x, y, width, height and duration of 3 bytes each, and one byte of flags. */
const ANMF_HEADER_BYTES = 16;
/** The frame replaces what lies beneath instead of being blended with it. */
const DO_NOT_BLEND = 0b10;
/** VP8X: the file is animated. */
const ANIMATION_FLAG = 0b10;
/** Chunks of a still file that belong into a frame of an animated one. */
const PICTURE_CHUNKS = ['ALPH', 'VP8 ', 'VP8L'];

/**
 * The data of the ANMF chunk that a still becomes as a full-canvas frame: what the capture chain hashes.
 * @throws TypeError when the bytes are no still WebP file
 */
export function anmfData({ file, width, height, durationMs }: WebpStill): Uint8Array {
  const pictures = pictureChunks(file);
  const data = new Uint8Array(ANMF_HEADER_BYTES + pictures.reduce((sum, chunk) => sum + chunk.length, 0));
  writeUint24(data, 6, width - 1);
  writeUint24(data, 9, height - 1);
  writeUint24(data, 12, Math.round(durationMs));
  data[15] = DO_NOT_BLEND;
  let at = ANMF_HEADER_BYTES;
  for (const chunk of pictures) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return data;
}

/** Joins frames, as {@link anmfData} made them, to one animated file that plays once. */
export function muxWebp(
  { width, height }: { width: number; height: number },
  frames: readonly Uint8Array[],
): Uint8Array {
  const size =
    RIFF_HEADER_BYTES +
    (CHUNK_HEADER_BYTES + 10) +
    (CHUNK_HEADER_BYTES + 6) +
    frames.reduce((sum, { length }) => sum + CHUNK_HEADER_BYTES + length + (length % 2), 0);
  const file = new Uint8Array(size);
  writeFourCc(file, 0, 'RIFF');
  writeUint32(file, 4, size - CHUNK_HEADER_BYTES);
  writeFourCc(file, 8, 'WEBP');
  let at = RIFF_HEADER_BYTES;
  const chunk = (name: string, data: Uint8Array) => {
    writeFourCc(file, at, name);
    writeUint32(file, at + 4, data.length);
    file.set(data, at + CHUNK_HEADER_BYTES);
    at += CHUNK_HEADER_BYTES + data.length + (data.length % 2);
  };
  const extended = new Uint8Array(10);
  extended[0] = ANIMATION_FLAG;
  writeUint24(extended, 4, width - 1);
  writeUint24(extended, 7, height - 1);
  chunk('VP8X', extended);
  // Background colour 0; one loop.
  chunk('ANIM', Uint8Array.of(0, 0, 0, 0, 1, 0));
  for (const frame of frames) chunk('ANMF', frame);
  return file;
}

/** The picture chunks of a still file with their headers and padding. */
function pictureChunks(file: Uint8Array): Uint8Array[] {
  if (file.length < RIFF_HEADER_BYTES || fourCc(file, 0) !== 'RIFF' || fourCc(file, 8) !== 'WEBP')
    throw new TypeError('expected a WebP file');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: Uint8Array[] = [];
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= file.length;) {
    const length = view.getUint32(at + 4, true);
    const end = at + CHUNK_HEADER_BYTES + length + (length % 2);
    if (end > file.length) throw new TypeError('expected a whole WebP file');
    if (PICTURE_CHUNKS.includes(fourCc(file, at))) found.push(file.subarray(at, end));
    at = end;
  }
  if (found.length === 0) throw new TypeError('expected a WebP file with one picture');
  return found;
}

function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function writeFourCc(bytes: Uint8Array, at: number, name: string): void {
  for (let k = 0; k < 4; k++) bytes[at + k] = name.charCodeAt(k);
}

function writeUint24(bytes: Uint8Array, at: number, value: number): void {
  for (let k = 0; k < 3; k++) bytes[at + k] = (value >>> (8 * k)) & 0xff;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let k = 0; k < 4; k++) bytes[at + k] = (value >>> (8 * k)) & 0xff;
}
