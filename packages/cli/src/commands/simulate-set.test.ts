import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readManifest } from '../evaluate/dataset.js';
import { bonafide } from '../../test/command.js';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-set-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const make = (...more: string[]) =>
  bonafide('simulate-set', folder, '--count', '2', '--size', '72x96', '--workers', '2', ...more);

describe('simulate-set', () => {
  it('makes clips and a manifest that evaluate reads, and makes nothing twice', async () => {
    const { code, out, err } = await make('--scenarios', 'live', 'print-flat');
    expect(err).not.toContain('bonafide:');
    expect(code).toBe(0);
    expect(out).toContain('4 simulated clips of 2 scenarios');
    const { presentations } = readManifest(join(folder, 'manifest.csv'));
    expect(
      presentations.map(({ path, label, species, subject, simulated, media }) =>
        [path, label, species, subject, simulated, media].join(' '),
      ),
    ).toEqual([
      'live/00001.webp bonafide  simulated-1 true clip',
      'print-flat/00001.webp attack print-flat simulated-1 true clip',
      'live/00002.webp bonafide  simulated-2 true clip',
      'print-flat/00002.webp attack print-flat simulated-2 true clip',
    ]);
    const [first = ''] = presentations.map(({ file }) => file);
    const { mtimeMs } = statSync(first);
    await make('--scenarios', 'live', 'print-flat');
    expect(statSync(first).mtimeMs).toBe(mtimeMs);
  });

  it('makes the same clip as simulate does', async () => {
    const out = join(folder, 'one.webp');
    await bonafide('simulate', '--scenario', 'live', '--seed', '2', '--size', '72x96', '--out', out);
    expect(readFileSync(out)).toEqual(readFileSync(join(folder, 'live/00002.webp')));
  });

  it('refuses a scenario that there is not', async () => {
    const { code, err } = await make('--scenarios', 'ghost');
    expect(code).toBe(2);
    expect(err).toContain('no scenario ghost');
  });
});
