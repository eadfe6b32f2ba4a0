import { decide, type Analysis, type AnalysisRequest } from '@bonafide/engine';
import type { Candidates } from './candidates.js';
import type { Clock } from './clock.js';
import { allowsUnbound } from './resource-policy.js';
import type { Resource } from './resources.js';
import type { Attempt, Session } from './session.js';
import type { ShadowDecisionRow } from './store/schema.js';
import type { Store } from './store/sqlite.js';

/** How often what decides and a candidate said what. */
export type ShadowCount = Pick<ShadowDecisionRow, 'live' | 'shadow'> & { count: number };

/** A capture whose result is written. */
export interface Judged {
  resource: Resource;
  session: Session;
  attempt: Attempt;
  /** What the engine was asked, and what it found. */
  request: AnalysisRequest;
  analysis: Analysis;
}

/** What a candidate would have decided: written beside live sessions, read by operators, and part of no result. */
export type Shadow = ReturnType<typeof createShadow>;

export function createShadow(parts: {
  store: Store;
  candidates: Pick<Candidates, 'inShadow'>;
  clock: Clock;
  onError: (error: unknown) => void;
}) {
  const { store, candidates, clock, onError } = parts;

  /** Keeps what a candidate would have decided, unless the session is gone meanwhile. */
  const add = (
    candidateId: string,
    { id: sessionId }: Pick<Session, 'id'>,
    { attemptId }: Pick<Attempt, 'attemptId'>,
    said: Pick<ShadowDecisionRow, 'live' | 'liveScore' | 'shadow' | 'shadowScore'>,
  ): Promise<void> =>
    store.transaction().execute(async (db) => {
      const session = await db
        .selectFrom('sessions')
        .select('id')
        .where('id', '=', sessionId)
        .executeTakeFirst();
      if (!session) return;
      await db
        .insertInto('shadowDecisions')
        .values({ sessionId, attemptId, candidateId, ...said, atMs: clock() })
        .execute();
      await db
        .insertInto('shadowCounts')
        .values({ candidateId, live: said.live, shadow: said.shadow, count: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['candidateId', 'live', 'shadow'])
            .doUpdateSet(({ eb, ref }) => ({ count: eb(ref('shadowCounts.count'), '+', 1) })),
        )
        .execute();
    });

  async function write({ resource, session, attempt, analysis }: Judged): Promise<void> {
    const candidate = await candidates.inShadow(resource);
    if (!candidate) return;
    const { cues, quality, unbound, decision: live, score: liveScore } = analysis;
    const allowUnbound = allowsUnbound(resource.policy);
    const { decision: shadow, score: shadowScore } = decide(
      { cues, quality, unbound, allowUnbound },
      candidate.policy,
      resource.policy.operatingPoint,
    );
    await add(candidate.id, session, attempt, { live, liveScore, shadow, shadowScore });
  }

  return {
    /** Once a capture was judged and its result written; whatever goes wrong here is told to the log alone. */
    watch: (judged: Judged): Promise<void> => write(judged).catch(onError),

    add,

    /** Of all sessions so far, those that are gone included. */
    counts: (candidateId: string): Promise<ShadowCount[]> =>
      store
        .selectFrom('shadowCounts')
        .select(['live', 'shadow', 'count'])
        .where('candidateId', '=', candidateId)
        .orderBy('count', 'desc')
        .execute(),

    /** Attempts of sessions that are still there on which the two differ, newest first. */
    disagreements: (
      candidateId: string,
      { before, top }: { before?: { atMs: number; sessionId: string } | undefined; top: number },
    ): Promise<ShadowDecisionRow[]> => {
      let query = store
        .selectFrom('shadowDecisions')
        .selectAll()
        .where('candidateId', '=', candidateId)
        .whereRef('live', '!=', 'shadow')
        .orderBy('atMs', 'desc')
        .orderBy('sessionId', 'desc')
        .limit(top);
      if (before)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('atMs', 'sessionId'), '<', tuple(before.atMs, before.sessionId)),
        );
      return query.execute();
    },
  };
}

/** What is held of this kind on a session. */
export function shadowsOf(store: Store, sessionId: string): Promise<Omit<ShadowDecisionRow, 'sessionId'>[]> {
  return store
    .selectFrom('shadowDecisions')
    .select(['attemptId', 'candidateId', 'live', 'liveScore', 'shadow', 'shadowScore', 'atMs'])
    .where('sessionId', '=', sessionId)
    .orderBy('atMs')
    .execute();
}
