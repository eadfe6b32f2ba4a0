import { captureChain, muxWebp, type CaptureMetadata, type Companion, type Sha256 } from '@bonafide/protocol';
import { drawCamera } from '../camera/camera.js';
import type { Size } from '../render-person.js';
import type { ClipSession } from '../setting.js';
import { playScript } from './script.js';
import { takeFrames } from './timing.js';

/** Between the frames of a file that a program hands over by the clock. */
const CLOCKED = { periodMs: 1000 / 30, jitterMs: 0, dropped: 0 };

/**
 * Binds the frames of an old capture to a new session, as anybody can who has read how the chain is made: their bytes stay,
 * in their order, and the times, the steps and the chain are made up to fit the new challenge.
 * @param frames data of the old ANMF chunks
 */
export async function resignClip(
  { frames, size }: { frames: readonly Uint8Array[]; size: Size },
  { sessionId, nonce, challenge }: ClipSession,
  seed: number,
  sha256: Sha256,
): Promise<{ file: Uint8Array; companion: Companion }> {
  const aspect = size.width / Math.min(size.width, size.height);
  const script = playScript(challenge, seed, { handheld: true, aspect });
  const camera = { ...drawCamera(seed, 0.6), frame: CLOCKED, latencyMs: 5 };
  const wanted = takeFrames(script, camera, size, seed);
  const n = Math.min(wanted.length, frames.length);
  const picked = Array.from({ length: n }, (_, k) => ({
    meta: wanted[Math.floor((k * wanted.length) / n)]?.meta,
    data: frames[Math.floor((k * frames.length) / n)],
  })).flatMap(({ meta, data }, k) => (meta && data ? { meta: { ...meta, k }, data } : []));
  const metadata: CaptureMetadata = {
    schema: 'bonafide-capture/1',
    sessionId,
    nonce,
    client: { name: 'bonafide-simulator', version: '0.1.0' },
    camera: { label: 'Integrated Camera', settings: { ...size, frameRate: 30 } },
    steps: script.steps,
    light: script.light,
    events: [],
    frames: picked.map(({ meta }) => meta),
    chain: await captureChain(sessionId, nonce, picked, sha256),
  };
  return {
    file: muxWebp(
      size,
      picked.map(({ data }) => data),
    ),
    companion: { schema: 'bonafide-companion/1', sessionId, nonce, challenge, metadata },
  };
}
