import { timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '@bonafide/protocol';
import { appendAuditLog, faultOf, GENESIS } from './audit-log.js';
import type { Clock } from './clock.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** How long the audit log is kept. It is one chain for the whole installation, and so is this. */
export interface AuditRetention {
  /** Days; null keeps every entry, which is so until an Owner says otherwise. */
  days(): Promise<number | null>;
  /** @param by who changes it. @throws RangeError outside of {@link AUDIT_DAYS} */
  keepFor(days: number | null, by: string): Promise<void>;
  /** The last entry that is gone. */
  cut(): Promise<AuditCut>;
  /** Removes some entries that are too old; returns how many. @throws Error where the log is not whole there: that stays */
  expire(): Promise<number>;
}

/** Where the log begins: number and hash of the last entry that retention removed, 0 and the chain's own beginning without. */
export interface AuditCut {
  seq: number;
  hash: string;
}

/** Shorter, and what happened would be gone before somebody asks. */
export const AUDIT_DAYS = { least: 30, most: 36_500 } as const;
const DAY_MS = 86_400_000;
/** Entries that one transaction takes, so that calls get their turn between. */
const BATCH = 500;

export function createAuditRetention(parts: { store: Store; vault: Vault; clock: Clock }): AuditRetention {
  const { store, vault, clock } = parts;
  const days = (db: Store) => readSigned<number | null>(db, vault, 'auditDays', null);
  return {
    days: () => days(store),
    cut: () => readCut(store, vault),
    async keepFor(wanted, by) {
      if (wanted !== null && !(wanted >= AUDIT_DAYS.least && wanted <= AUDIT_DAYS.most))
        throw new RangeError(`expected ${AUDIT_DAYS.least} to ${AUDIT_DAYS.most} days, got ${wanted}`);
      await store.transaction().execute(async (db) => {
        const before = await days(db);
        await writeSigned(db, vault, 'auditDays', wanted);
        const facts = { days: wanted, before, by };
        await appendAuditLog(db, clock(), { event: 'audit.retention-changed', resourceId: null, facts });
      });
    },
    expire: () =>
      store.transaction().execute(async (db) => {
        const kept = await days(db);
        return kept === null ? 0 : removeUntil(db, vault, clock(), kept);
      }),
  };
}

/** Whole days go together, so that the log does not fill with what it says of itself. */
async function removeUntil(db: StoreTransaction, vault: Vault, nowMs: number, days: number): Promise<number> {
  const limitMs = Math.floor((nowMs - days * DAY_MS) / DAY_MS) * DAY_MS;
  let cut = await readCut(db, vault);
  const first = await db.selectFrom('auditLog').selectAll().orderBy('seq').limit(BATCH).execute();
  const young = first.findIndex(({ atMs }) => atMs >= limitMs);
  const old = young < 0 ? first : first.slice(0, young);
  if (old.length === 0) return 0;
  for (const entry of old) {
    const reason = faultOf(entry, cut);
    if (reason) throw new Error(`the audit log is kept from entry ${entry.seq} on: it ${reason}`);
    cut = { seq: entry.seq, hash: entry.hash };
  }
  const facts = { removed: old.length, until: cut.seq };
  await appendAuditLog(db, nowMs, { event: 'audit.expired', resourceId: null, facts });
  await writeSigned(db, vault, 'auditCut', cut);
  await db.deleteFrom('auditLog').where('seq', '<=', cut.seq).execute();
  return old.length;
}

/** A setting that somebody without the master key wrote. */
export class ForgedSettingError extends Error {
  override readonly name = 'ForgedSettingError';
}

/** @throws ForgedSettingError */
export function readCut(db: Store, vault: Vault): Promise<AuditCut> {
  return readSigned<AuditCut>(db, vault, 'auditCut', { seq: 0, hash: GENESIS });
}

type Signed = 'auditDays' | 'auditCut';

/** A setting that only this data folder's key can have written; whoever can write the database alone cannot have entries removed. */
async function readSigned<T>(db: Store, vault: Vault, key: Signed, otherwise: T): Promise<T> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  if (!row) return otherwise;
  const { value, mac } = JSON.parse(row.value) as { value: T; mac: string };
  const [given, wanted] = [Buffer.from(mac), Buffer.from(macOf(vault, key, value))];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new ForgedSettingError(`${key} was changed by somebody without the master key`);
  return value;
}

async function writeSigned(db: StoreTransaction, vault: Vault, key: Signed, of: unknown): Promise<void> {
  const value = JSON.stringify({ value: of, mac: macOf(vault, key, of) });
  await db
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** Outlives a change of master keys, as the key of lookups does. */
function macOf(vault: Vault, key: string, value: unknown): string {
  return vault.lookup(`setting ${key} ${canonicalJson(value)}`);
}
