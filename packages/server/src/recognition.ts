import { appendAuditLog } from './audit-log.js';
import type { Clock } from './clock.js';
import { ServiceError } from './errors.js';
import type { RecognitionRequestRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

/** Where a resource stands with the comparison of faces, which is open to those who applied for it and were approved. */
export type RecognitionState = 'none' | RecognitionRequestRow['state'];

/** What an Owner may say, by the state that it is said in; docs/people.md draws the same table. */
const DECISIONS = {
  none: [],
  pending: ['approved', 'refused'],
  approved: ['revoked'],
  refused: [],
  revoked: [],
} as const satisfies Record<RecognitionState, readonly RecognitionDecision[]>;
export type RecognitionDecision = 'approved' | 'refused' | 'revoked';

/** An application and what became of it. */
export type RecognitionRequest = Omit<RecognitionRequestRow, 'id' | 'resourceId'> & { id: number };

export const MAX_PURPOSE_LENGTH = 200;
const MAX_REASON_LENGTH = 500;

/** Applications for recognition: verification against a photograph, face ids and templates against abuse. */
export type Recognition = ReturnType<typeof createRecognition>;

export function createRecognition({ store, clock }: { store: Store; clock: Clock }) {
  const latest = async (db: Store | StoreTransaction, resourceId: string) =>
    db
      .selectFrom('recognitionRequests')
      .selectAll()
      .where('resourceId', '=', resourceId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();

  return {
    /** Applications of a resource, newest first. */
    history: (resourceId: string): Promise<RecognitionRequest[]> =>
      store
        .selectFrom('recognitionRequests')
        .select([
          'id',
          'state',
          'purpose',
          'requestedBy',
          'requestedAtMs',
          'decidedBy',
          'decidedAtMs',
          'reason',
        ])
        .where('resourceId', '=', resourceId)
        .orderBy('id', 'desc')
        .execute(),

    /** @throws ServiceError `NotPossible` where an application waits or was approved, `InvalidRequestBody` */
    apply: (resourceId: string, purpose: string, by: string): Promise<void> =>
      store.transaction().execute(async (db) => {
        const state = (await latest(db, resourceId))?.state ?? 'none';
        if (state === 'pending' || state === 'approved')
          throw new ServiceError('NotPossible', {
            message: `Recognition is ${state} for this resource; another purpose needs that to end first.`,
          });
        await insertRequest(db, resourceId, {
          purpose: readText('purpose', purpose, 10, MAX_PURPOSE_LENGTH),
          by,
          atMs: clock(),
        });
      }),

    /** Approves or refuses what waits, or revokes what was approved. @throws ServiceError `NotPossible`, `InvalidRequestBody` */
    decide: (resourceId: string, decision: RecognitionDecision, reason: string, by: string): Promise<void> =>
      store.transaction().execute(async (db) => {
        const request = await latest(db, resourceId);
        const state = request?.state ?? 'none';
        const possible: readonly RecognitionDecision[] = DECISIONS[state];
        if (!request || !possible.includes(decision))
          throw new ServiceError('NotPossible', {
            message: `Recognition is ${state} for this resource and cannot be ${decision}.`,
          });
        await db
          .updateTable('recognitionRequests')
          .set({
            state: decision,
            reason: readText('reason', reason, 3, MAX_REASON_LENGTH),
            decidedBy: by,
            decidedAtMs: clock(),
          })
          .where('id', '=', request.id)
          .execute();
        await appendAuditLog(db, clock(), {
          event: 'recognition.decided',
          resourceId,
          facts: { decision, reason, by },
        });
      }),
  };
}

/** Writes an application; `approved` at once for the resource of the first start and for the machine's own operator. */
export async function insertRequest(
  db: StoreTransaction,
  resourceId: string,
  {
    purpose,
    by,
    atMs,
    approved = null,
  }: { purpose: string; by: string; atMs: number; approved?: string | null },
): Promise<void> {
  await db
    .insertInto('recognitionRequests')
    .values({
      resourceId,
      state: approved === null ? 'pending' : 'approved',
      purpose,
      requestedBy: by,
      requestedAtMs: atMs,
      decidedBy: approved === null ? null : by,
      decidedAtMs: approved === null ? null : atMs,
      reason: approved ?? '',
    })
    .execute();
  await appendAuditLog(db, atMs, {
    event: approved === null ? 'recognition.requested' : 'recognition.decided',
    resourceId,
    facts: approved === null ? { purpose, by } : { purpose, decision: 'approved', reason: approved, by },
  });
}

function readText(member: string, text: string, min: number, max: number): string {
  const trimmed = text.trim();
  if (trimmed.length < min || trimmed.length > max)
    throw new ServiceError('InvalidRequestBody', {
      message: `${member}: say it in ${min} to ${max} characters.`,
    });
  return trimmed;
}
