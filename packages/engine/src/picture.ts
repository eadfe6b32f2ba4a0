import sharp from 'sharp';
import type { Frame } from './decode.js';

/** Detail that a person who looks at the picture would miss is lost below. */
const JPEG_QUALITY = 90;

/** A frame as JPEG, without any metadata. */
export function encodePicture({ rgb, width, height }: Frame): Promise<Uint8Array> {
  // A copy: the encoder takes no shared memory.
  const pixels = Buffer.from(rgb.subarray(0, 3 * width * height));
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}
