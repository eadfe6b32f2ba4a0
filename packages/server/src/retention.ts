import { setImmediate } from 'node:timers/promises';
import { appendAuditLog } from './audit-log.js';
import type { Clock } from './clock.js';
import type { Faces } from './faces.js';
import { withinBatch } from './media.js';
import { keptAfterMs } from './resource-policy.js';
import type { Resource, Resources } from './resources.js';
import type { Sessions } from './sessions.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

/** Removes, now and then, what is older than its resource keeps it, and faces whose time is over. */
export interface Sweeper {
  /** Sweeps once; returns how many sessions and faces it removed. */
  sweep(): Promise<number>;
  stop(): void;
}

/** Reads refuse what is outlived anyway; the sweep only has to follow soon. */
const INTERVAL_MS = 10 * 60_000;
/** Rows that one transaction takes, so that calls get their turn between. */
const BATCH = 100;

/** Sweeps at once and then every ten minutes. */
export function startSweeper(parts: {
  store: Store;
  resources: Resources;
  sessions: Sessions;
  faces: Faces;
  clock: Clock;
  onError: (error: unknown) => void;
}): Sweeper {
  const { store, resources, sessions, faces, clock, onError } = parts;

  /** Calls get their turn after every batch. */
  async function untilNone(batch: () => Promise<number>): Promise<number> {
    let removed = 0;
    for (;;) {
      const some = await batch();
      if (some === 0) return removed;
      removed += some;
      await setImmediate();
    }
  }

  async function sweep(): Promise<number> {
    let removed = await faces.sweep();
    for (const resource of await resources.list()) {
      removed += await untilNone(() => sessions.sweep(resource));
      for (const kind of KINDS)
        await untilNone(() => store.transaction().execute((db) => sweepKind(db, resource, kind, clock())));
    }
    await sessions.sweepAbuse();
    return removed;
  }

  const run = () => void sweep().catch(onError);
  run();
  const timer = setInterval(run, INTERVAL_MS).unref();
  return { sweep, stop: () => clearInterval(timer) };
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
      .innerJoin('sessions', 'sessions.id', 'seenFaces.sessionId')
      .select(['seenFaces.sessionId', 'seenFaces.attemptId'])
      .where('seenFaces.atMs', '<=', untilMs)
      .where('sessions.resourceId', '=', id)
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
