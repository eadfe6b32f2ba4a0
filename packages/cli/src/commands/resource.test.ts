import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAdministration } from '@bonafide/server';
import { bonafide, start } from '../../test/command.js';

interface Keys {
  name: string;
  endpoint: string;
  key1: string;
  key2: string;
}

let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-resource-'));
  const administration = await openAdministration(dataDir);
  await administration.resources.ensureFirst();
  await administration.close();
});
afterAll(() => {
  rmSync(dataDir, { recursive: true });
});

const resource = (...argv: string[]) => bonafide('resource', ...argv, '--data-dir', dataDir);
const policy = (...argv: string[]) => bonafide('policy', ...argv, '--data-dir', dataDir);

async function keysOf(name: string): Promise<Keys> {
  const { out } = await resource('keys', name, '--json');
  return JSON.parse(out) as Keys;
}

/** The resource that a key opens, as the service would find it. */
async function nameBehind(key: string): Promise<string | undefined> {
  const administration = await openAdministration(dataDir);
  try {
    return (await administration.resources.findByKey(key))?.name;
  } finally {
    await administration.close();
  }
}

describe('resource keys', () => {
  it('prints name, endpoint and both keys in this order as JSON', async () => {
    const { code, out, err } = await resource('keys', 'default', '--json');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^\{"name":"default","endpoint":"http:\/\/127\.0\.0\.1:8080","key1":"[0-9a-f]{32}","key2":"[0-9a-f]{32}"\}\n$/,
    );
    const { key1, key2 } = JSON.parse(out) as Keys;
    expect([await nameBehind(key1), await nameBehind(key2)]).toEqual(['default', 'default']);
  });

  it('shows those of "default" as text when it is told no name', async () => {
    const { key1, key2 } = await keysOf('default');
    const { out } = await resource('keys');
    for (const shown of ['default', 'http://127.0.0.1:8080', key1, key2]) expect(out).toContain(shown);
  });
});

describe('the life of a resource', () => {
  it('is made with a tier and two keys, listed, and deleted with its keys', async () => {
    const made = await resource('create', 'shop', '--tier', 'F0', '--json');
    expect(made.code).toBe(0);
    const { name, key1 } = JSON.parse(made.out) as Keys;
    expect(name).toBe('shop');
    expect(await nameBehind(key1)).toBe('shop');

    const listed = JSON.parse((await resource('list', '--json')).out) as object[];
    expect(listed).toMatchObject([
      { name: 'default', tier: 'S0', development: true },
      { name: 'shop', tier: 'F0', development: false },
    ]);
    expect((await resource('list')).out).toMatch(/default +S0 +\d{4}-\d\d-\d\d +for development/);

    expect((await resource('rename', 'shop', 'default')).err).toContain('a resource named "default" already');
    expect((await resource('rename', 'shop', 'store', '--json')).out).toBe('{"name":"store"}\n');
    expect(await nameBehind(key1)).toBe('store');

    const deleted = await resource('delete', 'store', '--yes', '--json');
    expect([deleted.code, deleted.out]).toEqual([0, '{"name":"store","deleted":true}\n']);
    expect(await nameBehind(key1)).toBeUndefined();
  });

  it('is deleted by whoever types its name, and by no script that says neither its name nor --yes', async () => {
    await resource('create', 'shop');
    for (const typed of ['', 'yes\n']) {
      const { process: asking, ended } = start('resource', 'delete', 'shop', '--data-dir', dataDir);
      asking.stdin?.end(typed);
      const { code, err } = await ended;
      expect([typed, code]).toEqual([typed, 1]);
      expect(err).toContain('that is not its name (scripts say --yes); nothing was deleted');
    }
    const { process: asking, ended } = start('resource', 'delete', 'shop', '--data-dir', dataDir);
    asking.stdin?.end('shop\n');
    expect(await ended).toMatchObject({ code: 0, out: 'shop and everything of it is deleted.\n' });
  });

  it('replaces one key at a time: the old one is void, the other stays', async () => {
    const before = await keysOf('default');
    const { code, out } = await resource('regenerate-key', 'default', 'key1', '--json');
    expect(code).toBe(0);
    const after = JSON.parse(out) as Keys;
    expect(after.key1).not.toBe(before.key1);
    expect(after.key2).toBe(before.key2);
    expect(await nameBehind(before.key1)).toBeUndefined();
    expect(await nameBehind(after.key1)).toBe('default');
  });
});

