import { copyFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { bonafide, makeFiles } from '../../test/command.js';

const { folder, at, remove } = makeFiles();
afterAll(remove);

/** One worker is enough for one picture. */
const check = (...argv: string[]) => bonafide('check', ...argv, '--workers', '1');

describe('check', () => {
  it('shows decision, reasons, evidence, frames and time, and that a still is a still', async () => {
    const { code, out } = await check(at('portrait.jpg'));
    expect(code).toBe(0);
    expect(out).toMatch(/^(realface|uncertain|spoofface) {3}score −?\d/);
    expect(out).toContain('A still, judged by its one frame');
    for (const part of ['Reasons', 'Evidence', 'pad-networks', 'Frames', 'engine bonafide-'])
      expect(out).toContain(part);
    expect(out).toMatch(/\d+ ms, engine/);
  });

  it('compares with a reference, and never prints an embedding', async () => {
    const { code, out } = await check(at('portrait.jpg'), '--reference', at('portrait.jpg'), '--json');
    expect(code).toBe(0);
    const { analysis, reference, timeMs } = JSON.parse(out) as {
      analysis: { mode: string; verification: { matchConfidence: number } };
      reference: Record<string, unknown>;
      timeMs: number;
    };
    expect(analysis.mode).toBe('singleFrame');
    expect(analysis.verification.matchConfidence).toBeGreaterThan(0.99);
    expect(Object.keys(reference)).not.toContain('template');
    expect(timeMs).toBeGreaterThan(0);
  });

  it('is uncertain about a picture without a face', async () => {
    const { code, out } = await check(at('grey.bmp'));
    expect(code).toBe(0);
    expect(out).toMatch(/^uncertain {3}score –/);
    expect(out).toContain('NoFace');
  });

  it.each([
    ['a missing file', ['none.jpg'], /^bonafide: none\.jpg cannot be read: ENOENT.*\n$/],
    ['a file that is no picture', ['text.jpg'], /^bonafide: expected an animated WebP.*\n$/],
    ['a missing reference', ['grey.bmp', '--reference', 'none.jpg'], /^bonafide: none\.jpg cannot.*\n$/],
    [
      'a broken companion',
      ['grey.bmp', '--metadata', 'text.jpg'],
      /^bonafide: .*not the companion of a clip.*\n$/,
    ],
    ['missing weights', ['grey.bmp', '--models-dir', 'nowhere'], /^bonafide: .*nowhere.*npm run models.*\n$/],
    ['a missing policy', ['grey.bmp', '--policy', 'none.json'], /^bonafide: .*none\.json.*\n$/],
  ])('exits 1 with one line for %s', async (_, argv, line) => {
    const here = argv.map((word) => (/\.(jpg|bmp|json)$|nowhere/.test(word) ? at(word) : word));
    const { code, err } = await check(...here);
    expect(err.replaceAll(`${folder}/`, '')).toMatch(line);
    expect(code).toBe(1);
  });

  it('does not judge a clip without its session because the companion beside it is damaged', async () => {
    copyFileSync(at('portrait.jpg'), at('damaged.jpg'));
    writeFileSync(at('damaged.json'), '{"schema":"bonafide-comp');
    const { code, err } = await check(at('damaged.jpg'));
    expect(err).toMatch(/damaged\.json is not the companion of a clip/);
    expect(code).toBe(1);
  });

  it('shows the stack when asked', async () => {
    const { code, err } = await check(at('none.jpg'), '--verbose');
    expect(err).toContain('    at ');
    expect(code).toBe(1);
  });
});
