import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WIRE_ERRORS } from './errors.js';
import { LIVENESS_ERROR_MESSAGES, LIVENESS_ERRORS } from './quality.js';

/** Rows of the Markdown table under a heading, header lines left out. */
function tableUnder(heading: string): string[][] {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

describe('docs/errors.md', () => {
  it('lists every error as the code has it, and no other', () => {
    const rows = Object.entries<{ status: number; code?: string; message: string }>(WIRE_ERRORS).map(
      ([name, { status, code, message }]) => [name, String(status), code ?? name, message],
    );
    expect(tableUnder('All errors')).toEqual(rows);
  });

  it('lists every name of a failed attempt as the code has it, and no other', () => {
    expect(tableUnder('Names of a failed attempt')).toEqual(Object.entries(LIVENESS_ERROR_MESSAGES));
    expect(Object.keys(LIVENESS_ERROR_MESSAGES)).toEqual([...LIVENESS_ERRORS]);
  });
});
