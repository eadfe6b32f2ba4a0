import { describe, expect, it, vi } from 'vitest';
import { boundClip } from '../test/bound-clip.js';
import { findBindingFault, readCaptureMetadata } from './capture-binding.js';

const bytesOf = (value: object) => Buffer.from(JSON.stringify(value));
const LONG = 'x'.repeat(300 * 1024);

describe('the metadata of a capture', () => {
  it('is broken where it claims to be ours and is longer than any capture needs', () => {
    const read = readCaptureMetadata(bytesOf({ schema: 'bonafide-capture/1', padding: LONG }));
    expect(read).toEqual({ kind: 'broken', fault: 'it is longer than 262144 bytes' });
  });

  it('is not parsed where it is that long', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(readCaptureMetadata(bytesOf({ padding: LONG }))).toEqual({ kind: 'unbound' });
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });
});

describe('a capture that claims to have lasted longer than its nonce is old', () => {
  const { capture } = boundClip([], [], [{ timeMs: 100, stepId: 0 }]);
  if (!capture) throw new Error('the clip is bound');
  const steps = [{ id: 0, shownAtMs: 0, doneAtMs: 200 }];
  const metadata = { ...capture.metadata, steps, light: [{ index: -1, shownAtMs: 300 }] };
  const challenge = {
    ...capture.challenge,
    steps: [{ kind: 'oval', id: 0 }],
  } as unknown as typeof capture.challenge;
  const faultOf = (changed: object) =>
    findBindingFault(
      new Uint8Array(),
      { ...metadata, ...changed },
      { ...capture, challenge, elapsedMs: 5000 },
    );
  const fault = 'the capture lasts longer than its nonce is old';

  it('is refused, whichever of its stamps says so', async () => {
    expect(await faultOf({})).not.toBe(fault);
    const frames = metadata.frames.map((frame) => ({ ...frame, timeMs: 6001 }));
    expect(await faultOf({ frames })).toBe(fault);
    expect(await faultOf({ steps: [{ id: 0, shownAtMs: 6001, doneAtMs: null }] })).toBe(fault);
    expect(await faultOf({ steps: [{ id: 0, shownAtMs: 0, doneAtMs: 6001 }] })).toBe(fault);
    expect(await faultOf({ light: [{ index: -1, shownAtMs: 6001 }] })).toBe(fault);
  });
});
