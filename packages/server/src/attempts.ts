import { issueChallenge, type FaceTemplate } from '@bonafide/engine';
import type { Challenge, LivenessErrorName } from '@bonafide/protocol';
import { sql } from 'kysely';
import type { AbuseMonitor } from './abuse/abuse-monitor.js';
import { appendAuditLog, type AuditEvent } from './audit-log.js';
import type { Clock, Random } from './clock.js';
import { ServiceError } from './errors.js';
import { keepMedia } from './media.js';
import type { InspectedReference } from './references.js';
import type { Resource } from './resources.js';
import { putSessionImage } from './session-images.js';
import { addEntry, loadSession, openSessionSealer, putReference } from './session-rows.js';
import type { AbuseFinding, Attempt, AuditEntry, Outcome, Session, SessionStatus } from './session.js';
import type { AttemptRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import { countUsage } from './usage.js';
import type { Vault } from './vault.js';
import { enqueue, type SessionEvent } from './webhooks/outbox.js';

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

/** The attempts of sessions: the only place that changes a session's status. */
export type Attempts = ReturnType<typeof createAttempts>;

export function createAttempts(parts: {
  store: Store;
  vault: Vault;
  abuse: AbuseMonitor;
  clock: Clock;
  random: Random;
}) {
  const { store, vault, abuse, clock, random } = parts;
  /** Sessions with a call in work. One service holds the store, so that its memory knows them all. */
  const atWork = new Set<string>();
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

  /** Takes part in a session that a token or an earlier read has shown; it may have been deleted since. */
  async function reload(db: StoreTransaction, { id }: Pick<Session, 'id'>): Promise<Session> {
    const session = await loadSession(db, id);
    if (!session) throw new ServiceError('SessionNotFound');
    return session;
  }

  return {
    /** Whether a call works on the session. */
    inWork: ({ id }: Session): boolean => atWork.has(id),

    /** Opens an attempt, or gives the open one another nonce and challenge: the last nonce is void. */
    async start(resource: Resource, { id }: Session, wanted: StartRequest): Promise<StartedAttempt> {
      if (atWork.has(id)) throw new ServiceError('ConcurrentOperationConflict');
      if (resource.policy.light === 'required' && !wanted.light) throw new ServiceError('LightRequired');
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
          light: wanted.light && resource.policy.light !== 'off',
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
      if (atWork.has(id)) throw new ServiceError('ConcurrentOperationConflict');
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
      if (atWork.has(id)) throw new ServiceError('ConcurrentOperationConflict');
      atWork.add(id);
      try {
        return await work();
      } finally {
        atWork.delete(id);
      }
    },

    /**
     * Takes the attempt that a capture belongs to, exclusively; `nonce` is null for a capture without a transcript, which
     * opens an attempt of its own unless session/start has opened one.
     * @throws ServiceError `NonceUsed`, `InvalidMetadata`, `LightRequired`, `AttemptsExhausted`, `TooManyRequests`
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
        // The attempt may have been opened before the policy required it.
        if (resource.policy.light === 'required' && open?.challenge && !asksForLight(open.challenge))
          throw new ServiceError('LightRequired');
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

    /** Ends as failed what a crash left running; for the start of the service, before its first call. */
    recover: (): Promise<number> =>
      transaction(async (db) => {
        const left = await db
          .selectFrom('attempts')
          .select(['sessionId', 'attemptId'])
          .where('status', '=', sql.lit('running'))
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
  };
}

/** Waiting for its capture; also one that was claimed and never given back, because the store could not be written. */
function isUnfinished({ status }: Attempt): boolean {
  return status === 'open' || status === 'running';
}

function asksForLight({ steps }: Challenge): boolean {
  return steps.some(({ kind }) => kind === 'light');
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
