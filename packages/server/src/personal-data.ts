import { lookupOf } from './abuse/abuse-monitor.js';
import { appendAuditLog } from './audit-log.js';
import { SESSION_BATCH, untilNone } from './batches.js';
import type { Clock } from './clock.js';
import type { KeptFile, KeptFiles } from './kept-files.js';
import { sessionsWithinBatch } from './media.js';
import type { Resource } from './resources.js';
import { listEntries, loadSession } from './session-rows.js';
import type { AuditEntry, Session } from './session.js';
import { shadowsOf } from './shadow.js';
import type { CorrelationEventRow, ShadowDecisionRow } from './store/schema.js';
import type { Store } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** All that is held on one session of somebody. */
export interface HeldSession {
  session: Omit<Session, 'resourceId'>;
  /** What the engine measured, attempt by attempt. */
  evidence: { attemptId: number; analysis: unknown }[];
  calls: AuditEntry[];
  /** What candidates of the lab would have decided. */
  shadow: Omit<ShadowDecisionRow, 'sessionId'>[];
  /** Bytes of sealed face templates: held, and not handed out, for they would let others find the face. */
  templateBytes: number;
  /** Clips and pictures, which are handed out one by one. */
  files: KeptFile[];
  webhookMessages: unknown[];
}

/** What a resource holds on somebody, by the correlation id that the operator gives its users. */
export interface HeldData {
  userCorrelationId: string;
  exportedAtMs: number;
  sessions: HeldSession[];
  /** What abuse monitoring has noted under the id; some of it of sessions that were erased. */
  abuseEvents: Pick<CorrelationEventRow, 'event' | 'atMs' | 'untilMs' | 'sessionId' | 'attemptId'>[];
}

/** What people may ask an operator for: everything that is held on them, and its erasure. Both are audited, without the id. */
export type PersonalData = ReturnType<typeof createPersonalData>;

export function createPersonalData(parts: {
  store: Store;
  vault: Vault;
  keptFiles: Pick<KeptFiles, 'held'>;
  clock: Clock;
  /** Told of sessions that were removed; nobody need be told where no service runs in this process. */
  onRemoved?: (sessionIds: readonly string[]) => void;
}) {
  const { store, vault, keptFiles, clock, onRemoved } = parts;
  const idsOf = (resource: Resource, userCorrelationId: string) =>
    store
      .selectFrom('sessions')
      .select('id')
      .where('resourceId', '=', resource.id)
      .where('userCorrelationId', '=', userCorrelationId);

  const audit = (
    event: 'person-data.exported' | 'person-data.erased',
    resource: Resource,
    userCorrelationId: string,
    count: number,
    by: string,
  ) =>
    store.transaction().execute((db) =>
      appendAuditLog(db, clock(), {
        event,
        resourceId: resource.id,
        // A keyed hash: whoever has the id can show that it was done, and the log, which forgets nothing, names nobody.
        facts: { person: vault.lookup(`person ${resource.id} ${userCorrelationId}`), sessions: count, by },
      }),
    );

  /** A few at a time; none when all are gone. */
  async function eraseSome(resource: Resource, userCorrelationId: string): Promise<number> {
    const found = await idsOf(resource, userCorrelationId).limit(SESSION_BATCH).execute();
    const ids = await sessionsWithinBatch(
      store,
      found.map(({ id }) => id),
    );
    if (ids.length === 0) return 0;
    await store.deleteFrom('sessions').where('id', 'in', ids).execute();
    onRemoved?.(ids);
    return ids.length;
  }

  return {
    async export(resource: Resource, userCorrelationId: string, by: string): Promise<HeldData> {
      const ids = await idsOf(resource, userCorrelationId).orderBy('createdAtMs').execute();
      const held: HeldSession[] = [];
      for (const { id } of ids) {
        const session = await readSession(store, id);
        if (session) held.push({ ...session, files: await keptFiles.held(resource, id) });
      }
      const abuseEvents = await store
        .selectFrom('correlationEvents')
        .select(['event', 'atMs', 'untilMs', 'sessionId', 'attemptId'])
        .where('lookup', '=', lookupOf(vault, resource.id, 'user', userCorrelationId))
        .orderBy('id')
        .execute();
      await audit('person-data.exported', resource, userCorrelationId, held.length, by);
      return { userCorrelationId, exportedAtMs: clock(), sessions: held, abuseEvents };
    },

    /** Removes every session of somebody with all of it; returns how many there were. */
    async erase(resource: Resource, userCorrelationId: string, by: string): Promise<number> {
      const erased = await untilNone(() => eraseSome(resource, userCorrelationId));
      await audit('person-data.erased', resource, userCorrelationId, erased, by);
      return erased;
    },
  };
}

async function readSession(store: Store, id: string): Promise<Omit<HeldSession, 'files'> | null> {
  const session = await loadSession(store, id);
  if (!session) return null;
  const { resourceId: _, ...shown } = session;
  const attempts = await store
    .selectFrom('attempts')
    .select(['attemptId', 'evidence'])
    .where('sessionId', '=', id)
    .orderBy('attemptId')
    .execute();
  const templates = [
    ...(await store.selectFrom('sessionReferences').select('template').where('sessionId', '=', id).execute()),
    ...(await store.selectFrom('seenFaces').select('template').where('sessionId', '=', id).execute()),
  ];
  const messages = await store
    .selectFrom('webhookDeliveries')
    .select('body')
    .where('sessionId', '=', id)
    .execute();
  return {
    session: shown,
    evidence: attempts
      .filter(({ evidence }) => evidence !== null)
      .map(({ attemptId, evidence }) => ({ attemptId, analysis: JSON.parse(evidence ?? 'null') as unknown })),
    calls: (await listEntries(store, id, { start: '', top: 10_000 })).reverse(),
    shadow: await shadowsOf(store, id),
    templateBytes: templates.reduce((sum, { template }) => sum + template.length, 0),
    webhookMessages: messages.map(({ body }) => JSON.parse(body) as unknown),
  };
}
