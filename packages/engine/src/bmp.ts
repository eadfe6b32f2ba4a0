import { InputError } from './analysis.js';

/**
 * A reader of uncompressed Windows bitmaps: 1, 4 and 8 bits with a palette, 16 and 32 bits with or without masks, 24 bits,
 * either row order. The packages on npm ignore palettes, row order or the offset of the pixels and so show another picture.
 * Format: BITMAPFILEHEADER and BITMAPINFOHEADER of the Windows GDI reference.
 */
export interface BmpHeader {
  width: number;
  height: number;
  topDown: boolean;
  bitsPerPixel: number;
  pixelOffset: number;
  /** Bit masks of red, green and blue, for 16 and 32 bits. */
  masks: [number, number, number];
  /** Where the palette begins and how many 4-byte entries it has, for up to 8 bits. */
  palette: { offset: number; entries: number };
}

const FILE_HEADER_BYTES = 14;
const INFO_HEADER_BYTES = 40;
const BI_RGB = 0;
const BI_BITFIELDS = 3;

/** Whether the bytes begin like a bitmap. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Reads the headers. Throws {@link InputError} `Undecodable` for RLE, OS/2 headers and files that end early. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isBmp(bytes) || bytes.length < FILE_HEADER_BYTES + INFO_HEADER_BYTES)
    throw broken('its headers are incomplete');
  const headerSize = view.getUint32(14, true);
  if (headerSize < INFO_HEADER_BYTES) throw broken(`its header of ${headerSize} bytes is not a Windows one`);
  const signedHeight = view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const header: BmpHeader = {
    width: view.getInt32(18, true),
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bitsPerPixel,
    pixelOffset: view.getUint32(10, true),
    masks: bitsPerPixel === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff],
    palette: {
      offset: FILE_HEADER_BYTES + headerSize,
      entries: view.getUint32(46, true) || 2 ** Math.min(bitsPerPixel, 8),
    },
  };
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw broken(`it has ${bitsPerPixel} bits per pixel`);
  if (header.width < 1 || header.height < 1) throw broken(`its size is ${header.width}x${header.height}`);
  if (compression === BI_BITFIELDS && (bitsPerPixel === 16 || bitsPerPixel === 32)) {
    if (bytes.length < 66) throw broken('its headers are incomplete');
    header.masks = [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
  } else if (compression !== BI_RGB) throw broken(`its compression ${compression} is not supported`);
  if (header.pixelOffset + header.height * rowBytes(header) > bytes.length)
    throw broken(`it is truncated: ${bytes.length} bytes came`);
  return header;
}

/** Decodes to interleaved 8-bit RGB, top row first, into `rgb` (3 * width * height bytes). */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader, rgb: Uint8Array): void {
  const { width, height, topDown, pixelOffset } = header;
  const readPixel = pixelReader(bytes, header);
  const stride = rowBytes(header);
  for (let y = 0, out = 0; y < height; y++) {
    const row = pixelOffset + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++, out += 3) readPixel(row, x, rgb, out);
  }
}

type PixelReader = (row: number, x: number, rgb: Uint8Array, out: number) => void;

function pixelReader(bytes: Uint8Array, { bitsPerPixel, masks, palette }: BmpHeader): PixelReader {
  const byte = (at: number) => bytes[at] ?? 0;
  if (bitsPerPixel === 24) {
    return (row, x, rgb, out) => {
      for (let channel = 0; channel < 3; channel++) rgb[out + channel] = byte(row + 3 * x + 2 - channel);
    };
  }
  if (bitsPerPixel <= 8) {
    const perByte = 8 / bitsPerPixel;
    const mask = 2 ** bitsPerPixel - 1;
    return (row, x, rgb, out) => {
      const shift = 8 - bitsPerPixel * (1 + (x % perByte));
      const index = (byte(row + Math.floor(x / perByte)) >> shift) & mask;
      if (index >= palette.entries) throw broken('a pixel is outside its palette');
      for (let channel = 0; channel < 3; channel++)
        rgb[out + channel] = byte(palette.offset + 4 * index + 2 - channel);
    };
  }
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, max: Math.max(1, mask >>> shift) };
  });
  const pixelBytes = bitsPerPixel / 8;
  return (row, x, rgb, out) => {
    let value = 0;
    for (let k = pixelBytes - 1; k >= 0; k--) value = (value << 8) | byte(row + pixelBytes * x + k);
    channels.forEach(({ mask, shift, max }, channel) => {
      rgb[out + channel] = Math.round((255 * ((value & mask) >>> shift)) / max);
    });
  };
}

/** Rows are padded to 4 bytes. */
function rowBytes({ width, bitsPerPixel }: BmpHeader): number {
  return 4 * Math.ceil((width * bitsPerPixel) / 32);
}

function broken(what: string): InputError {
  return new InputError('Undecodable', `expected an uncompressed BMP file, but ${what}`);
}
