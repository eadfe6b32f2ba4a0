import { setImmediate } from 'node:timers/promises';
import { faultOf, GENESIS } from './audit-log.js';
import { readCut } from './audit-retention.js';
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
  const start = await readCut(store, vault).catch((error: unknown) => error as Error);
  if (start instanceof Error)
    return { entries: 0, removed: 0, head: GENESIS, fault: { seq: 0, reason: start.message } };
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
      if (reason) return verdict({ seq: entry.seq, reason });
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
