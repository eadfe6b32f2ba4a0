import type { InspectedReference } from './references.js';
import { sealTemplate } from './references.js';
import { toAuditEntry, toSession, type AuditEntry, type Session, type SessionKind } from './session.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import type { Sealer, Vault } from './vault.js';

// Sessions as rows of the store: how they are read and what is added to them. What may happen to a session, and when, is
// the matter of sessions.ts and attempts.ts.

/** Entries after `start` (exclusive, empty for the first), at most `top`. */
export interface Page {
  start: string;
  top: number;
}

/** What a session's own key is sealed as. */
export function sessionKeyContext(sessionId: string): string {
  return `session ${sessionId}`;
}

/** What seals and opens everything of a session. @throws VaultError */
export async function openSessionSealer(
  db: Store | StoreTransaction,
  vault: Vault,
  sessionId: string,
): Promise<Sealer> {
  const { sealedKey } = await db
    .selectFrom('sessions')
    .select('sealedKey')
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow();
  return vault.openSealer(sealedKey, sessionKeyContext(sessionId));
}

/** A session with its reference and attempts; null when there is none. */
export async function loadSession(db: Store | StoreTransaction, id: string): Promise<Session | null> {
  const row = await db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id.toLowerCase())
    .executeTakeFirst();
  if (!row) return null;
  const [reference] = await db
    .selectFrom('sessionReferences')
    .selectAll()
    .where('sessionId', '=', row.id)
    .execute();
  const attempts = await db
    .selectFrom('attempts')
    .selectAll()
    .where('sessionId', '=', row.id)
    .orderBy('attemptId')
    .execute();
  const entries = await db
    .selectFrom('auditEntries')
    .selectAll()
    .where('sessionId', '=', row.id)
    .where('attemptId', 'is not', null)
    .execute();
  return toSession(row, reference, attempts, entries);
}

/** Sessions of a kind by ascending id, without their attempts. */
export async function listSessions(
  db: Store,
  owner: { resourceId: string; kind: SessionKind; createdAfterMs: number },
  { start, top }: Page,
): Promise<Session[]> {
  const rows = await db
    .selectFrom('sessions')
    .selectAll()
    .where('resourceId', '=', owner.resourceId)
    .where('kind', '=', owner.kind)
    .where('id', '>', start.toLowerCase())
    .where('createdAtMs', '>', owner.createdAfterMs)
    .where('lab', '=', 0)
    .orderBy('id')
    .limit(top)
    .execute();
  return rows.map((row) => toSession(row, undefined, [], []));
}

/** The first `top` audit entries after `start` (an entry's id), newest first. */
export async function listEntries(db: Store, sessionId: string, { start, top }: Page): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('auditEntries')
    .selectAll()
    .where('sessionId', '=', sessionId)
    .where('id', '>', start === '' ? 0 : Number(start))
    .orderBy('id')
    .limit(top)
    .execute();
  return rows.map(toAuditEntry).reverse();
}

/** Adds an audit entry under the next id of its session, which is returned. */
export async function addEntry(
  db: StoreTransaction,
  sessionId: string,
  attemptId: number | null,
  entry: Omit<AuditEntry, 'id' | 'sessionId' | 'attemptId'>,
): Promise<number> {
  const { last } = await db
    .selectFrom('auditEntries')
    .select(({ fn }) => fn.max('id').as('last'))
    .where('sessionId', '=', sessionId)
    .executeTakeFirstOrThrow();
  const id = Number(last ?? 0) + 1;
  await db
    .insertInto('auditEntries')
    .values({
      ...entry,
      sessionId,
      attemptId,
      id,
      request: JSON.stringify(entry.request),
      outcome: JSON.stringify(entry.outcome),
    })
    .execute();
  return id;
}

/** Sets or replaces the reference of a session. */
export async function putReference(
  db: StoreTransaction,
  { id: sessionId, resourceId }: Pick<Session, 'id' | 'resourceId'>,
  { source, sha256, faceRectangle, quality, template }: InspectedReference,
  { sealer, atMs }: { sealer: Sealer; atMs: number },
): Promise<void> {
  const values = {
    source,
    sha256,
    faceRectangle: JSON.stringify(faceRectangle),
    quality,
    template: sealTemplate(template, sealer),
    atMs,
  };
  await db
    .insertInto('sessionReferences')
    .values({ sessionId, resourceId, ...values })
    .onConflict((conflict) => conflict.column('sessionId').doUpdateSet(values))
    .execute();
}

/** Removes sessions of the lab, in the transaction of what they were for. */
export async function discardLabSessions(db: StoreTransaction, ids: readonly string[]): Promise<void> {
  await db.deleteFrom('sessions').where('id', 'in', ids).where('lab', '=', 1).execute();
}
