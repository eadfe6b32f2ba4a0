import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DataFolderError, lockDataFolder, openDataFolder } from './data-folder.js';

/**
 * Copies the store of a data folder into one file, as it is at one moment, beside a running service or without one. Everything
 * is in it but the master key, without which nobody can read the sealed parts: keep that elsewhere.
 * @throws DataFolderError when the file is there already, or the folder has no store
 */
export async function backUp(path: string, file: string): Promise<void> {
  const source = join(path, 'bonafide.sqlite');
  if (!existsSync(source)) throw new DataFolderError(`${path} holds no store.`);
  if (existsSync(file)) throw new DataFolderError(`${file} is there already; a backup replaces nothing.`);
  const database = new Database(source, { readonly: true });
  const partial = `${file}.partial`;
  try {
    await database.backup(partial);
    chmodSync(partial, 0o600);
    renameSync(partial, file);
  } finally {
    database.close();
    rmSync(partial, { force: true });
  }
}

/**
 * Makes a data folder what it was when a backup was made; an older schema is upgraded. The folder's master key must be the
 * backup's: a new folder needs its `master.key`, or BONAFIDE_MASTER_KEY, first. The service must not run.
 * @param replace an existing store may be replaced; it is kept beside as `bonafide.sqlite.before-restore`
 * @throws DataFolderError, and everything is as it was
 */
export async function restore(
  path: string,
  file: string,
  { replace = false, masterKey }: { replace?: boolean; masterKey?: string | undefined } = {},
): Promise<void> {
  checkBackup(file);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(path);
  const store = join(path, 'bonafide.sqlite');
  const aside = `${store}.before-restore`;
  const hadStore = existsSync(store);
  try {
    if (hadStore && !replace)
      throw new DataFolderError(
        `${path} holds a store already; say --replace to put the backup in its place.`,
      );
    if (hadStore) {
      // One file holds all of it then.
      const database = new Database(store);
      database.pragma('wal_checkpoint(TRUNCATE)');
      database.close();
      renameSync(store, aside);
    }
    try {
      removeStore(store);
      copyFileSync(file, store);
      chmodSync(store, 0o600);
      await (await openDataFolder(path, { ...(masterKey !== undefined && { masterKey }) })).close();
    } catch (error) {
      removeStore(store);
      if (hadStore) renameSync(aside, store);
      throw error;
    }
  } finally {
    unlock();
  }
}

function removeStore(store: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${store}${end}`, { force: true });
}

/** @throws DataFolderError for a file that is no whole store */
function checkBackup(file: string): void {
  if (!existsSync(file)) throw new DataFolderError(`${file} is not there.`);
  try {
    const database = new Database(file, { readonly: true });
    try {
      const result: unknown = database.pragma('integrity_check', { simple: true });
      const known = database
        .prepare(
          "select count(*) as n from sqlite_master where name in ('sessions', 'resources', 'audit_log')",
        )
        .get() as { n: number };
      if (result !== 'ok' || known.n !== 3) throw new Error('not a whole store');
    } finally {
      database.close();
    }
  } catch (cause) {
    throw new DataFolderError(`${file} is no whole backup.`, { cause });
  }
}
