import { writeFileSync } from 'node:fs';
import { AT_REST, createPerson, createRoom, renderPerson } from '@bonafide/simulator';
import sharp from 'sharp';

const SIZE = { width: 640, height: 480 };
/** The browser shows so many pictures a second, again and again. */
const PICTURES = 8;

/**
 * Writes a film for Chromium's fake camera: a simulated person who looks at the camera and breathes. Chromium takes JPEGs one
 * after another, and only with colour at half the resolution (others become green without an error).
 */
export async function writeCameraFile(file: string): Promise<void> {
  const scene = { person: createPerson(11), room: createRoom(11) };
  const pictures: Buffer[] = [];
  for (let k = 0; k < PICTURES; k++) {
    const sway = Math.sin((2 * Math.PI * k) / PICTURES);
    const state = { ...AT_REST, faceWidth: 0.42 + 0.001 * sway, faceCentreY: 0.5 + 0.002 * sway };
    const pixels = renderPerson(
      scene,
      state,
      { ambient: [0.5, 0.48, 0.45], screen: [0.02, 0.02, 0.02] },
      SIZE,
    );
    const raw = { raw: { ...SIZE, channels: 3 as const } };
    pictures.push(await sharp(pixels, raw).jpeg({ quality: 92, chromaSubsampling: '4:2:0' }).toBuffer());
  }
  writeFileSync(file, Buffer.concat(pictures));
}
