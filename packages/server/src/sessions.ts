import type { Engine, FaceTemplate } from '@bonafide/engine';
import type { AbuseMonitor } from './abuse/abuse-monitor.js';
import { appendAuditLog, type AuditEvent } from './audit-log.js';
import type { Attempts } from './attempts.js';
import { SESSION_BATCH } from './batches.js';
import { newUuid, type Clock, type Random } from './clock.js';
import { ServiceError } from './errors.js';
import { inspectReference, openTemplate } from './references.js';
import type { Resource } from './resources.js';
import {
  listEntries,
  listSessions,
  loadSession,
  openSessionSealer,
  putReference,
  sessionKeyContext,
  type Page,
} from './session-rows.js';
import { keepMedia, sessionsWithinBatch } from './media.js';
import { keptAfterMs } from './resource-policy.js';
import { openSessionImage } from './session-images.js';
import type { AuditEntry, Session, SessionKind, SessionSettings } from './session.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import type { SessionTokens } from './tokens.js';
import { countUsage } from './usage.js';
import type { Vault } from './vault.js';

/** What an application asks for. */
export interface NewSession {
  kind: SessionKind;
  settings: SessionSettings;
  deviceCorrelationId: string | null;
  userCorrelationId: string | null;
  /** The photograph to verify against; null where the device brings it, or nothing is verified. */
  reference: Uint8Array | null;
  /** It records a presentation of the lab. */
  lab?: boolean;
}

/** Sessions from their creation to their removal; what happens in between is the matter of attempts.ts. */
export type Sessions = ReturnType<typeof createSessions>;

