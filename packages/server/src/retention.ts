import { appendAuditLog } from './audit-log.js';
import type { AuditRetention } from './audit-retention.js';
import { untilNone } from './batches.js';
import type { Clock } from './clock.js';
import type { Faces } from './faces.js';
import { withinBatch } from './media.js';
import { keptAfterMs } from './resource-policy.js';
import type { Resource, Resources } from './resources.js';
import type { Sessions } from './sessions.js';
import { emptyLog, type Store, type StoreTransaction } from './store/sqlite.js';

/**
 * Removes, now and then, what is older than its resource keeps it, and faces whose time is over; and what was deleted, by
 * whomever, from the log of the store.
 */
export interface Sweeper {
  /** Sweeps once, the log included; returns how many sessions and faces it removed. */
  sweep(): Promise<number>;
  /** Ends after the batch in work. */
  stop(): Promise<void>;
}

/** Reads refuse what is outlived anyway; the sweep only has to follow soon. */
const INTERVAL_MS = 10 * 60_000;
/** Deleted keys, templates and ids are in the store's log still, until that is emptied. */
const EMPTY_LOG_MS = 10_000;
/** Rows that one transaction takes, so that calls get their turn between. */
const BATCH = 100;

/** Sweeps at once and then every ten minutes; the log is emptied every ten seconds. */
export function startSweeper(parts: {
  store: Store;
  resources: Resources;
  sessions: Sessions;
  faces: Faces;
  auditRetention: AuditRetention;
  clock: Clock;
  onError: (error: unknown) => void;
}): Sweeper {
  const { store, resources, sessions, faces, auditRetention, clock, onError } = parts;

  let stopped = false;
  let round: Promise<number> | null = null;
  const begin = () => (round = sweepAll().finally(() => (round = null)));
  const untilNoneOrStopped = (some: () => Promise<number>) => untilNone(async () => (stopped ? 0 : some()));

  async function sweepAll(): Promise<number> {
    let removed = await faces.sweep();
    for (const resource of await resources.list()) {
      removed += await untilNoneOrStopped(() => sessions.sweep(resource));
      for (const kind of KINDS)
        await untilNoneOrStopped(() =>
          store.transaction().execute((db) => sweepKind(db, resource, kind, clock())),
        );
    }
    if (!stopped) await sessions.sweepAbuse();
    await untilNoneOrStopped(() => auditRetention.expire());
    await emptyLog(store);
    return removed;
  }

  /** A round of many sessions may last longer than the time between two. */
  const run = () => {
    if (!round) void begin().catch(onError);
  };
  run();
  const timer = setInterval(run, INTERVAL_MS).unref();
  let emptying = Promise.resolve();
  const logTimer = setInterval(() => {
    emptying = emptyLog(store).catch(onError);
  }, EMPTY_LOG_MS).unref();
  return {
    async sweep() {
      await round?.catch(() => undefined);
      return begin();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearInterval(logTimer);
      await emptying;
      await round?.catch(() => undefined);
    },
  };
}

type Kind = (typeof KINDS)[number];

/** What may be gone before its session: how some of it that came until then is removed, and how many that were. */
const REMOVALS = {
  clip: async (db: StoreTransaction, { id }: Resource, untilMs: number) => {
    const old = await db
      .selectFrom('media')
      .select(['sessionId', 'kind', 'attemptId'])
      .select(({ fn }) => fn<number>('length', ['sealed']).as('bytes'))
      .where('resourceId', '=', id)
      .where('atMs', '<=', untilMs)
      .limit(BATCH)
      .execute();
    const some = withinBatch(old);
    for (const { sessionId, kind, attemptId } of some)
      await db
        .deleteFrom('media')
        .where('sessionId', '=', sessionId)
        .where('kind', '=', kind)
        .where('attemptId', '=', attemptId)
        .execute();
    return some.length;
  },
  sessionImage: async (db: StoreTransaction, { id }: Resource, untilMs: number) => {
    const some = db
      .selectFrom('sessionImages')
      .select('id')
      .where('resourceId', '=', id)
      .where('atMs', '<=', untilMs)
      .limit(BATCH);
    return Number(
      (await db.deleteFrom('sessionImages').where('id', 'in', some).executeTakeFirst()).numDeletedRows,
    );
  },
  template: async (db: StoreTransaction, { id }: Resource, untilMs: number) => {
    const references = db
      .selectFrom('sessionReferences')
      .select('sessionId')
      .where('resourceId', '=', id)
      .where('atMs', '<=', untilMs)
      .where(({ fn }) => fn('length', ['template']), '>', 0)
      .limit(BATCH);
    const emptied = await db
      .updateTable('sessionReferences')
      .set({ template: Buffer.alloc(0) })
      .where('sessionId', 'in', references)
      .executeTakeFirst();
    const seen = await db
      .selectFrom('seenFaces')
      .select(['sessionId', 'attemptId'])
      .where('resourceId', '=', id)
      .where('atMs', '<=', untilMs)
      .limit(BATCH)
      .execute();
    for (const { sessionId, attemptId } of seen)
      await db
        .deleteFrom('seenFaces')
        .where('sessionId', '=', sessionId)
        .where('attemptId', '=', attemptId)
        .execute();
    return Number(emptied.numUpdatedRows) + seen.length;
  },
};
const KINDS = ['clip', 'sessionImage', 'template'] as const satisfies readonly (keyof typeof REMOVALS)[];

async function sweepKind(
  db: StoreTransaction,
  resource: Resource,
  kind: Kind,
  nowMs: number,
): Promise<number> {
  const removed = await REMOVALS[kind](db, resource, keptAfterMs(resource.policy, kind, nowMs));
  if (removed > 0)
    await appendAuditLog(db, nowMs, {
      event: 'data.expired',
      resourceId: resource.id,
      facts: { kind, removed },
    });
  return removed;
}
