import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderError, isHeld, lockDataFolder, openDataFolder } from './data-folder.js';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'bonafide-folder-'));
});
afterEach(() => {
  rmSync(path, { recursive: true });
});

const KEY = 'ab'.repeat(32);

describe('a data folder', () => {
  it('lets nobody but its owner read a file, the log of the store included', async () => {
    const folder = await openDataFolder(path);
    try {
      const files = readdirSync(path).filter((name) => statSync(join(path, name)).isFile());
      expect(files).toEqual(expect.arrayContaining(['bonafide.sqlite', 'bonafide.sqlite-wal', 'master.key']));
      for (const name of files) expect([name, statSync(join(path, name)).mode & 0o077]).toEqual([name, 0]);
    } finally {
      await folder.close();
    }
  });

  it('opens again with its key, and with no other', async () => {
    await (await openDataFolder(path, { masterKey: KEY })).close();
    await (await openDataFolder(path, { masterKey: KEY })).close();
    await expect(openDataFolder(path, { masterKey: 'cd'.repeat(32) })).rejects.toThrow(DataFolderError);
    await expect(openDataFolder(path)).rejects.toThrow('master.key is missing');
    await expect(openDataFolder(path, { masterKey: 'short' })).rejects.toThrow('must be 32 bytes');
  });

  it('is held by one service at a time', () => {
    const release = lockDataFolder(path);
    expect(() => lockDataFolder(path)).toThrow('Another service holds the data folder');
    release();
    lockDataFolder(path)();
  });

  it('tells whether it is held without getting into the way of a service that starts', async () => {
    expect(isHeld(path)).toBe(false);
    const release = lockDataFolder(path);
    expect(isHeld(path)).toBe(true);
    release();
    expect(isHeld(path)).toBe(false);

    // Another process looks for a moment, as isHeld does.
    const look = `
      const lock = new (require('better-sqlite3'))(process.argv[1]);
      lock.exec('begin; select * from sqlite_schema');
      console.log('looks');
      setTimeout(() => lock.close(), 100);`;
    const looker = spawn(process.execPath, ['-e', look, join(path, 'service.lock')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(looker.stdout, 'data');
    lockDataFolder(path)();
    await once(looker, 'exit');
  });

  it('that cannot be used is told in a sentence', async () => {
    writeFileSync(join(path, 'file'), '');
    await expect(openDataFolder(join(path, 'file', 'data'))).rejects.toThrow(/cannot be used: ENOTDIR/);
    expect(() => lockDataFolder(join(path, 'file', 'data'))).toThrow(/cannot be used: ENOTDIR/);
  });
});
