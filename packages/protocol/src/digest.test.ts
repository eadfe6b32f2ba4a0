import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { captureDigest, type DetectCall } from './digest.js';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();
const call: DetectCall = {
  sessionId: '3847FFD3-4657-4e6c-870c-8e20de52f567',
  requestId: 'f71b855f-5bba-48f3-a441-5dbce35df291',
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  content: new TextEncoder().encode('content'),
  metadata: '<insert-metadata>',
};

describe('the digest of a detect call', () => {
  it('is the upper-case SHA-256 of its six lines', async () => {
    const lines = [
      'bonafide-digest-v1',
      '3847ffd3-4657-4e6c-870c-8e20de52f567',
      'f71b855f-5bba-48f3-a441-5dbce35df291',
      'AAECAwQFBgcICQoLDA0ODw',
      'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73',
      sha256('<insert-metadata>').toString('hex'),
    ].join('\n');
    expect(await captureDigest(call, sha256)).toBe(sha256(lines).toString('hex').toUpperCase());
  });

  it('equals the published test vectors', async () => {
    expect(await captureDigest(call, sha256)).toBe(BOUND);
    expect(await captureDigest({ ...call, nonce: '' }, sha256)).toBe(UNBOUND);
  });

  it('differs for the same capture in another call', async () => {
    expect(await captureDigest({ ...call, requestId: call.sessionId }, sha256)).not.toBe(BOUND);
  });
});

/** Also printed in docs/api.md. */
const BOUND = '2D9E766DDE03E5DBC9035E63C9F2448CB30F75526B50CEF1345F39ECB67DE17D';
const UNBOUND = '6468C471F3587CF1FA1B435D7FF8896099B0076157FF9F22A18A07029AAA89DB';
