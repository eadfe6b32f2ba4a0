import { describe, expect, it, vi } from 'vitest';
import { readCaptureMetadata } from './capture-binding.js';

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
