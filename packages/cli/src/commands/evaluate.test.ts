import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { bonafide, makeFiles, PORTRAIT, start } from '../../test/command.js';

const { at, remove } = makeFiles();
afterAll(remove);

/** One worker is enough for a few pictures. */
const evaluate = (...argv: string[]) => bonafide('evaluate', ...argv, '--workers', '1');

describe('evaluate', () => {
  it('writes scores, report and page, and does nothing twice', async () => {
    writeFileSync(
      at('manifest.csv'),
      'path,label,species\nportrait.jpg,bonafide,\ngrey.bmp,attack,print\ntext.jpg,other,\n',
    );
    const out = at('evaluation');
    const first = await evaluate(at('manifest.csv'), '--out', out);
    expect(first.code).toBe(0);
    expect(first.out).toContain('Stills');
    expect(first.out).toContain('no ISO conformance test');
    expect(first.out).toContain('1 file could not be read and is in no figure: text.jpg');
    expect(first.err).not.toContain('no error rates');
    const scores = readFileSync(join(out, 'scores.jsonl'), 'utf8');
    const lines = scores
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; decision: string });
    expect(lines.map(({ path }) => path)).toEqual(['portrait.jpg', 'grey.bmp', 'text.jpg']);
    expect(lines.slice(1).map(({ decision }) => decision)).toEqual(['noResponse', 'noResponse']);
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as { schema: string };
    expect(report.schema).toBe('bonafide-report/1');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);

    expect((await evaluate(at('manifest.csv'), '--out', out)).code).toBe(0);
    expect(readFileSync(join(out, 'scores.jsonl'), 'utf8')).toBe(scores);

    const compared = await bonafide('compare', out, out, '--out', at('comparison'));
    expect(compared.out).toContain('0 of 3 shared presentations got another decision');
    expect(existsSync(at('comparison/comparison.html'))).toBe(true);
  });

  it('breaks off on Ctrl-C and goes on from there', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `copy${index}.jpg`);
    for (const name of names) copyFileSync(PORTRAIT, at(name));
    writeFileSync(at('many.csv'), `path,label\n${names.map((name) => `${name},bonafide\n`).join('')}`);
    const scores = join(at('broken'), 'scores.jsonl');
    const lines = () => (existsSync(scores) ? readFileSync(scores, 'utf8').split('\n').length - 1 : 0);

    const child = start('evaluate', at('many.csv'), '--out', at('broken'), '--workers', '1');
    while (lines() < 3 && child.process.exitCode === null) await delay(20);
    child.process.kill('SIGINT');
    const broken = await child.ended;
    expect(broken.err).toContain('bonafide: broken off; the same command goes on from here');
    expect(broken.code).toBe(1);
    const kept = readFileSync(scores, 'utf8');
    expect(lines()).toBeLessThan(12);

    expect((await evaluate(at('many.csv'), '--out', at('broken'))).code).toBe(0);
    expect(lines()).toBe(12);
    for (const line of kept.trim().split('\n')) expect(readFileSync(scores, 'utf8')).toContain(line);
  });

  it('says before and after it judges that labels ask for no error rates', async () => {
    writeFileSync(at('words.csv'), 'path,label\ngrey.bmp,live\ntext.jpg,spoof\n');
    const { code, out, err } = await evaluate(at('words.csv'), '--out', at('words'));
    expect(code).toBe(0);
    for (const said of [out, err])
      expect(said).toContain('nothing is labelled bonafide or attack, but live, spoof');
  });

  it('compares pairs', async () => {
    writeFileSync(
      at('pairs.csv'),
      'path_a,path_b,same\nportrait.jpg,portrait.jpg,1\nportrait.jpg,grey.bmp,0\n',
    );
    const { code, out } = await evaluate('--pairs', at('pairs.csv'), '--out', at('pairs'));
    expect(code).toBe(0);
    expect(out).toMatch(/unspecified +0 +– +– +1 +0\.0/);
    expect(readFileSync(at('pairs/pairs.jsonl'), 'utf8')).toContain('"reason":"NoFace');
  });

  it('names faulty lines of a manifest before it starts', async () => {
    writeFileSync(at('faulty.csv'), 'path,label\ngone.jpg,bonafide\n');
    const { code, err } = await evaluate(at('faulty.csv'), '--out', at('faulty'));
    expect(err).toContain('faulty.csv:2: gone.jpg does not exist');
    expect(code).toBe(1);
    expect(existsSync(at('faulty'))).toBe(false);
  });
});
