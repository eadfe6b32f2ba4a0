import { AT_REST, createPerson, createRoom, renderPerson } from '@bonafide/simulator';
import sharp from 'sharp';

/** Width and height of {@link portrait}, px. */
export const PORTRAIT_SIZE = { width: 480, height: 640 };

/** A photograph, PNG, of the simulated person of a seed. */
export async function portrait(seed: number): Promise<Buffer> {
  const scene = { person: createPerson(seed), room: createRoom(seed) };
  const light = { ambient: [0.5, 0.48, 0.45], screen: [0.02, 0.02, 0.02] } as const;
  const pixels = renderPerson(scene, { ...AT_REST, faceWidth: 0.5 }, light, PORTRAIT_SIZE);
  return sharp(pixels, { raw: { ...PORTRAIT_SIZE, channels: 3 } })
    .png()
    .toBuffer();
}
