import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';

// Pictures and clips for tests and the bench, made from photographs that the set-up fetches beside the weights.

/** The folder that `npm run models` fills. */
export const MODELS_FOLDER = fileURLToPath(new URL('../../../models', import.meta.url));

/** Where a single large face is in a test photograph: a window of 480 x 640 px, in px of the photograph. */
export interface Person {
  photograph: number;
  left: number;
  top: number;
}

/** A woman who looks into the camera, mouth open, hair over part of her left eye. */
export const ANNA: Person = { photograph: 5, left: 237, top: 712 };
/** A woman who smiles, turned a little to her right. */
export const BERTA: Person = { photograph: 3, left: 950, top: 120 };

/** Size of {@link portrait}, px. */
export const WIDTH = 480;
export const HEIGHT = 640;

/** Path of a test photograph, 1 to 6: groups of three to five people. */
export function photographPath(number: number, modelsFolder = MODELS_FOLDER): string {
  return `${modelsFolder}/test-faces/sample${number}.jpg`;
}

/** The window of a photograph that shows one person, moved by `dx`, `dy` px. */
export function portrait({ photograph, left, top }: Person, dx = 0, dy = 0, modelsFolder?: string): Sharp {
  return sharp(photographPath(photograph, modelsFolder)).extract({
    left: left + Math.round(dx),
    top: top + Math.round(dy),
    width: WIDTH,
    height: HEIGHT,
  });
}

/** Raw RGB as a picture. */
export function fromPixels(rgb: Uint8Array, width: number, height: number): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** An even grey picture. */
export function greyPicture(width = WIDTH, height = HEIGHT): Sharp {
  return sharp({ create: { width, height, channels: 3, background: { r: 128, g: 128, b: 128 } } });
}

/** A clip of one person whose camera sways: `count` different frames, `stepMs` apart. */
export async function swayingClip(
  person: Person,
  count = 12,
  stepMs = 100,
  modelsFolder?: string,
): Promise<Buffer> {
  const pictures = Array.from({ length: count }, (_, k) =>
    portrait(person, 12 * Math.sin(k / 2), 8 * Math.cos(k / 3), modelsFolder),
  );
  return clipOf(pictures, stepMs);
}

/** A clip of these pictures, in the form that the client's recorder writes: full frames without blending. */
export async function clipOf(pictures: readonly Sharp[], stepMs = 100): Promise<Buffer> {
  return muxWebp(
    await Promise.all(pictures.map((picture) => picture.webp({ quality: 85 }).toBuffer())),
    stepMs,
  );
}

/** Joins still WebP files of one size into an animated one (RFC 9649). */
export function muxWebp(stills: readonly Buffer[], stepMs = 100): Buffer {
  const [first] = stills;
  if (!first) throw new RangeError('a clip needs a frame');
  const { width, height } = sizeOf(first);
  const canvas = Buffer.alloc(10);
  canvas[0] = 0x02;
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  const frames = stills.map((still) => {
    const header = Buffer.alloc(16);
    header.writeUIntLE(width - 1, 6, 3);
    header.writeUIntLE(height - 1, 9, 3);
    header.writeUIntLE(stepMs, 12, 3);
    header[15] = 0x02;
    return chunk('ANMF', Buffer.concat([header, still.subarray(12)]));
  });
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    chunk('VP8X', canvas),
    chunk('ANIM', Buffer.alloc(6)),
    ...frames,
  ]);
  return chunk('RIFF', body);
}

/** A RIFF chunk. */
export function chunk(name: string, data: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, data, Buffer.alloc(data.length & 1)]);
}

/** Size of a still WebP that begins with its VP8 chunk. */
function sizeOf(still: Buffer): { width: number; height: number } {
  if (still.toString('latin1', 12, 16) !== 'VP8 ')
    throw new Error('expected a lossy WebP without extensions');
  return { width: still.readUInt16LE(26) & 0x3fff, height: still.readUInt16LE(28) & 0x3fff };
}
