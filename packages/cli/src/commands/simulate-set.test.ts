import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readManifest } from '../evaluate/dataset.js';
import { manifestOf } from '../simulated-set.js';
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

  it.each([
    [
      'other frames',
      ['--size', '80x96'],
      /size was {"width":72,"height":96} and is {"width":80,"height":96}/,
    ],
    ['another challenge', ['--no-light'], /light was true and is false/],
    ['what was left to the seed', ['--tone', '0.5'], /tone was left to the seed and is 0\.5/],
  ])('does not mix clips of %s into a set', async (_, more, difference) => {
    const manifest = readFileSync(join(folder, 'manifest.csv'), 'utf8');
    const { code, err } = await make('--scenarios', 'live', ...more);
    expect(code).toBe(1);
    expect(err).toMatch(difference);
    expect(readFileSync(join(folder, 'manifest.csv'), 'utf8')).toBe(manifest);
  });

  it('does not go on with clips of another simulator, or of one that is not known', async () => {
    const record = join(folder, 'set.json');
    const text = readFileSync(record, 'utf8');
    writeFileSync(record, text.replace(/"simulator": "../, '"simulator": "--'));
    expect((await make('--scenarios', 'live')).err).toMatch(/simulator was "--\w+" and is "\w+"/);
    rmSync(record);
    expect((await make('--scenarios', 'live')).err).toContain('has clips and no set.json');
    writeFileSync(record, text);
    expect((await make('--scenarios', 'live')).code).toBe(0);
  });

  it('does not overwrite the manifest of somebody else', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    for (const text of ['path,label\na.jpg,attack\n', manifestOf([]).replace('licence', 'notes')]) {
      writeFileSync(join(other, 'manifest.csv'), text);
      const { code, err } = await bonafide('simulate-set', other, '--count', '1', '--scenarios', 'live');
      expect(err).toContain('manifest.csv is not as simulate-set writes it');
      expect(code).toBe(1);
      expect(readFileSync(join(other, 'manifest.csv'), 'utf8')).toBe(text);
    }
    expect(readdirSync(other)).toEqual(['manifest.csv']);
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