describe('policy', () => {
  it('changes the members that are named and leaves the others', async () => {
    const before = JSON.parse((await policy('show', 'default', '--json')).out) as object;
    expect(before).toMatchObject({ operatingPoint: 'balanced', unboundClips: 'allow', retentionHours: 48 });
    const { code, out } = await policy(
      'set',
      'default',
      'operatingPoint=strict',
      'retentionHours=24',
      'allowedOrigins=https://shop.example,https://app.shop.example',
      '--json',
    );
    expect(code).toBe(0);
    const wanted = {
      ...before,
      operatingPoint: 'strict',
      retentionHours: 24,
      allowedOrigins: ['https://shop.example', 'https://app.shop.example'],
    };
    expect(JSON.parse(out)).toEqual(wanted);
    expect(JSON.parse((await policy('show', 'default', '--json')).out)).toEqual(wanted);
    expect((await policy('show', 'default')).out).toMatch(/operatingPoint +strict\n/);
  });
});

describe('what cannot be done', () => {
  it.each([
    [
      'a resource that does not exist',
      ['resource', 'keys', 'nobody'],
      'There is no resource named "nobody".',
    ],
    [
      'a name that is taken',
      ['resource', 'create', 'default'],
      'There is a resource named "default" already.',
    ],
    ['a name that is none', ['resource', 'create', '../etc'], 'A resource name is up to 64 letters'],
    [
      'a policy member that is unknown',
      ['policy', 'set', 'default', 'colour=red'],
      'expected key=value with one of',
    ],
    ['a value it cannot have', ['policy', 'set', 'default', 'unboundClips=yes'], 'none of allow, uncertain'],
    ['another choice of light', ['policy', 'set', 'default', 'light=must'], 'none of on, off, required'],
    ['a time out of range', ['policy', 'set', 'default', 'retentionHours=0'], 'the whole numbers 1 to 8760'],
    [
      'an origin with a path',
      ['policy', 'set', 'default', 'allowedOrigins=https://a/b'],
      'the lists of origins',
    ],
  ])('%s exits 1 with one line', async (_, argv, sentence) => {
    const { code, out, err } = await bonafide(...argv, '--data-dir', dataDir);
    expect(err).toMatch(/^bonafide: .+\n$/);
    expect(err).toContain(sentence);
    expect([code, out]).toEqual([1, '']);
  });

  it.each([
    ['no subcommand', ['resource'], 'Usage: bonafide resource'],
    ['an unknown subcommand', ['resource', 'copy'], 'unknown command'],
    ['no name', ['resource', 'create'], "missing required argument 'name'"],
    ['an unknown tier', ['resource', 'create', 'shop', '--tier', 'P1'], 'Allowed choices are F0, S0'],
    ['an unknown key', ['resource', 'regenerate-key', 'default', 'key3'], 'Allowed choices are key1, key2'],
    ['nothing to set', ['policy', 'set', 'default'], "missing required argument 'key=value'"],
  ])('%s exits 2 with a sentence', async (_, argv, sentence) => {
    const { code, out, err } = await bonafide(...argv);
    expect(err).toContain(sentence);
    expect([code, out]).toEqual([2, '']);
  });

  it('a folder without a store is named, and none is made in it', async () => {
    const empty = join(dataDir, 'nothing-here');
    for (const argv of [
      ['resource', 'list'],
      ['resource', 'keys'],
      ['policy', 'show', 'default'],
    ]) {
      const { code, err } = await bonafide(...argv, '--data-dir', empty);
      expect(err).toBe(
        `bonafide: ${empty} holds no store yet; start the service once, or name another --data-dir\n`,
      );
      expect(code).toBe(1);
    }
    rmSync(empty, { recursive: true, force: true });
  });
});
