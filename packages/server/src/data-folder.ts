import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Random } from './clock.js';
import { openSqlite, type Store } from './store/sqlite.js';
import { createVault, KEY_BYTES, type Vault } from './vault.js';

/** Locked as long as a service runs. */
const LOCK = 'service.lock';

/** Everything that is kept: `bonafide.sqlite`, `master.key` and `media/`. */
export interface DataFolder {
  path: string;
  mediaPath: string;
  store: Store;
  vault: Vault;
  close(): Promise<void>;
}

/** A data folder that cannot be used; the message is one sentence for the operator. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/**
 * Opens a data folder, which is made when missing. Commands may do so beside a running service.
 * @param masterKey 32 bytes in hex or base64, instead of the file `master.key`
 * @throws DataFolderError
 */
export async function openDataFolder(
  path: string,
  { masterKey = process.env['BONAFIDE_MASTER_KEY'], random = randomBytes as Random } = {},
): Promise<DataFolder> {
  const mediaPath = join(path, 'media');
  let store: Store | undefined;
  try {
    mkdirSync(mediaPath, { recursive: true, mode: 0o700 });
    const file = join(path, 'bonafide.sqlite');
    const isNew = !existsSync(file);
    const own = createVault(masterKey ? parseKey(masterKey) : keyFromFile(path, isNew, random), random);
    // Before it is opened: SQLite gives its log the rights of the file.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    store = await openSqlite(file);
    const { vault, isNext } = await openVault(store, own, masterKey ? null : nextVault(path, random));
    if (!masterKey) settleKeyFile(path, isNext);
    const opened = store;
    return { path, mediaPath, store, vault, close: () => opened.destroy() };
  } catch (cause) {
    await store?.destroy();
    if (cause instanceof DataFolderError) throw cause;
    throw new DataFolderError(`The data folder ${path} cannot be used: ${sentence(cause)}`, { cause });
  }
}

/** Somebody who looks whether the folder is held keeps the lock from others for a moment, ms. */
const LOOK_MS = 500;

/** Whether a service holds the data folder. */
export function isHeld(path: string): boolean {
  const file = join(path, LOCK);
  if (!existsSync(file)) return false;
  const lock = new Database(file, { timeout: 0, readonly: true });
  try {
    lock.pragma('schema_version');
    return false;
  } catch (cause) {
    if (isBusy(cause)) return true;
    throw cause;
  } finally {
    lock.close();
  }
}

/**
 * Holds the data folder for one service. The lock is the operating system's, so that it ends with the process however that
 * ends. Returns what lets go of it.
 * @throws DataFolderError when another service holds the folder
 */
export function lockDataFolder(path: string): () => void {
  let lock: Database.Database | undefined;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    lock = new Database(join(path, LOCK), { timeout: LOOK_MS });
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    throw new DataFolderError(
      isBusy(cause)
        ? `Another service holds the data folder ${path}; stop it, or give this one another --data-dir.`
        : `The data folder ${path} cannot be used: ${sentence(cause)}`,
      { cause },
    );
  }
  const held = lock;
  return () => held.close();
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY');
}

/** The key of `master.key`, base64; a new folder gets one. */
function keyFromFile(path: string, isNew: boolean, random: Random): Buffer {
  const file = join(path, 'master.key');
  if (!existsSync(file)) {
    if (!isNew)
      throw new DataFolderError(
        `${file} is missing; put it back or set BONAFIDE_MASTER_KEY, without it nothing here can be read.`,
      );
    // `wx`: of two processes that start at once, one makes the key and the other fails rather than replacing it.
    writeFileSync(file, `${Buffer.from(random(KEY_BYTES)).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  }
  chmodSync(file, 0o600);
  return parseKey(readFileSync(file, 'utf8').trim());
}

export function parseKey(text: string): Buffer {
  const key = Buffer.from(text, /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64');
  if (key.length !== KEY_BYTES)
    throw new DataFolderError(`The master key must be ${KEY_BYTES} bytes in hex or base64.`);
  return key;
}

/** Where a new master key waits until everything is sealed under it. */
const NEXT_KEY = 'master.key.next';

/** Writes a key beside the one in use; the opening after it settles which of the two it is. */
export function writeNextKey(path: string, key: Uint8Array): void {
  writeFileSync(join(path, NEXT_KEY), `${Buffer.from(key).toString('base64')}\n`, { mode: 0o600 });
}

function nextVault(path: string, random: Random): Vault | null {
  const file = join(path, NEXT_KEY);
  return existsSync(file) ? createVault(parseKey(readFileSync(file, 'utf8').trim()), random) : null;
}

/** The rename is the last step of a change of keys; after a crash in between, this one makes up for it. */
function settleKeyFile(path: string, isNext: boolean): void {
  if (isNext) renameSync(join(path, NEXT_KEY), join(path, 'master.key'));
  else rmSync(join(path, NEXT_KEY), { force: true });
}

/** What a store says about its master key; the same for every vault of that key. */
export function masterKeyCheckOf(own: Vault): string {
  return own.lookup('bonafide master key');
}

/** The vault whose key the store was sealed with. A wrong key is told at once, and not by the first thing that cannot be opened. */
async function openVault(
  store: Store,
  own: Vault,
  next: Vault | null,
): Promise<{ vault: Vault; isNext: boolean }> {
  await store
    .insertInto('settings')
    .values({ key: 'masterKeyCheck', value: masterKeyCheckOf(own) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const rows = await store.selectFrom('settings').selectAll().execute();
  const check = rows.find(({ key }) => key === 'masterKeyCheck')?.value ?? '';
  const isOf = (vault: Vault) => {
    const wanted = Buffer.from(masterKeyCheckOf(vault));
    return check.length === wanted.length && timingSafeEqual(Buffer.from(check), wanted);
  };
  const isNext = next !== null && isOf(next);
  const opened = isNext ? next : own;
  if (!isOf(opened))
    throw new DataFolderError('The master key is not the one that this data folder was made with.');
  const kept = rows.find(({ key }) => key === 'lookupKey')?.value;
  return { vault: kept === undefined ? opened : opened.withLookupKey(Buffer.from(kept, 'base64')), isNext };
}

function sentence(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
