import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { readManifest, readPairs, sample } from './dataset.js';
import { COMPANION } from '../../test/companion.js';

let folder: string;
const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

/** An extended WebP's first 21 bytes: RIFF, WEBP, VP8X and its flags. */
const webpHead = (flags: number) =>
  Buffer.concat([
    Buffer.from('RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0', 'latin1'),
    Buffer.from([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-dataset-'));
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) write(name, 'x');
  mkdirSync(at('folder'));
  write('moving.webp', webpHead(0x02));
  write('still.webp', webpHead(0x10));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a manifest', () => {
  it('is read with every column, paths relative to it', () => {
    const text =
      'path,label,species,subject,clip,source,framing,media,licence\n' +
      'a.jpg,bonafide,,s1,c1,lab,full,image,"CC0, ours"\n' +
      'moving.webp,attack,print,s1,c2,lab,full,clip,\n';
    const { presentations, sha256 } = readManifest(write('full.csv', text));
    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect(presentations).toEqual([
      {
        path: 'a.jpg',
        file: at('a.jpg'),
        label: 'bonafide',
        species: '',
        subject: 's1',
        clip: 'c1',
        source: 'lab',
        media: 'still',
        licence: 'CC0, ours',
        simulated: false,
      },
      expect.objectContaining({ path: 'moving.webp', label: 'attack', species: 'print', media: 'clip' }),
    ]);
  });

  it('needs only path and label: the rest is unspecified, and the file itself says whether it moves', () => {
    const manifest = write(
      'small.csv',
      '\ufeffpath,label\r\na.jpg,Attack\r\n\r\nmoving.webp,bonafide\r\nstill.webp,art\r\n',
    );
    const rows = readManifest(manifest).presentations;
    expect(
      rows.map(({ label, species, source, clip, media }) => [label, species, source, clip, media]),
    ).toEqual([
      ['attack', 'unspecified', 'unspecified', '', 'still'],
      ['bonafide', '', 'unspecified', '', 'clip'],
      ['art', '', 'unspecified', '', 'still'],
    ]);
  });

  it('gives no species to bona fide presentations, whatever word stands there', () => {
    const manifest = write('species.csv', 'path,label,species\na.jpg,bonafide,live\n');
    expect(readManifest(manifest).presentations[0]?.species).toBe('');
  });

  it('knows simulated clips by their companion or their source, and other JSON files by neither', () => {
    write('moving.json', JSON.stringify(COMPANION));
    write('still.json', '{"camera":"x"}');
    const manifest = write(
      'sim.csv',
      'path,label,source\nmoving.webp,attack,lab\nstill.webp,attack,lab\na.jpg,attack,simulator\n',
    );
    expect(readManifest(manifest).presentations.map(({ simulated }) => simulated)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('takes a clip whose companion names a camera for captured', () => {
    write('moving.json', JSON.stringify({ ...COMPANION, origin: 'captured' }));
    const manifest = write('captured.csv', 'path,label,source\nmoving.webp,attack,lab\n');
    expect(readManifest(manifest).presentations.map(({ simulated }) => simulated)).toEqual([false]);
  });

  it.each([
    ['that was cut', JSON.stringify(COMPANION).slice(0, 100), /not the companion of a clip: .*JSON/],
    [
      'of another version',
      JSON.stringify({ ...COMPANION, schema: 'bonafide-companion/2' }),
      /not the companion of a clip: \/schema/,
    ],
    ['that lacks something', '{"schema":"bonafide-companion/1"}', /not the companion of a clip: \/sessionId/],
  ])('with a companion %s names the line', (_, text, fault) => {
    writeFileSync(at('lost.webp'), webpHead(0x02));
    write('lost.json', text);
    const manifest = write('lost.csv', 'path,label\na.jpg,attack\nlost.webp,bonafide\n');
    expect(() => readManifest(manifest)).toThrow(Failure);
    expect(() => readManifest(manifest)).toThrow(fault);
    expect(() => readManifest(manifest)).toThrow(/^[^\n]*lost\.csv:3: /);
  });

  it.each([
    ['an empty path', 'path,label\n,attack\n', ':2: path is empty'],
    ['a missing file', 'path,label\na.jpg,attack\nnone.jpg,attack\n', ':3: none.jpg does not exist'],
    ['a folder', 'path,label\nfolder,attack\n', ':2: folder is no file'],
    [
      'a path twice',
      'path,label\na.jpg,attack\nb.jpg,attack\n./a.jpg,attack\n',
      ':4: ./a.jpg is on line 2 already',
    ],
    ['no label', 'path,label\na.jpg,\n', ':2: label is empty'],
    ['unknown media', 'path,label,media\na.jpg,attack,film\n', ':2: media is "film"; expected image, clip'],
    [
      'a missing column',
      'path,species\na.jpg,print\n',
      ':1: expected the columns path, label; label missing',
    ],
    ['a short row', 'path,label,species\na.jpg,attack\n', 'on line 2'],
    ['an open quote', 'path,label\n"a.jpg,attack\n', 'Quote Not Closed'],
    ['no row', 'path,label\n', 'has no row below its header'],
    ['nothing at all', '', 'has no row below its header'],
  ])('with %s names the line', (_, text, message) => {
    const manifest = write('faulty.csv', text);
    expect(() => readManifest(manifest)).toThrow(Failure);
    expect(() => readManifest(manifest)).toThrow(message);
  });

  it('names ten faulty lines and counts the others', () => {
    const lines = Array.from({ length: 15 }, (_, index) => `gone${index}.jpg,attack`);
    const manifest = write('many.csv', `path,label\n${lines.join('\n')}\n`);
    expect(() => readManifest(manifest)).toThrow(/:11: gone9.jpg does not exist\n\.\.\. and 5 more$/);
  });

  it('that cannot be opened says so', () => {
    expect(() => readManifest(at('absent.csv'))).toThrow(/absent\.csv cannot be read: ENOENT/);
  });
});

describe('a pairs file', () => {
  it('is read with and without sets', () => {
    expect(readPairs(write('pairs.csv', 'path_a,path_b,same,set\na.jpg,b.jpg,1,desk\n')).pairs).toEqual([
      { pathA: 'a.jpg', pathB: 'b.jpg', fileA: at('a.jpg'), fileB: at('b.jpg'), same: true, set: 'desk' },
    ]);
    const [pair] = readPairs(write('pairs.csv', 'path_a,path_b,same\na.jpg,b.jpg,0\n')).pairs;
    expect(pair).toMatchObject({ same: false, set: 'unspecified' });
  });

  it('names what is wrong', () => {
    const faulty = write('pairs.csv', 'path_a,path_b,same\na.jpg,,1\nnone.jpg,folder,yes\n');
    expect(() => readPairs(faulty)).toThrow(
      /:2: path_b is empty\n.*:3: none\.jpg does not exist\n.*:3: folder is no file\n.*:3: same is "yes"; expected 1 or 0/,
    );
  });
});

describe('a sample', () => {
  const rows = () =>
    readManifest(
      write(
        'groups.csv',
        'path,label,source\na.jpg,bonafide,x\nb.jpg,bonafide,x\nc.jpg,attack,x\nstill.webp,bonafide,y\n',
      ),
    ).presentations;

  it('takes so many of each group, in the order of the manifest', () => {
    const taken = sample(rows(), 1, 5).map(({ path }) => path);
    expect(taken).toHaveLength(3);
    expect(taken.slice(1)).toEqual(['c.jpg', 'still.webp']);
    expect(sample(rows(), 9, 5)).toEqual(rows());
  });

  it('is the same for the same seed and not always the same for others', () => {
    expect(sample(rows(), 1, 5)).toEqual(sample(rows(), 1, 5));
    const firsts = new Set(Array.from({ length: 20 }, (_, seed) => sample(rows(), 1, seed)[0]?.path));
    expect(firsts.size).toBe(2);
  });
});
