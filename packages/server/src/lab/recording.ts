import { randomUUID } from 'node:crypto';
import { appendAuditLog, type AuditEvent } from '../audit-log.js';
import { newUuid, type Clock, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Resource } from '../resources.js';
import { discardLabSessions } from '../session-rows.js';
import type { Session, SessionSettings } from '../session.js';
import type { Sessions } from '../sessions.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { sealClip } from './clips.js';
import { RECORDING_TIME_MS, removePresentations, type Labels, type Presentation } from './presentations.js';

/** A presentation that is to be recorded. */
export interface NewPresentation extends Labels {
  subject: string;
  /** What the subject agreed to, confirmed by whoever records; needed once for a subject. */
  consent: string | null;
}

/** A check like an application's of generation B. */
const SETTINGS: SessionSettings = {
  mode: 'PassiveActive',
  tokenTtlSeconds: RECORDING_TIME_MS / 1000,
  sendResults: false,
  sessionImage: false,
  verifyImageHash: false,
  verifyThreshold: 0.5,
  attemptsAllowed: 1,
  endsWithDecision: false,
  deviceIdFromClient: false,
  userIdFromClient: false,
  expectedClientIp: null,
  abuseMonitoring: false,
};

/** Adds presentations to the set of a lab, by the real challenge. */
export type Recording = ReturnType<typeof createRecording>;

export function createRecording(parts: {
  store: Store;
  vault: Vault;
  sessions: Pick<Sessions, 'create'>;
  clock: Clock;
  random: Random;
}) {
  const { store, vault, sessions, clock, random } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    { id: resourceId }: Resource,
    facts: AuditEvent['facts'],
  ) => appendAuditLog(db, clock(), { event, resourceId, facts });

  /** @throws ServiceError `NotPossible` where nobody has confirmed that the subject agreed */
  async function ensureSubject(
    db: StoreTransaction,
    { id: resourceId }: Resource,
    { subject: code, consent }: Pick<NewPresentation, 'subject' | 'consent'>,
    confirmedBy: string,
  ): Promise<void> {
    const known = await db
      .selectFrom('labSubjects')
      .select('code')
      .where('resourceId', '=', resourceId)
      .where('code', '=', code)
      .executeTakeFirst();
    if (known) return;
    if (consent === null)
      throw new ServiceError('NotPossible', {
        message: `Nobody has confirmed yet that the subject ${JSON.stringify(code)} agreed to be recorded.`,
      });
    await db
      .insertInto('labSubjects')
      .values({ resourceId, code, consentText: consent, confirmedBy, confirmedAtMs: clock() })
      .execute();
  }

  /** Removes what was planned and never recorded. */
  async function dropOverdue(db: StoreTransaction, { id }: Resource): Promise<void> {
    const overdue = await db
      .selectFrom('labPresentations')
      .select(['id', 'sessionId'])
      .where('resourceId', '=', id)
      .where('recordedAtMs', 'is', null)
      .where('createdAtMs', '<=', clock() - RECORDING_TIME_MS)
      .execute();
    await removePresentations(db, overdue);
  }

  return {
    /** Opens the session that records a presentation. @throws ServiceError `NotPossible` without consent */
    async plan(
      resource: Resource,
      wanted: NewPresentation,
      by: string,
    ): Promise<{ presentation: Presentation; session: Session; token: string }> {
      // Before a session is opened for somebody who may not be recorded.
      await transaction((db) => ensureSubject(db, resource, wanted, by));
      const { session, token } = await sessions.create(resource, {
        kind: 'liveness',
        settings: SETTINGS,
        deviceCorrelationId: randomUUID(),
        userCorrelationId: null,
        reference: null,
        lab: true,
      });
      const { label, species, instrument, subject } = wanted;
      const presentation = {
        id: newUuid(random),
        sessionId: session.id,
        subject,
        ...(label === 'attack' ? { label, species, instrument } : { label, species: '', instrument: '' }),
        createdBy: by,
        createdAtMs: clock(),
        recordedAtMs: null,
        sizeBytes: null,
      };
      await transaction(async (db) => {
        await dropOverdue(db, resource);
        // The subject may have withdrawn meanwhile.
        await ensureSubject(db, resource, { ...wanted, consent: null }, by);
        await db
          .insertInto('labPresentations')
          .values({ ...presentation, resourceId: resource.id })
          .execute();
        await log(db, 'lab.planned', resource, { presentation: presentation.id, session: session.id, by });
      });
      return { presentation, session, token };
    },

    /** Keeps the clip of a session's presentation; the session goes. @throws ServiceError `SessionNotFound` */
    keep: (resource: Resource, session: Session, clip: Parameters<typeof sealClip>[3]): Promise<void> =>
      transaction(async (db) => {
        const row = await db
          .selectFrom('labPresentations')
          .select('id')
          .where('sessionId', '=', session.id)
          .where('recordedAtMs', 'is', null)
          .executeTakeFirst();
        if (!row) throw new ServiceError('SessionNotFound');
        await sealClip(db, vault, row.id, clip);
        await db
          .updateTable('labPresentations')
          .set({ recordedAtMs: clock(), sizeBytes: clip.content.length })
          .where('id', '=', row.id)
          .execute();
        await discardLabSessions(db, [session.id]);
        await log(db, 'lab.recorded', resource, { presentation: row.id, session: session.id });
      }),
  };
}
