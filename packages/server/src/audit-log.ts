import { createHash } from 'node:crypto';
import { canonicalJson } from '@bonafide/protocol';
import type { AuditLogRow } from './store/schema.js';
import type { StoreTransaction } from './store/sqlite.js';

/** Something that happened, for the audit log: ids and facts, never an image, a template, a key or a token. */
export interface AuditEvent {
  event:
    | 'resource.created'
    | 'resource.deleted'
    | 'resource.changed'
    | 'key.regenerated'
    | 'key.shown'
    | 'signing-key.rotated'
    | 'session.created'
    | 'session.deleted'
    | 'session.expired'
    | 'data.expired'
    | 'link.created'
    | 'link.opened'
    | 'attempt.opened'
    | 'attempt.ended'
    | 'attempt.judged'
    | 'faces.kept'
    | 'evidence.shown'
    | 'pictures.shown'
    | 'person.invited'
    | 'person.reset'
    | 'person.joined'
    | 'person.changed'
    | 'person.removed'
    | 'person.signed-in'
    | 'role.granted'
    | 'role.revoked'
    | 'terms.accepted'
    | 'recognition.requested'
    | 'recognition.decided'
    | 'correlation.flagged'
    | 'correlation.timed-out'
    | 'webhook.created'
    | 'webhook.changed'
    | 'webhook.deleted'
    | 'webhook.secret-shown'
    | 'webhook.secret-rotated'
    | 'webhook.replayed'
    | 'master-key.rotated'
    | 'person-data.exported'
    | 'person-data.erased'
    | 'lab.planned'
    | 'lab.recorded'
    | 'lab.shown'
    | 'lab.relabelled'
    | 'lab.deleted'
    | 'lab.subject-erased'
    | 'lab.exported'
    | 'lab.run-started'
    | 'lab.run-ended'
    | 'lab.run-cancelled'
    | 'lab.run-deleted'
    | 'lab.scores-exported'
    | 'candidate.made'
    | 'candidate.accepted'
    | 'candidate.refused'
    | 'candidate.deleted'
    | 'audit.retention-changed'
    | 'audit.expired';
  resourceId: string | null;
  facts: Record<string, string | number | boolean | null>;
}

/** What the chain begins with. */
export const GENESIS = '0'.repeat(64);

/** Adds an entry, in the transaction of what it tells of: both happen, or neither. */
export async function appendAuditLog(db: StoreTransaction, atMs: number, event: AuditEvent): Promise<void> {
  const last = await db
    .selectFrom('auditLog')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const entry = {
    seq: (last?.seq ?? 0) + 1,
    atMs,
    resourceId: event.resourceId,
    event: event.event,
    facts: canonicalJson(event.facts),
    previousHash: last?.hash ?? GENESIS,
  };
  await db
    .insertInto('auditLog')
    .values({ ...entry, hash: hashOf(entry) })
    .execute();
}

/** What is wrong with an entry that should follow another; null when nothing is. */
export function faultOf(entry: AuditLogRow, before: { seq: number; hash: string }): string | null {
  if (entry.seq !== before.seq + 1) return `expected entry ${before.seq + 1}`;
  if (entry.previousHash !== before.hash) return 'does not follow from the entry before';
  return entry.hash === hashOf(entry) ? null : 'was changed';
}

/** SHA-256 of the entry as RFC 8785 JSON, without the hash itself. */
function hashOf({ seq, atMs, resourceId, event, facts, previousHash }: Omit<AuditLogRow, 'hash'>): string {
  const text = canonicalJson({ seq, atMs, resourceId, event, facts, previousHash });
  return createHash('sha256').update(text).digest('hex');
}
