import type { Engine, FaceTemplate } from '@bonafide/engine';
import { appendAuditLog } from '../audit-log.js';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import { keptAfterMs, type ResourcePolicy } from '../resource-policy.js';
import type { Resource } from '../resources.js';
import type { AbuseFinding, Outcome, Session } from '../session.js';
import type { CorrelationEventRow } from '../store/schema.js';
import type { StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { ABUSE_RULES, type AbuseRules } from './rules.js';
import { createSeenFaces } from './seen-faces.js';

/** Who a session is said to belong to. */
export type CorrelationIds = Pick<Session, 'deviceCorrelationId' | 'userCorrelationId'>;

/** An attempt that has ended, as the monitor sees it. */
export interface EndedAttempt {
  session: Session;
  attemptId: number;
  outcome: Outcome;
  template: FaceTemplate | null;
}

/** A result names at most so many other sessions, newest first. */
const MAX_OTHER_SESSIONS = 100;

/** Under which keyed hash the events of a correlation id are kept. */
export function lookupOf(vault: Vault, resourceId: string, kind: 'device' | 'user', id: string): string {
  return vault.lookup(`correlation ${resourceId} ${kind} ${id}`);
}

/**
 * Watches what happens under the correlation ids of a resource: the same face under many of them, repeated spoofs under one,
 * and failures in quick succession. Ids are remembered as HMACs, also after their sessions were deleted, for as long as
 * the window of the rules.
 */
export type AbuseMonitor = ReturnType<typeof createAbuseMonitor>;

export function createAbuseMonitor(parts: {
  vault: Vault;
  engine: Pick<Engine, 'compare'>;
  clock: Clock;
  rules?: AbuseRules;
}) {
  const { vault, clock, rules = ABUSE_RULES } = parts;
  const faces = createSeenFaces(parts);
  const windowStart = () => clock() - rules.window.value;

  /** Events of an id in the window, oldest first. */
  const eventsOf = (db: StoreTransaction, lookup: string, event: CorrelationEventRow['event']) =>
    db
      .selectFrom('correlationEvents')
      .selectAll()
      .where('lookup', '=', lookup)
      .where('event', '=', event)
      .where('atMs', '>', windowStart())
      .orderBy('id')
      .execute();

  async function record(
    db: StoreTransaction,
    { session, attemptId }: EndedAttempt,
    lookup: string,
    event: CorrelationEventRow['event'],
    untilMs: number | null = null,
  ): Promise<void> {
    const { resourceId, id: sessionId } = session;
    const row = { resourceId, lookup, event, atMs: clock(), untilMs, sessionId, attemptId };
    await db.insertInto('correlationEvents').values(row).execute();
  }

  function lookupsOf(
    resourceId: string,
    ids: CorrelationIds,
  ): { device: string | null; user: string | null } {
    const { deviceCorrelationId: device, userCorrelationId: user } = ids;
    return {
      device: device ? lookupOf(vault, resourceId, 'device', device) : null,
      user: user ? lookupOf(vault, resourceId, 'user', user) : null,
    };
  }

  /** Failures in quick succession bring a time-out, each longer than the one before. */
  async function countFailure(db: StoreTransaction, ended: EndedAttempt, device: string): Promise<void> {
    await record(db, ended, device, 'failed');
    const timeOuts = await eventsOf(db, device, 'timedOut');
    const since = Math.max(clock() - rules.failuresWithin.value, timeOuts.at(-1)?.untilMs ?? 0);
    const failures = (await eventsOf(db, device, 'failed')).filter(({ atMs }) => atMs >= since);
    if (failures.length < rules.failures.value) return;
    const length = (rules.timeOuts[timeOuts.length] ?? rules.timeOuts.at(-1))?.value ?? rules.window.value;
    await record(db, ended, device, 'timedOut', clock() + length);
    await appendAuditLog(db, clock(), {
      event: 'correlation.timed-out',
      resourceId: ended.session.resourceId,
      facts: { session: ended.session.id, seconds: length / 1000 },
    });
  }

  /** Earlier spoofs under an id, when they and this one are too many. */
  async function repeatedSpoofs(db: StoreTransaction, lookup: string) {
    const spoofs = await eventsOf(db, lookup, 'spoof');
    return spoofs.length >= rules.spoofsOfOneId.value ? spoofs.reverse() : [];
  }

  /** Sightings of the attempt's face under other ids, when they are too many. */
  async function sameFace(db: StoreTransaction, policy: ResourcePolicy, ended: EndedAttempt, lookup: string) {
    const { session, attemptId, template } = ended;
    if (!template) return [];
    const { id: sessionId, resourceId } = session;
    const sightings = await faces.find(db, resourceId, template, {
      sinceMs: Math.max(windowStart(), keptAfterMs(policy, 'template', clock())),
      confidence: rules.sameFaceConfidence.value,
    });
    await faces.add(db, resourceId, { sessionId, attemptId, lookup, atMs: clock(), template });
    const others = await stillThere(
      db,
      sightings.filter((sighting) => sighting.lookup !== lookup),
    );
    const ids = new Set(others.map((sighting) => sighting.lookup));
    return ids.size >= rules.idsOfOneFace.value ? others : [];
  }

  async function flag(db: StoreTransaction, ended: EndedAttempt, lookups: string[], rule: string) {
    for (const lookup of lookups) await record(db, ended, lookup, 'flagged');
    const { id, resourceId } = ended.session;
    await appendAuditLog(db, clock(), {
      event: 'correlation.flagged',
      resourceId,
      facts: { session: id, attempt: ended.attemptId, rule },
    });
  }

  return {
    /** @throws ServiceError `AbuseDetected` when one of the ids was flagged in the window */
    async refuseFlagged(db: StoreTransaction, resource: Resource, ids: CorrelationIds): Promise<void> {
      if (resource.policy.abuseMonitoring === 'off') return;
      for (const lookup of Object.values(lookupsOf(resource.id, ids)))
        if (lookup && (await eventsOf(db, lookup, 'flagged')).length > 0)
          throw new ServiceError('AbuseDetected');
    },

    /** @throws ServiceError `TooManyRequests` while the device has a time-out */
    async refuseTimedOut(db: StoreTransaction, resource: Resource, ids: CorrelationIds): Promise<void> {
      const { device } = lookupsOf(resource.id, ids);
      if (resource.policy.rateLimits === 'off' || !device) return;
      const untilMs = (await eventsOf(db, device, 'timedOut')).at(-1)?.untilMs ?? 0;
      if (untilMs > clock())
        throw new ServiceError('TooManyRequests', {
          retryAfterSeconds: Math.ceil((untilMs - clock()) / 1000),
        });
    },

    /**
     * Takes note of an attempt that has ended. Returns what its result says of abuse; null where the session is not
     * monitored. To call before the attempt's end is written, in the same transaction.
     */
    async observe(
      db: StoreTransaction,
      resource: Resource,
      ended: EndedAttempt,
    ): Promise<AbuseFinding | null> {
      const { session, outcome } = ended;
      const lookups = lookupsOf(resource.id, session);
      if (lookups.device && !isPass(outcome) && resource.policy.rateLimits === 'on')
        await countFailure(db, ended, lookups.device);
      if (resource.policy.abuseMonitoring === 'off') return null;

      const related: Related[] = [];
      let isAbuseDetected = false;
      const ids = Object.values(lookups).filter((lookup) => lookup !== null);
      if (outcome.kind === 'decided' && outcome.decision === 'spoofface')
        for (const lookup of ids) {
          await record(db, ended, lookup, 'spoof');
          const spoofs = await repeatedSpoofs(db, lookup);
          if (spoofs.length === 0) continue;
          isAbuseDetected = true;
          related.push(...spoofs);
          await flag(db, ended, [lookup], 'repeated spoofs');
        }
      if (!session.settings.abuseMonitoring) return null;
      // A face belongs to a person: where the person has an id, the device's says nothing.
      const person = lookups.user ?? lookups.device;
      const others = person ? await sameFace(db, resource.policy, ended, person) : [];
      if (person && others.length > 0) {
        isAbuseDetected = true;
        related.push(...others);
        await flag(db, ended, [person], 'same face');
      }
      return { isAbuseDetected, otherFlaggedSessions: await toFlaggedSessions(db, ended, related) };
    },

    /** Sessions were removed: their faces are forgotten at once. */
    forget: (sessionIds: readonly string[]) => faces.forget(sessionIds),

    /** Removes what has left the window. */
    async sweep(db: StoreTransaction): Promise<void> {
      await faces.sweep(db, windowStart());
      await db.deleteFrom('correlationEvents').where('atMs', '<=', windowStart()).execute();
    },
  };
}

/** `realface`, and the right person where one was asked for. */
function isPass(outcome: Outcome): boolean {
  return (
    outcome.kind === 'decided' &&
    outcome.decision === 'realface' &&
    outcome.verification?.isIdentical !== false
  );
}

/** An attempt by its name. */
type Related = { sessionId: string; attemptId: number };

/** Those whose session was not deleted. */
async function stillThere<T extends Related>(db: StoreTransaction, related: readonly T[]): Promise<T[]> {
  const ids = [...new Set(related.map(({ sessionId }) => sessionId))].slice(0, MAX_OTHER_SESSIONS);
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('sessions').select('id').where('id', 'in', ids).execute();
  const there = new Set(rows.map(({ id }) => id));
  return related.filter(({ sessionId }) => there.has(sessionId));
}

/** The other sessions that a finding rests on, as it names them. */
async function toFlaggedSessions(
  db: StoreTransaction,
  { session }: EndedAttempt,
  related: readonly Related[],
): Promise<AbuseFinding['otherFlaggedSessions']> {
  const others = related.filter(({ sessionId }) => sessionId !== session.id);
  const named = new Map(others.map((one) => [`${one.sessionId} ${one.attemptId}`, one]));
  const kept = (await stillThere(db, [...named.values()])).slice(0, MAX_OTHER_SESSIONS);
  return Promise.all(
    kept.map(async ({ sessionId, attemptId }) => {
      const entry = await db
        .selectFrom('auditEntries')
        .select('sessionImageId')
        .where('sessionId', '=', sessionId)
        .where('attemptId', '=', attemptId)
        .where('sessionImageId', 'is not', null)
        .executeTakeFirst();
      return { attemptId, sessionId, ...(entry?.sessionImageId && { sessionImageId: entry.sessionImageId }) };
    }),
  );
}
