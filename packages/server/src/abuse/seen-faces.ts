import type { Engine, FaceTemplate } from '@bonafide/engine';
import { openTemplate, sealTemplate } from '../references.js';
import { openSessionSealer, sessionKeyContext } from '../session-rows.js';
import type { StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';

/** A face in one attempt. */
export interface Sighting {
  sessionId: string;
  attemptId: number;
  /** Whose it was said to be, see AbuseMonitor. */
  lookup: string;
  atMs: number;
  template: FaceTemplate;
}

/**
 * More faces of one resource are not compared, the oldest are left out: 50,000 are about 150 MB of memory and 50 ms a
 * search. Ten sessions a second, the limit of a tier, would fill it in 83 minutes, a busy bank in two days.
 */
const MAX_SIGHTINGS = 50_000;
const CONTEXT = 'attempt template';

/**
 * The faces that were seen in the window. In the store each is sealed under its session's key, and goes with the session;
 * open they are in memory alone, from the first search of a resource on.
 */
export type SeenFaces = ReturnType<typeof createSeenFaces>;

export function createSeenFaces({ vault, engine }: { vault: Vault; engine: Pick<Engine, 'compare'> }) {
  /** Oldest first. */
  const byResource = new Map<string, Sighting[]>();

  async function load(db: StoreTransaction, resourceId: string, sinceMs: number): Promise<Sighting[]> {
    const known = byResource.get(resourceId);
    if (known) {
      const fresh = known.filter(({ atMs }) => atMs > sinceMs).slice(-MAX_SIGHTINGS);
      byResource.set(resourceId, fresh);
      return fresh;
    }
    const rows = await db
      .selectFrom('seenFaces')
      .innerJoin('sessions', 'sessions.id', 'seenFaces.sessionId')
      .selectAll('seenFaces')
      .select('sessions.sealedKey')
      .where('seenFaces.resourceId', '=', resourceId)
      .where('seenFaces.atMs', '>', sinceMs)
      .orderBy('seenFaces.atMs', 'desc')
      .limit(MAX_SIGHTINGS)
      .execute();
    const loaded = rows.reverse().map(({ sealedKey, ...row }) => ({
      ...row,
      template: openTemplate(
        row.template,
        vault.openSealer(sealedKey, sessionKeyContext(row.sessionId)),
        CONTEXT,
      ),
    }));
    byResource.set(resourceId, loaded);
    return loaded;
  }

  return {
    /** Sightings of the same face since then, newest first, whether or not their sessions are still there. */
    async find(
      db: StoreTransaction,
      resourceId: string,
      face: FaceTemplate,
      { sinceMs, confidence }: { sinceMs: number; confidence: number },
    ): Promise<Sighting[]> {
      const seen = await load(db, resourceId, sinceMs);
      return seen
        .filter(
          ({ template }) =>
            // Templates of other networks, from before an upgrade, say nothing.
            Object.keys(template).join() === Object.keys(face).join() &&
            engine.compare(face, template).matchConfidence >= confidence,
        )
        .reverse();
    },

    async add(db: StoreTransaction, resourceId: string, sighting: Sighting): Promise<void> {
      const { sessionId, template } = sighting;
      const sealer = await openSessionSealer(db, vault, sessionId);
      await db
        .insertInto('seenFaces')
        .values({ ...sighting, resourceId, template: sealTemplate(template, sealer, CONTEXT) })
        .execute();
      byResource.get(resourceId)?.push(sighting);
    },

    /** Forgets the faces of sessions that were removed; in the store they went with them. */
    forget(sessionIds: readonly string[]): void {
      const gone = new Set(sessionIds);
      for (const [resourceId, seen] of byResource)
        if (seen.some(({ sessionId }) => gone.has(sessionId)))
          byResource.set(
            resourceId,
            seen.filter(({ sessionId }) => !gone.has(sessionId)),
          );
    },

    /** Forgets and removes what is older, and forgets what is not in the store any more: a resource was removed with it. */
    async sweep(db: StoreTransaction, untilMs: number): Promise<void> {
      await db.deleteFrom('seenFaces').where('atMs', '<=', untilMs).execute();
      const rows = await db.selectFrom('seenFaces').select('sessionId').distinct().execute();
      const kept = new Set(rows.map(({ sessionId }) => sessionId));
      for (const [resourceId, seen] of byResource)
        byResource.set(
          resourceId,
          seen.filter(({ sessionId, atMs }) => kept.has(sessionId) && atMs > untilMs),
        );
    },
  };
}
