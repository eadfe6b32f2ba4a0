import { createHash } from 'node:crypto';
import { anmfData, type Challenge } from '@bonafide/protocol';
import { resignClip } from '@bonafide/simulator';
import sharp from 'sharp';

const SIZE = { width: 48, height: 64 };
const FRAMES = 24;

/** What `session/start` answers. */
export interface Started {
  nonce: string;
  challenge: Challenge;
}

/** The parts of a detect call whose capture belongs to its attempt: grey frames, and everything else as the client makes it. */
export async function capturedFor(
  sessionId: string,
  { nonce, challenge }: Started,
): Promise<{ Content: Buffer; Metadata: string }> {
  const frames = await GREY_FRAMES;
  const { file, companion } = await resignClip(
    { frames, size: SIZE },
    { sessionId, nonce, challenge },
    1,
    (data) => createHash('sha256').update(data).digest(),
  );
  return { Content: Buffer.from(file), Metadata: JSON.stringify(companion.metadata) };
}

/** The same for every capture: what binds it is added. */
const GREY_FRAMES = Promise.all(Array.from({ length: FRAMES }, (_, k) => greyFrame(8 * k)));

async function greyFrame(level: number): Promise<Uint8Array> {
  const background = { r: level, g: level, b: level };
  const file = await sharp({ create: { ...SIZE, channels: 3, background } })
    .webp()
    .toBuffer();
  return anmfData({ file, ...SIZE, durationMs: 100 });
}
