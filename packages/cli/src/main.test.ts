import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bonafide, start } from '../test/command.js';

describe('help', () => {
  it('names every command, and each command shows examples', async () => {
    const { code, out } = await bonafide('--help');
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name]) =>
      name && name !== 'help' ? [name] : [],
    );
    expect(names).toEqual(
      expect.arrayContaining(['serve', 'check', 'evaluate', 'compare', 'resource', 'policy']),
    );
    for (const name of names) {
      const help = await bonafide(name, '--help');
      expect(help.code).toBe(0);
      expect(help.out).toContain('npx --no bonafide');
    }
  });

  it('does not mind a reader that stops in the middle', async () => {
    const help = start('--help');
    help.process.stdout?.destroy();
    expect(await help.ended).toMatchObject({ code: 0, err: '' });
  });

  it('tells the version, in a process of its own', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await start('--version').ended).toEqual({ code: 0, out: `${version}\n`, err: '' });
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
