import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIAGNOSES, isAcceptedType } from './diagnoses.js';

describe('docs/doctor.md', () => {
  it('lists every diagnosis as the code has it, and no other', () => {
    const text = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.slice(1)).toEqual(
      Object.entries(DIAGNOSES).map(([code, { cause, cure }]) => `| ${code} | ${cause} | ${cure} |`),
    );
  });
});

describe('the type of a file', () => {
  it.each([
    ['a.wasm', 'application/wasm', true],
    ['a.wasm', 'application/octet-stream', false],
    ['a.js', 'text/javascript; charset=utf-8', true],
    ['a.js', 'text/plain', false],
    ['a.js', null, false],
    ['a.bin', 'application/octet-stream', true],
  ])('%s as %s', (file, type, accepted) => {
    expect(isAcceptedType(file, type)).toBe(accepted);
  });
});
