import { setImmediate } from 'node:timers/promises';
import { faultOf, GENESIS } from './audit-log.js';
import { ForgedSettingError, readCut } from './audit-retention.js';
import type { Store } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** What {@link verifyAuditLog} found: how many entries are whole, and the first that is not. */
export interface AuditLogVerdict {
  entries: number;
  /** Entries before them, which retention removed. */
  removed: number;
  /** Hash of the last whole entry; keep it elsewhere, and a later log that lacks it was cut. */
  head: string;
  fault: { seq: number; reason: string } | null;
}

/** Entries that are read at a time; calls get their turn between. */
const BATCH = 1_000;

/**
 * Recomputes the chain from its first entry on; where retention removed some, from the cut that it signed.
 * @param kept the head of an earlier verification, which the log must still contain
 */
export async function verifyAuditLog(
  store: Store,
  vault: Vault,
  kept: string = GENESIS,
): Promise<AuditLogVerdict> {
  try {
    return await verify(store, vault, kept);
  } catch (error) {
    if (!(error instanceof ForgedSettingError)) throw error;
    return { entries: 0, removed: 0, head: GENESIS, fault: { seq: 0, reason: error.message } };
  }
}

async function verify(store: Store, vault: Vault, kept: string): Promise<AuditLogVerdict> {
  let start = await readCut(store, vault);
  let last = start;
  let found = kept === GENESIS || kept === start.hash;
  const verdict = (fault: AuditLogVerdict['fault']): AuditLogVerdict => ({
    entries: last.seq - start.seq,
    removed: start.seq,
    head: last.hash,
    fault,
  });
  for (;;) {
    const batch = await store
      .selectFrom('auditLog')
      .selectAll()
      .where('seq', '>', last.seq)
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    if (batch.length === 0) return verdict(found ? null : { seq: last.seq, reason: notFound(start.seq) });
    await setImmediate();
    for (const entry of batch) {
      const reason = faultOf(entry, last);
      if (reason) {
        // Retention may have taken the entries before meanwhile, which it verifies itself.
        const cut = await readCut(store, vault);
        if (cut.seq <= last.seq) return verdict({ seq: entry.seq, reason });
        [start, last] = [cut, cut];
        found ||= cut.hash === kept;
        break;
      }
      last = { seq: entry.seq, hash: entry.hash };
      found ||= entry.hash === kept;
    }
  }
}

function notFound(removed: number): string {
  const cut = 'the log was cut or replaced';
  return removed === 0
    ? cut
    : `${cut}, or that head is older than entry ${removed}, up to which retention removed`;
}