export function createSessions(parts: {
  store: Store;
  vault: Vault;
  tokens: SessionTokens;
  engine: Engine;
  attempts: Pick<Attempts, 'inWork'>;
  abuse: AbuseMonitor;
  clock: Clock;
  random: Random;
}) {
  const { store, vault, tokens, engine, attempts, abuse, clock, random } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (db: StoreTransaction, event: AuditEvent) => appendAuditLog(db, clock(), event);

  const keptAfter = ({ policy }: Resource, kind: 'session' | 'sessionImage' | 'template') =>
    keptAfterMs(policy, kind, clock());

  /** @throws ServiceError `SessionNotFound`, also for another resource's, another kind's and an outlived session */
  async function get(resource: Resource, kind: SessionKind, id: string): Promise<Session> {
    const session = await loadSession(store, id);
    if (!isOf(resource, session) || session.kind !== kind) throw new ServiceError('SessionNotFound');
    const ended =
      session.status === 'Started' && session.settings.endsWithDecision && isExpired(session, clock());
    return ended && !attempts.inWork(session) ? { ...session, status: 'Failed' } : session;
  }

  /** Whether a session is a live one of a resource, and not older than the resource keeps sessions. */
  function isOf(resource: Resource, session: Session | null): session is Session {
    if (session?.resourceId !== resource.id || session.lab) return false;
    return session.createdAtMs > keptAfter(resource, 'session');
  }

  return {
    get,

    /** @throws ServiceError when the photograph is refused, or the resource may not compare faces */
    async create(
      resource: Resource,
      wanted: NewSession,
    ): Promise<{ session: Session; token: string; failedRules: string[] }> {
      if (wanted.kind === 'livenessWithVerify' && resource.policy.recognition === 'off')
        throw new ServiceError('UnsupportedFeature');
      const reference = wanted.reference && (await inspectReference(engine, wanted.reference, 'app'));
      const id = newUuid(random);
      const { sealer, sealedKey } = vault.newSealer(sessionKeyContext(id));
      const session = await transaction(async (db) => {
        await abuse.refuseFlagged(db, resource, wanted);
        await db
          .insertInto('sessions')
          .values({
            id,
            resourceId: resource.id,
            kind: wanted.kind,
            status: 'NotStarted',
            settings: JSON.stringify(wanted.settings),
            deviceCorrelationId: wanted.deviceCorrelationId,
            userCorrelationId: wanted.userCorrelationId,
            createdAtMs: clock(),
            startedAtMs: null,
            starts: 0,
            sealedKey,
            lab: wanted.lab ? 1 : 0,
          })
          .execute();
        const keep = { sealer, atMs: clock() };
        if (reference) await putReference(db, { id, resourceId: resource.id }, reference, keep);
        const photograph = { sessionId: id, kind: 'reference', attemptId: 0 } as const;
        await keepMedia(db, resource, photograph, wanted.reference, keep);
        if (!wanted.lab) await countUsage(db, resource.id, clock(), { sessions: 1 });
        await log(db, {
          event: 'session.created',
          resourceId: resource.id,
          facts: { session: id, kind: wanted.kind },
        });
        return loadSession(db, id);
      });
      if (!session) throw new ServiceError('SessionNotFound');
      return { session, token: await tokens.issue(session), failedRules: reference?.failedRules ?? [] };
    },

    /** Sessions of a kind by ascending id, without their attempts. */
    list: (resource: Resource, kind: SessionKind, page: Page): Promise<Session[]> =>
      listSessions(
        store,
        { resourceId: resource.id, kind, createdAfterMs: keptAfter(resource, 'session') },
        page,
      ),

    /** Audit entries of a session, newest first. @throws ServiceError `SessionNotFound` */
    async audit(resource: Resource, kind: SessionKind, id: string, page: Page): Promise<AuditEntry[]> {
      const session = await get(resource, kind, id);
      return listEntries(store, session.id, page);
    },

    /** Removes a session and everything of it; `by` is who asks for it in the portal. @throws ServiceError `SessionNotFound` */
    async remove(resource: Resource, kind: SessionKind, id: string, by?: string): Promise<void> {
      const session = await get(resource, kind, id);
      await transaction(async (db) => {
        const { numDeletedRows } = await db
          .deleteFrom('sessions')
          .where('id', '=', session.id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) throw new ServiceError('SessionNotFound');
        abuse.forget([session.id]);
        await log(db, {
          event: 'session.deleted',
          resourceId: resource.id,
          facts: { session: session.id, ...(by !== undefined && { by }) },
        });
      });
    },

    /** The session that a token stands for; null when it is gone. */
    find: (id: string): Promise<Session | null> => loadSession(store, id),

    /** The template of a session's reference, or null. */
    async referenceTemplate(resource: Resource, { id }: Session): Promise<FaceTemplate | null> {
      const row = await store
        .selectFrom('sessionReferences')
        .select('template')
        .where('sessionId', '=', id)
        .where('atMs', '>', keptAfter(resource, 'template'))
        .executeTakeFirst();
      if (!row || row.template.length === 0) return null;
      return openTemplate(row.template, await openSessionSealer(store, vault, id));
    },

    /** A session image (JPEG) by its id. @throws ServiceError `SessionImageNotFound` */
    async image(resource: Resource, imageId: string): Promise<Buffer> {
      const row = await store
        .selectFrom('sessionImages')
        .selectAll()
        .where('id', '=', imageId)
        .where('atMs', '>', keptAfter(resource, 'sessionImage'))
        .executeTakeFirst();
      if (!row || !isOf(resource, await loadSession(store, row.sessionId)))
        throw new ServiceError('SessionImageNotFound');
      return openSessionImage(row, await openSessionSealer(store, vault, row.sessionId));
    },

    /** Removes some sessions that are older than their resource keeps them; returns how many, none when all are gone. */
    sweep: (resource: Resource): Promise<number> =>
      transaction(async (db) => {
        const outlived = await db
          .selectFrom('sessions')
          .select('id')
          .where('resourceId', '=', resource.id)
          .where('createdAtMs', '<=', keptAfter(resource, 'session'))
          .limit(SESSION_BATCH)
          .execute();
        const ids = await sessionsWithinBatch(
          db,
          outlived.map(({ id }) => id),
        );
        if (ids.length === 0) return 0;
        await db.deleteFrom('sessions').where('id', 'in', ids).execute();
        abuse.forget(ids);
        await log(db, {
          event: 'session.expired',
          resourceId: resource.id,
          facts: { sessions: ids.join(' ') },
        });
        return ids.length;
      }),

    /** Removes what abuse monitoring need not remember any more. */
    sweepAbuse: (): Promise<void> => transaction((db) => abuse.sweep(db)),
  };
}

/** Whether the session's token has ended. */
export function isExpired(session: Session, nowMs: number): boolean {
  return nowMs > session.expiresAtMs;
}
