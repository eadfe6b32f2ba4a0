import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson, captureChain, nonceBytes, uuidBytes, type ChainedFrame } from './capture-chain.js';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();
const sessionId = '3847ffd3-4657-4e6c-870c-8e20de52f567';
const nonce = 'AAECAwQFBgcICQoLDA0ODw';
const frames: ChainedFrame[] = [
  { data: new TextEncoder().encode('first'), meta: { k: 0, timeMs: 0, stepId: 0, width: 480, height: 640 } },
  {
    data: new TextEncoder().encode('second'),
    meta: { k: 1, timeMs: 33.5, stepId: 0, width: 480, height: 640 },
  },
];

describe('the capture chain', () => {
  it('is what its definition says, step by step', async () => {
    const link0 = sha256(Buffer.concat([uuidBytes(sessionId), nonceBytes(nonce)]));
    const meta = '{"height":640,"k":0,"stepId":0,"timeMs":0,"width":480}';
    const link1 = sha256(Buffer.concat([link0, sha256('first'), sha256(meta)]));
    expect(await captureChain(sessionId, nonce, [], sha256)).toBe(link0.toString('hex'));
    expect(await captureChain(sessionId, nonce, frames.slice(0, 1), sha256)).toBe(link1.toString('hex'));
  });

  it('equals the published test vector', async () => {
    expect(await captureChain(sessionId.toUpperCase(), nonce, frames, sha256)).toBe(VECTOR);
  });

  it.each<[string, ChainedFrame[]]>([
    ['a flipped byte', [{ ...frames[0], data: new TextEncoder().encode('firsT') } as ChainedFrame]],
    ['swapped frames', [...frames].reverse()],
    [
      'a moved time',
      frames.map(({ data, meta }) => ({ data, meta: { ...meta, timeMs: meta.timeMs + 0.1 } })),
    ],
    ['a missing frame', frames.slice(0, 1)],
  ])('tells %s', async (_what, changed) => {
    expect(await captureChain(sessionId, nonce, changed, sha256)).not.toBe(VECTOR);
  });

  it('reads every nonce as Node does', () => {
    for (let k = 0; k < 256; k++) {
      const bytes = sha256(String(k)).subarray(0, 16);
      expect(Buffer.from(nonceBytes(bytes.toString('base64url')))).toEqual(bytes);
    }
  });

  it('refuses what is no nonce, no UUID or no JSON', () => {
    expect(() => nonceBytes('short')).toThrow(TypeError);
    expect(() => uuidBytes('3847ffd3')).toThrow(TypeError);
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
  });
});

/** Also printed in docs/capture-protocol.md. */
const VECTOR = 'c9b8cd015b1b2d6caad279167e2898f08559d92dd830b7269a0104e77bbf4a8e';
