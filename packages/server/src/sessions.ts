import { issueChallenge, type Engine, type FaceTemplate } from '@bonafide/engine';
import type { Challenge, LivenessErrorName } from '@bonafide/protocol';
import type { AbuseMonitor } from './abuse/abuse-monitor.js';
import { appendAuditLog, type AuditEvent } from './audit-log.js';
import { newUuid, type Clock, type Random } from './clock.js';
import { ServiceError } from './errors.js';
import { inspectReference, openTemplate, type InspectedReference } from './references.js';
import type { Resource } from './resources.js';
import {
  addEntry,
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
import { openSessionImage, putSessionImage } from './session-images.js';
import type {
  AbuseFinding,
  Attempt,
  AuditEntry,
  Outcome,
  Session,
  SessionKind,
  SessionSettings,
  SessionStatus,
} from './session.js';
import type { AttemptRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import type { SessionTokens } from './tokens.js';
import { countUsage } from './usage.js';
import type { Vault } from './vault.js';
import { enqueue, type SessionEvent } from './webhooks/outbox.js';

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

/** What a device says when it starts. */
export interface StartRequest {
  deviceCorrelationId: string | null;
  userCorrelationId: string | null;
  /** Coloured light is acceptable to the person. */
  light: boolean;
}

/** An opened attempt. */
export interface StartedAttempt {
  attemptId: number;
  nonce: string;
  challenge: Challenge;
  attemptsLeft: number;
  verifyImageNeeded: boolean;
}

/** How an attempt ended. */
export interface AttemptEnd {
  status: 'succeeded' | 'failed';
  livenessError: LivenessErrorName | null;
  entry: NewEntry;
  /** For operators, as JSON. */
  evidence: string | null;
  /** The reference that the device brought with the capture. */
  reference: InspectedReference | null;
  /** The face of the capture, where the session is monitored for abuse. */
  template: FaceTemplate | null;
  /** The picture that stands for the decision, where the session keeps one. */
  image: Uint8Array | null;
  /** What the device brought, for policies that keep it. */
  capture: { content: Uint8Array; reference: Uint8Array | null };
}

/** An audit entry before it has its place. */
export type NewEntry = Omit<AuditEntry, 'id' | 'sessionId' | 'attemptId' | 'sessionImageId'>;

/** An open attempt may be started over (a page reloaded), but nobody draws challenges until an easy one comes. */
const MAX_STARTS = 10;
const NONCE_BYTES = 16;
/** Sessions that one transaction of a sweep removes, so that calls get their turn between. */
const SWEEP_BATCH = 200;

/** The life of sessions: the only place that changes their status. */
export type Sessions = ReturnType<typeof createSessions>;

export function createSessions(parts: {
  store: Store;
  vault: Vault;
  tokens: SessionTokens;
  engine: Engine;
  abuse: AbuseMonitor;
  clock: Clock;
  random: Random;
}) {
  const { store, vault, tokens, engine, abuse, clock, random } = parts;
  /** Sessions with a call in work. One service holds the store, so that its memory knows them all. */
  const inWork = new Set<string>();
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (db: StoreTransaction, event: AuditEvent) => appendAuditLog(db, clock(), event);

  /** Tells the webhooks that a session has ended, or has another decision. */
  async function tellFinished(
    db: StoreTransaction,
    session: Session,
    status: SessionStatus,
    verdict: SessionEvent['verdict'] = {},
  ): Promise<void> {
    if (session.lab) return;
    const facts = { status, attempts: session.attempts.length };
    await enqueue(db, { event: 'session.finished', session, facts, verdict }, { atMs: clock(), random });
  }

  const tellAbuse = (db: StoreTransaction, session: Session, attempt: number, finding: AbuseFinding) =>
    enqueue(
      db,
      {
        event: 'abuse.detected',
        session,
        facts: { attempt, otherSessions: finding.otherFlaggedSessions.length },
        verdict: {},
      },
      { atMs: clock(), random },
    );

  const keptAfter = ({ policy }: Resource, kind: 'session' | 'sessionImage' | 'template') =>
    keptAfterMs(policy, kind, clock());

  /** Takes part in a session that a token or an earlier read has shown; it may have been deleted since. */
  async function reload(db: StoreTransaction, { id }: Pick<Session, 'id'>): Promise<Session> {
    const session = await loadSession(db, id);
    if (!session) throw new ServiceError('SessionNotFound');
    return session;
  }

  /** @throws ServiceError `SessionNotFound`, also for another resource's, another kind's and an outlived session */
  async function get(resource: Resource, kind: SessionKind, id: string): Promise<Session> {
    const session = await loadSession(store, id);
    if (!isOf(resource, session) || session.kind !== kind) throw new ServiceError('SessionNotFound');
    const ended =
      session.status === 'Started' && session.settings.endsWithDecision && isExpired(session, clock());
    return ended && !inWork.has(session.id) ? { ...session, status: 'Failed' } : session;
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

    /** Removes sessions of the lab, in the transaction of what they were for. */
    async discard(db: StoreTransaction, ids: readonly string[]): Promise<void> {
      await db.deleteFrom('sessions').where('id', 'in', ids).where('lab', '=', 1).execute();
    },

    /** The session that a token stands for; null when it is gone. */
    find: (id: string): Promise<Session | null> => loadSession(store, id),

    /** Opens an attempt, or gives the open one another nonce and challenge: the last nonce is void. */
    async start(resource: Resource, { id }: Session, wanted: StartRequest): Promise<StartedAttempt> {
      if (inWork.has(id)) throw new ServiceError('ConcurrentOperationConflict');
      const nonce = random(NONCE_BYTES);
      return transaction(async (db) => {
        const session = await reload(db, { id });
        const ids = correlationIds(session, wanted);
        await abuse.refuseFlagged(db, resource, ids);
        await abuse.refuseTimedOut(db, resource, ids);
        if (session.starts >= MAX_STARTS) throw new ServiceError('AttemptsExhausted');
        const attempt = await openAttempt(db, session, clock());
        const challenge = issueChallenge(nonce, {
          mode: session.settings.mode,
          light: wanted.light && resource.policy.light === 'on',
        });
        const text = Buffer.from(nonce).toString('base64url');
        await updateAttempt(db, session, attempt, {
          status: 'open',
          nonce: text,
          challenge: JSON.stringify(challenge),
          openedAtMs: clock(),
        });
        await db
          .updateTable('sessions')
          .set({
            ...ids,
            starts: session.starts + 1,
            startedAtMs: session.startedAtMs ?? clock(),
            status: session.status === 'NotStarted' ? 'Started' : session.status,
          })
          .where('id', '=', session.id)
          .execute();
        await log(db, {
          event: 'attempt.opened',
          resourceId: session.resourceId,
          facts: { session: session.id, attempt: attempt.attemptId },
        });
        return {
          attemptId: attempt.attemptId,
          nonce: text,
          challenge,
          attemptsLeft: session.settings.attemptsAllowed - attempt.attemptId,
          verifyImageNeeded: session.kind === 'livenessWithVerify' && session.reference === null,
        };
      });
    },

    /** Gives the open attempt up; nothing happens when there is none. */
    async end({ id }: Session, reason: LivenessErrorName): Promise<void> {
      if (inWork.has(id)) throw new ServiceError('ConcurrentOperationConflict');
      await transaction(async (db) => {
        const session = await reload(db, { id });
        const attempt = session.attempts.find(isUnfinished);
        if (!attempt) return;
        const status = reason.startsWith('UserCanceled') ? 'canceled' : 'failed';
        await updateAttempt(db, session, attempt, { status, livenessError: reason, finishedAtMs: clock() });
        const ended = status === 'canceled' ? 'Canceled' : 'Failed';
        if (await setStatus(db, session, ended)) await tellFinished(db, session, ended);
        await log(db, {
          event: 'attempt.ended',
          resourceId: session.resourceId,
          facts: { session: session.id, attempt: attempt.attemptId, reason },
        });
      });
    },

    /** Runs `work` while no other call works on the session. @throws ServiceError `ConcurrentOperationConflict` */
    async exclusively<T>({ id }: Session, work: () => Promise<T>): Promise<T> {
      if (inWork.has(id)) throw new ServiceError('ConcurrentOperationConflict');
      inWork.add(id);
      try {
        return await work();
      } finally {
        inWork.delete(id);
      }
    },

    /**
     * Takes the attempt that a capture belongs to, exclusively; `nonce` is null for a capture without a transcript, which
     * opens an attempt of its own unless session/start has opened one.
     * @throws ServiceError `NonceUsed`, `InvalidMetadata`, `AttemptsExhausted`, `TooManyRequests`
     */
    claim: (resource: Resource, from: Session, nonce: string | null): Promise<Attempt> =>
      transaction(async (db) => {
        const session = await reload(db, from);
        await abuse.refuseTimedOut(db, resource, session);
        const open = session.attempts.find(isUnfinished);
        if (nonce === null && open && open.nonce !== '')
          throw new ServiceError('InvalidMetadata', {
            message: 'session/start opened this attempt; its capture must bring bonafide-capture/1 metadata.',
          });
        if (nonce !== null && open?.nonce !== nonce) {
          const used = session.attempts.some((attempt) => attempt.nonce === nonce);
          throw used
            ? new ServiceError('NonceUsed')
            : new ServiceError('InvalidMetadata', {
                message: 'The nonce of the metadata is not the one that session/start handed out last.',
              });
        }
        const attempt = await openAttempt(db, session, clock());
        await updateAttempt(db, session, attempt, { status: 'running' });
        if (session.status === 'NotStarted')
          await db.updateTable('sessions').set({ status: 'Started' }).where('id', '=', session.id).execute();
        return { ...attempt, status: 'running' };
      }),

    /** Writes an attempt's end, the audit entry and the session's new status at once. */
    finish: (resource: Resource, from: Session, attempt: Attempt, end: AttemptEnd): Promise<void> =>
      transaction(async (db) => {
        const session = await reload(db, from);
        const { attemptId } = attempt;
        const { template } = end;
        const { outcome, digest, requestId, latencyMs } = end.entry;
        const keep = { sealer: await openSessionSealer(db, vault, session.id), atMs: clock() };
        const sessionImageId =
          end.image && (await putSessionImage(db, session, end.image, { ...keep, random }));
        const clip = { sessionId: session.id, kind: 'clip', attemptId } as const;
        await keepMedia(db, resource, clip, end.capture.content, keep);
        const finding = await abuse.observe(db, resource, { session, attemptId, outcome, template });
        const auditId = await addEntry(db, session.id, attempt.attemptId, { ...end.entry, sessionImageId });
        await updateAttempt(db, session, attempt, {
          status: end.status,
          livenessError: end.livenessError,
          evidence: end.evidence,
          finishedAtMs: clock(),
          auditId,
          abuse: finding && JSON.stringify(finding),
        });
        if (end.reference) {
          await putReference(db, session, end.reference, keep);
          const photograph = { sessionId: session.id, kind: 'reference', attemptId: 0 } as const;
          await keepMedia(db, resource, photograph, end.capture.reference, keep);
        }
        const ended = end.status === 'succeeded' ? 'Succeeded' : 'Failed';
        if (await setStatus(db, session, ended)) await tellFinished(db, session, ended, verdictOf(outcome));
        if (finding?.isAbuseDetected) await tellAbuse(db, session, attemptId, finding);
        const decision = outcome.kind === 'decided' ? outcome.decision : null;
        if (decision)
          await db.updateTable('sessions').set({ decision }).where('id', '=', session.id).execute();
        await countUsage(db, session.resourceId, clock(), { [decision ?? 'refused']: 1 }, latencyMs);
        await log(db, {
          event: 'attempt.judged',
          resourceId: session.resourceId,
          facts: {
            session: session.id,
            attempt: attemptId,
            request: requestId,
            digest,
            outcome: outcome.kind === 'decided' ? outcome.decision : outcome.error,
          },
        });
      }),

    /** Gives a claimed attempt back: nothing was judged, and the same capture may come again. */
    release: (session: Session, attempt: Attempt): Promise<void> =>
      transaction(async (db) => {
        await updateAttempt(db, session, attempt, { status: 'open' });
      }),

    /** Writes the audit entry of a call that was not judged, and gives the attempt back that it had claimed. */
    recordRefusal: (from: Session, entry: NewEntry, claimed: Attempt | null = null): Promise<void> =>
      transaction(async (db) => {
        const session = await reload(db, from);
        if (claimed) await updateAttempt(db, session, claimed, { status: 'open' });
        await addEntry(db, session.id, null, { ...entry, sessionImageId: null });
      }),

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

    /** Ends as failed what a crash left running; for the start of the service, before its first call. */
    recover: (): Promise<number> =>
      transaction(async (db) => {
        const left = await db
          .selectFrom('attempts')
          .select(['sessionId', 'attemptId'])
          .where('status', '=', 'running')
          .execute();
        for (const { sessionId, attemptId } of left) {
          const session = await loadSession(db, sessionId);
          const attempt = session?.attempts.find((candidate) => candidate.attemptId === attemptId);
          if (!session || !attempt) continue;
          await updateAttempt(db, session, attempt, {
            status: 'failed',
            livenessError: 'UnexpectedServerError',
            finishedAtMs: clock(),
          });
          if (await setStatus(db, session, 'Failed')) await tellFinished(db, session, 'Failed');
          await log(db, {
            event: 'attempt.ended',
            resourceId: session.resourceId,
            facts: { session: sessionId, attempt: attemptId, reason: 'UnexpectedServerError' },
          });
        }
        return left.length;
      }),

    /** Removes some sessions that are older than their resource keeps them; returns how many, none when all are gone. */
    sweep: (resource: Resource): Promise<number> =>
      transaction(async (db) => {
        const outlived = await db
          .selectFrom('sessions')
          .select('id')
          .where('resourceId', '=', resource.id)
          .where('createdAtMs', '<=', keptAfter(resource, 'session'))
          .limit(SWEEP_BATCH)
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

/** Waiting for its capture; also one that was claimed and never given back, because the store could not be written. */
function isUnfinished({ status }: Attempt): boolean {
  return status === 'open' || status === 'running';
}

/** The unfinished attempt, or the next one if the session allows it. */
async function openAttempt(db: StoreTransaction, session: Session, openedAtMs: number): Promise<Attempt> {
  const open = session.attempts.find(isUnfinished);
  if (open) return open;
  const { attemptsAllowed, endsWithDecision } = session.settings;
  const over =
    session.status === 'Failed' ||
    session.status === 'Canceled' ||
    (session.status === 'Succeeded' && endsWithDecision);
  if (over || session.attempts.length >= attemptsAllowed) throw new ServiceError('AttemptsExhausted');
  const attempt = {
    attemptId: session.attempts.length + 1,
    status: 'open' as const,
    nonce: '',
    challenge: null,
    openedAtMs,
    finishedAtMs: null,
    livenessError: null,
    abuse: null,
  };
  await db
    .insertInto('attempts')
    .values({ ...attempt, sessionId: session.id, auditId: null, evidence: null })
    .execute();
  return { ...attempt, entry: null };
}

async function updateAttempt(
  db: StoreTransaction,
  session: Session,
  { attemptId }: Attempt,
  values: Partial<AttemptRow>,
): Promise<void> {
  await db
    .updateTable('attempts')
    .set(values)
    .where('sessionId', '=', session.id)
    .where('attemptId', '=', attemptId)
    .execute();
}

/**
 * An attempt has ended: a decision is the session's; without one the session ends when no attempt is left. Says whether the
 * session has ended by it.
 */
async function setStatus(db: StoreTransaction, session: Session, ended: SessionStatus): Promise<boolean> {
  const exhausted = session.attempts.length >= session.settings.attemptsAllowed;
  if (ended !== 'Succeeded' && (session.status === 'Succeeded' || !exhausted)) return false;
  await db.updateTable('sessions').set({ status: ended }).where('id', '=', session.id).execute();
  return true;
}

/** What a webhook says of an outcome where its operator asked for it. */
function verdictOf(outcome: Outcome): SessionEvent['verdict'] {
  if (outcome.kind === 'refused') return { decision: null, error: outcome.code };
  const { decision, verification } = outcome;
  return { decision, ...(verification && { isIdentical: verification.isIdentical }) };
}

/** @throws ServiceError when an id that the client was to bring is missing or too long */
function correlationIds(session: Session, wanted: StartRequest) {
  const deviceCorrelationId = session.settings.deviceIdFromClient
    ? (wanted.deviceCorrelationId ?? session.deviceCorrelationId)
    : session.deviceCorrelationId;
  const userCorrelationId = session.settings.userIdFromClient
    ? (wanted.userCorrelationId ?? session.userCorrelationId)
    : session.userCorrelationId;
  if (session.settings.deviceIdFromClient && !deviceCorrelationId)
    throw new ServiceError('InvalidDeviceCorrelationId');
  if (session.settings.userIdFromClient && !userCorrelationId)
    throw new ServiceError('InvalidUserCorrelationId');
  return { deviceCorrelationId, userCorrelationId };
}
