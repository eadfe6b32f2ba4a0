import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The command as users start it; `npm test` builds it first. */
const COMMAND = fileURLToPath(new URL('../bin/bonafide.js', import.meta.url));

/** A photograph with exactly one face, put there with the weights. */
const PORTRAIT = fileURLToPath(new URL('../../../models/test-faces/sample2.jpg', import.meta.url));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Starts the command. */
function start(...argv: string[]): { process: ChildProcess; ended: Promise<Ran> } {
  const child = spawn(process.execPath, [COMMAND, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (ran.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ran.err += text.toString()));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ ...ran, code });
    });
  });
  return { process: child, ended };
}

/** Runs the command to its end. */
function bonafide(...argv: string[]): Promise<Ran> {
  return start(...argv).ended;
}

/** A grey 24-bit BMP without anybody in it. */
function greyPicture(width: number, height: number): Buffer {
  const head = Buffer.alloc(54);
  const pixels = Buffer.alloc(Math.ceil((width * 3) / 4) * 4 * height, 128);
  head.write('BM');
  head.writeUInt32LE(head.length + pixels.length, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  head.writeUInt32LE(pixels.length, 34);
  return Buffer.concat([head, pixels]);
}

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-cli-'));
  copyFileSync(PORTRAIT, at('portrait.jpg'));
  writeFileSync(at('grey.bmp'), greyPicture(320, 240));
  writeFileSync(at('text.jpg'), 'no picture at all');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('help', () => {
  it('names every command, and each command shows examples', async () => {
    const { code, out } = await bonafide('--help');
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name]) =>
      name && name !== 'help' ? [name] : [],
    );
    expect(names).toEqual(expect.arrayContaining(['check', 'evaluate', 'compare']));
    for (const help of await Promise.all(names.map((name) => bonafide(name, '--help')))) {
      expect(help.code).toBe(0);
      expect(help.out).toContain('npx --no bonafide');
    }
  });

  it('tells the version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await bonafide('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

describe('wrong use', () => {
  it.each([
    ['no command', [], 'Usage: bonafide'],
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['no file', ['check'], "missing required argument 'file'"],
    ['too many files', ['check', 'a', 'b'], 'too many arguments'],
    ['an unknown option', ['check', 'a', '--colour'], "unknown option '--colour'"],
    ['an unknown operating point', ['check', 'a', '--operating-point', 'lax'], 'Allowed choices are strict'],
    ['no whole number', ['check', 'a', '--workers', 'two'], 'Expected a whole number from 1 to 256'],
    ['nothing to evaluate', ['evaluate'], 'evaluate needs a manifest, or pairs by --pairs'],
    ['an unknown grouping', ['evaluate', 'm.csv', '--by', 'day'], 'Allowed choices are clip, subject'],
  ])('%s exits 2 with a sentence', async (_, argv, sentence) => {
    const { code, out, err } = await bonafide(...argv);
    expect(err).toContain(sentence);
    expect(err).not.toContain('    at ');
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('check', () => {
  it('shows decision, reasons, evidence, frames and time, and that a still is a still', async () => {
    const { code, out } = await bonafide('check', at('portrait.jpg'));
    expect(code).toBe(0);
    expect(out).toMatch(/^(realface|uncertain|spoofface) {3}score −?\d/);
    expect(out).toContain('A still, judged by its one frame');
    for (const part of ['Reasons', 'Evidence', 'pad-networks', 'Frames', 'engine bonafide-'])
      expect(out).toContain(part);
    expect(out).toMatch(/\d+ ms, engine/);
  });

  it('compares with a reference, and never prints an embedding', async () => {
    const { code, out } = await bonafide(
      'check',
      at('portrait.jpg'),
      '--reference',
      at('portrait.jpg'),
      '--json',
    );
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
    const { code, out } = await bonafide('check', at('grey.bmp'));
    expect(code).toBe(0);
    expect(out).toMatch(/^uncertain {3}score –/);
    expect(out).toContain('NoFace');
  });

  it.each([
    ['a missing file', ['check', 'none.jpg'], /^bonafide: none\.jpg cannot be read: ENOENT.*\n$/],
    ['a file that is no picture', ['check', 'text.jpg'], /^bonafide: expected an animated WebP.*\n$/],
    [
      'a missing reference',
      ['check', 'grey.bmp', '--reference', 'none.jpg'],
      /^bonafide: none\.jpg cannot.*\n$/,
    ],
    [
      'a broken companion',
      ['check', 'grey.bmp', '--metadata', 'text.jpg'],
      /^bonafide: .*not the companion of a clip.*\n$/,
    ],
    [
      'missing weights',
      ['check', 'grey.bmp', '--models-dir', 'nowhere'],
      /^bonafide: .*nowhere.*npm run models.*\n$/,
    ],
    ['a missing policy', ['check', 'grey.bmp', '--policy', 'none.json'], /^bonafide: .*none\.json.*\n$/],
  ])('exits 1 with one line for %s', async (_, argv, line) => {
    const here = argv.map((word) => (/\.(jpg|bmp|json)$|nowhere/.test(word) ? at(word) : word));
    const { code, err } = await bonafide(...here);
    expect(err.replaceAll(`${folder}/`, '')).toMatch(line);
    expect(code).toBe(1);
  });

  it('shows the stack when asked', async () => {
    const { code, err } = await bonafide('check', at('none.jpg'), '--verbose');
    expect(err).toContain('    at ');
    expect(code).toBe(1);
  });
});

describe('evaluate', () => {
  it('writes scores, report and page, and does nothing twice', async () => {
    writeFileSync(
      at('manifest.csv'),
      'path,label,species\nportrait.jpg,bonafide,\ngrey.bmp,attack,print\ntext.jpg,other,\n',
    );
    const out = at('evaluation');
    const first = await bonafide('evaluate', at('manifest.csv'), '--out', out);
    expect(first.code).toBe(0);
    expect(first.out).toContain('Stills');
    expect(first.out).toContain('no ISO conformance test');
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

    expect((await bonafide('evaluate', at('manifest.csv'), '--out', out)).code).toBe(0);
    expect(readFileSync(join(out, 'scores.jsonl'), 'utf8')).toBe(scores);

    const compared = await bonafide('compare', out, out, '--out', at('comparison'));
    expect(compared.out).toContain('0 of 3 shared presentations got another decision');
    expect(existsSync(at('comparison/comparison.html'))).toBe(true);
  });

  it('breaks off on Ctrl-C and goes on from there', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `copy${index}.jpg`);
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
    expect(lines()).toBeLessThan(40);

    expect((await bonafide('evaluate', at('many.csv'), '--out', at('broken'))).code).toBe(0);
    expect(lines()).toBe(40);
    for (const line of kept.trim().split('\n')) expect(readFileSync(scores, 'utf8')).toContain(line);
  });

  it('compares pairs', async () => {
    writeFileSync(
      at('pairs.csv'),
      'path_a,path_b,same\nportrait.jpg,portrait.jpg,1\nportrait.jpg,grey.bmp,0\n',
    );
    const { code, out } = await bonafide('evaluate', '--pairs', at('pairs.csv'), '--out', at('pairs'));
    expect(code).toBe(0);
    expect(out).toMatch(/unspecified +0 +– +– +1 +0\.0/);
    expect(readFileSync(at('pairs/pairs.jsonl'), 'utf8')).toContain('"reason":"NoFace');
  });

  it('names faulty lines of a manifest before it starts', async () => {
    writeFileSync(at('faulty.csv'), 'path,label\ngone.jpg,bonafide\n');
    const { code, err } = await bonafide('evaluate', at('faulty.csv'), '--out', at('faulty'));
    expect(err).toContain('faulty.csv:2: gone.jpg does not exist');
    expect(code).toBe(1);
    expect(existsSync(at('faulty'))).toBe(false);
  });
});
