import { createHash } from 'node:crypto';
import { issueChallenge } from '@bonafide/engine';
import {
  Cast,
  simulateClip,
  type ClipOptions,
  type ClipRequest,
  type ClipSession,
  type Codecs,
} from '@bonafide/simulator';
import type { Companion } from '@bonafide/protocol';
import sharp from 'sharp';

/** Encoders of this machine. */
const codecs: Codecs = {
  webp: ({ rgb, width, height }, quality) =>
    sharp(rgb, { raw: { width, height, channels: 3 } })
      .webp({ quality, effort: 0 })
      .toBuffer(),
  async jpeg({ rgb, width, height }, quality) {
    const file = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer();
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    return { rgb: new Uint8ClampedArray(data), width, height };
  },
};

export const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

/** What the session of a simulated clip asks for. */
export interface Session {
  mode: 'Passive' | 'PassiveActive';
  light: boolean;
}

/** A session that follows from a seed: its id and nonce are hashes, its challenge the one that a service would draw. */
export function sessionOf(seed: number, { mode, light }: Session): ClipSession {
  const id = sha256(`simulated session ${seed}`).toString('hex');
  const nonce = sha256(`simulated nonce ${seed}`).subarray(0, 16);
  return {
    // A UUID of random bits (RFC 9562, version 4).
    sessionId: `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`,
    nonce: nonce.toString('base64url'),
    challenge: issueChallenge(nonce, { mode, light }),
  };
}

/** A clip with its companion, as `check` and `evaluate` read them. */
export interface RenderedClip {
  file: Uint8Array;
  companion: Companion;
}

/** What a seed stands for: a session of its own, and an earlier one that attacks have recordings of. */
export function requestOf(scenario: string, seed: number, asked: Session, options: ClipOptions): ClipRequest {
  return { scenario, seed, session: sessionOf(seed, asked), earlier: sessionOf(-1 - seed, asked), options };
}

/**
 * Renders a clip in this thread.
 * @param cast that of the clips before, which spares painting their people again
 */
export function renderClip(request: ClipRequest, cast = new Cast()): Promise<RenderedClip> {
  return simulateClip(request, codecs, sha256, cast);
}
