import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { appendAuditLog } from './audit-log.js';
import type { Clock, Random } from './clock.js';
import {
  DataFolderError,
  lockDataFolder,
  masterKeyCheckOf,
  openDataFolder,
  parseKey,
  writeNextKey,
} from './data-folder.js';
import type { StoreTransaction } from './store/sqlite.js';
import { createVault, KEY_BYTES, type Vault } from './vault.js';

/**
 * Every column that is sealed under the master key itself, with what its values are sealed as, in SQL. What is sealed under
 * the key of a session, or of a clip of the lab, is safe with that key: {@link SEALED_BY_SESSION}. A test compares both lists with the schema.
 */
export const SEALED = [
  { table: 'resource_keys', column: 'sealed', context: "'resource ' || resource_id || ' ' || slot" },
  { table: 'signing_keys', column: 'sealed', context: "'signing key ' || kid" },
  { table: 'sessions', column: 'sealed_key', context: "'session ' || id" },
  { table: 'faces', column: 'template', context: "'face ' || id || ' of ' || resource_id" },
  { table: 'people', column: 'totp', context: "'one-time codes ' || id" },
  { table: 'webhooks', column: 'secret', context: "'webhook secret ' || id" },
  { table: 'webhooks', column: 'last_secret', context: "'webhook secret ' || id" },
  { table: 'lab_clips', column: 'sealed_key', context: "'lab clip ' || presentation_id" },
] as const;

export const SEALED_BY_SESSION = [
  'session_images.sealed',
  'media.sealed',
  'session_references.template',
  'seen_faces.template',
  'lab_clips.companion',
  'lab_clips.content',
];

/** Rows that are read at a time. */
const BATCH = 500;

/**
 * Seals everything anew under another master key: all of it, or, whatever happens, nothing. The service must not run. Where the
 * key is a file, the new one takes its place; copies of the old file, and backups from before, still need the old key.
 * @param masterKey the key in use, where it is not in `master.key`
 * @param newKey 32 bytes in hex or base64; a random one when left out, for `master.key` only
 * @throws DataFolderError
 */
export async function rotateMasterKey(
  path: string,
  {
    masterKey = process.env['BONAFIDE_MASTER_KEY'],
    newKey,
    clock = Date.now,
    random = randomBytes as Random,
  }: { masterKey?: string | undefined; newKey?: string | undefined; clock?: Clock; random?: Random } = {},
): Promise<{ resealed: number }> {
  if (masterKey && newKey === undefined)
    throw new DataFolderError(
      'The master key is in the environment; put the new one into BONAFIDE_NEW_MASTER_KEY.',
    );
  const key = newKey === undefined ? Buffer.from(random(KEY_BYTES)) : parseKey(newKey);
  const unlock = lockDataFolder(path);
  try {
    const folder = await openDataFolder(path, { random, ...(masterKey && { masterKey }) });
    try {
      if (!masterKey) writeNextKey(path, key);
      const next = createVault(key, random);
      return await folder.store.transaction().execute(async (db) => {
        let resealed = 0;
        for (const column of SEALED) resealed += await reseal(db, column, folder.vault, next);
        const settings = {
          masterKeyCheck: masterKeyCheckOf(next),
          lookupKey: folder.vault.sealLookupKey(next).toString('base64'),
        };
        for (const [name, value] of Object.entries(settings))
          await sql`insert into settings (key, value) values (${name}, ${value})
            on conflict (key) do update set value = excluded.value`.execute(db);
        await appendAuditLog(db, clock(), {
          event: 'master-key.rotated',
          resourceId: null,
          facts: { resealed },
        });
        return { resealed };
      });
    } finally {
      await folder.close();
    }
  } finally {
    unlock();
    // Puts the new key file in its place.
    await (await openDataFolder(path, { random, ...(masterKey && { masterKey: newKey }) })).close();
  }
}

async function reseal(
  db: StoreTransaction,
  { table, column, context }: (typeof SEALED)[number],
  from: Vault,
  to: Vault,
): Promise<number> {
  const value = sql.ref(column);
  let resealed = 0;
  for (let last = 0; ;) {
    const { rows } = await sql<{ rowid: number; sealed: Buffer; context: string }>`
      select rowid, ${value} as sealed, ${sql.raw(context)} as context from ${sql.table(table)}
      where rowid > ${last} and ${value} is not null order by rowid limit ${BATCH}`.execute(db);
    for (const { rowid, sealed, context: sealedAs } of rows) {
      const again = to.seal(from.open(sealed, sealedAs), sealedAs);
      await sql`update ${sql.table(table)} set ${value} = ${again} where rowid = ${rowid}`.execute(db);
      last = rowid;
    }
    if (rows.length === 0) return resealed;
    resealed += rows.length;
  }
}
