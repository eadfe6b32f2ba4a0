import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCompanion } from '@bonafide/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '@bonafide/simulator';
import { findFault } from '@bonafide/engine/evaluation';
import { renderClip, requestOf } from '../simulate.js';
import { bonafide } from '../../test/command.js';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-simulate-'));
const at = (name: string) => join(folder, name);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Small frames: the clip is made in a second. */
const run = (name: string, ...more: string[]) =>
  bonafide('simulate', '--seed', '3', '--size', '180x240', '--out', at(name), ...more);

describe('simulate', () => {
  beforeAll(async () => {
    expect(await run('clip.webp', '--scenario', 'live')).toMatchObject({ code: 0 });
  });

  it('writes the clip and its companion, and the same ones for the same seed', async () => {
    const { out } = await run('again.webp', '--scenario', 'live', '--json');
    expect(JSON.parse(out)).toMatchObject({ companion: at('again.json'), scenario: 'live', seed: 3 });
    expect(readFileSync(at('again.webp'))).toEqual(readFileSync(at('clip.webp')));
    expect(readFileSync(at('again.json'))).toEqual(readFileSync(at('clip.json')));
  });

  it('makes a capture that the service would judge', async () => {
    const { code, out } = await bonafide('check', at('clip.webp'), '--metadata', at('clip.json'));
    expect(code).toBe(0);
    expect(out).toMatch(/^(realface|uncertain|spoofface) /);
    expect(out).not.toContain('Unbound');
  });

  it.each([
    [
      'with one changed byte',
      'chain does not follow',
      (clip: Buffer) => clip.fill(clip.readUInt8(5000) ^ 1, 5000, 5001),
    ],
    ['cut short', 'not an animated WebP', (clip: Buffer) => clip.subarray(0, 9000)],
  ])('makes one that check refuses %s', async (_, fault, change) => {
    writeFileSync(at('changed.webp'), change(readFileSync(at('clip.webp'))));
    const { code, err } = await bonafide('check', at('changed.webp'), '--metadata', at('clip.json'));
    expect(code).toBe(1);
    expect(err).toContain(fault);
  });

  it('refuses the metadata of another session', async () => {
    const companion = parseCompanion(JSON.parse(readFileSync(at('clip.json'), 'utf8')));
    const nonce = `A${companion.nonce.slice(1)}`;
    writeFileSync(at('stale.json'), JSON.stringify({ ...companion, nonce }));
    const { code, err } = await bonafide('check', at('clip.webp'), '--metadata', at('stale.json'));
    expect(code).toBe(1);
    expect(err).toContain('nonce is not that of the attempt');
  });

  it.each(['{"camera":"x"}', 'no JSON'])(
    'does not overwrite a file that is no companion: %s',
    async (text) => {
      writeFileSync(at('mine.json'), text);
      const { code, err } = await run('mine.webp', '--scenario', 'live');
      expect(code).toBe(1);
      expect(err).toMatch(/mine\.json is (no|not the) companion of a clip/);
      expect(readFileSync(at('mine.json'), 'utf8')).toBe(text);
      expect(existsSync(at('mine.webp'))).toBe(false);
    },
  );

  it('plays the challenge that was asked for', async () => {
    const kinds = (name: string) =>
      parseCompanion(JSON.parse(readFileSync(at(name), 'utf8'))).challenge.steps.map(({ kind }) => kind);
    expect(kinds('clip.json')).toEqual(expect.arrayContaining(['oval', 'turn', 'expression', 'light']));
    await run('still.webp', '--scenario', 'live', '--mode', 'Passive', '--no-light');
    expect(kinds('still.json')).not.toContain('light');
    expect(kinds('still.json')).not.toContain('expression');
  });

  it.each(SCENARIOS.map(({ name }) => [name, name.startsWith('payload-') ? 'refuses' : 'judges']))(
    'makes of %s a capture that a service %s',
    async (name, outcome) => {
      const scene = { size: { width: 60, height: 80 } };
      const { file, companion } = await renderClip(
        requestOf(name, 4, { mode: 'PassiveActive', light: true }, scene),
      );
      const fault = await findFault(file, parseCompanion(JSON.parse(JSON.stringify(companion))));
      expect(fault === null).toBe(outcome === 'judges');
    },
  );

  it('names the scenarios with their labels', async () => {
    const { code, out } = await bonafide('simulate', '--list');
    expect(code).toBe(0);
    expect(out).toMatch(/live +bonafide/);
    expect(JSON.parse((await bonafide('simulate', '--list', '--json')).out)).toContainEqual(
      expect.objectContaining({ name: 'live', label: 'bonafide', species: '' }),
    );
  });

  it.each([
    [
      'a scenario that there is not',
      ['--scenario', 'ghost', '--out', 'a.webp'],
      /no scenario ghost; expected one of live/,
    ],
    ['no scenario', ['--out', 'a.webp'], /needs --scenario NAME and --out FILE/],
    ['a file that is no .webp', ['--scenario', 'live', '--out', 'a.gif'], /must name a \.webp file/],
    ['a tone above 1', ['--scenario', 'live', '--out', 'a.webp', '--tone', '3'], /from 0 to 1/],
    ['a size without a height', ['--scenario', 'live', '--out', 'a.webp', '--size', '640'], /WIDTHxHEIGHT/],
  ])('exits 2 for %s', async (_, argv, line) => {
    const { code, err } = await bonafide('simulate', ...argv);
    expect(err).toMatch(line);
    expect(code).toBe(2);
  });
});
