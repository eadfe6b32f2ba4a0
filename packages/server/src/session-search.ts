import { sql } from 'kysely';
import type { SessionKind, SessionStatus } from './session.js';
import type { SessionRow } from './store/schema.js';
import type { Store } from './store/sqlite.js';

/** What an operator looks for; what is left out is not asked. */
export interface SessionFilter {
  kind?: SessionKind | undefined;
  status?: SessionStatus | undefined;
  /** The latest one. */
  decision?: Decision | undefined;
  /** Created from then on, ms. */
  fromMs?: number | undefined;
  /** Created before then, ms. */
  toMs?: number | undefined;
  /** Of the device or the user, whole. */
  correlationId?: string | undefined;
  /** What the session's id, one of its correlation ids, or the id of one of its calls begins with. */
  text?: string | undefined;
}

/** A session in a list. */
export type FoundSession = Pick<
  SessionRow,
  | 'id'
  | 'kind'
  | 'status'
  | 'decision'
  | 'deviceCorrelationId'
  | 'userCorrelationId'
  | 'createdAtMs'
  | 'startedAtMs'
>;

/** A page of sessions, newest first. */
export interface SessionPage {
  sessions: FoundSession[];
  /** Where the next page begins; null after the last. */
  next: string | null;
  /** More sessions begin with the text than were looked at; a longer text finds them all. */
  incomplete: boolean;
}

type Decision = NonNullable<SessionRow['decision']>;
/** A session's decision, or its status where there is none: what the index is sorted by. */
type State = Decision | SessionStatus;

const KINDS = ['liveness', 'livenessWithVerify'] as const;
const DECISIONS = ['realface', 'spoofface', 'uncertain'] as const;
/** Sessions that a text is looked for in, for each id that it may be of. */
const MAX_TEXT_HITS = 1_000;
const SHOWN = [
  'id',
  'kind',
  'status',
  'decision',
  'deviceCorrelationId',
  'userCorrelationId',
  'createdAtMs',
  'startedAtMs',
] as const satisfies readonly (keyof SessionRow)[];

/**
 * A page of a resource's sessions. Every question is one walk along an index: pages of millions of sessions cost what pages
 * of a hundred do, wherever they lie.
 * @param next where the page begins, as the page before said; empty for the first
 */
export async function searchSessions(
  store: Store,
  { resourceId, createdAfterMs }: { resourceId: string; createdAfterMs: number },
  filter: SessionFilter,
  { next, top }: { next: string; top: number },
): Promise<SessionPage> {
  const cursor = parseCursor(next);
  const hits = filter.text === undefined ? null : await findByText(store, resourceId, filter.text);

  /** Newest first, one more than asked for, so that it is known whether there is a next page. */
  const walk = () => {
    let query = store
      .selectFrom('sessions')
      .select(SHOWN)
      .where('resourceId', '=', resourceId)
      .where('createdAtMs', '>', createdAfterMs)
      .where('lab', '=', 0)
      .orderBy('createdAtMs', 'desc')
      .orderBy('id', 'desc')
      .limit(top + 1);
    if (filter.fromMs !== undefined) query = query.where('createdAtMs', '>=', filter.fromMs);
    if (filter.toMs !== undefined) query = query.where('createdAtMs', '<', filter.toMs);
    if (cursor)
      query = query
        // Besides the pair, so that an index finds the beginning.
        .where('createdAtMs', '<=', cursor.createdAtMs)
        .where(({ eb, refTuple, tuple }) =>
          eb(refTuple('createdAtMs', 'id'), '<', tuple(cursor.createdAtMs, cursor.id)),
        );
    return query;
  };

  let found: FoundSession[];
  if (hits || filter.correlationId !== undefined) {
    const narrowed = (query: ReturnType<typeof walk>) => {
      let narrow = query;
      if (hits) narrow = narrow.where('id', 'in', hits.ids);
      if (filter.kind !== undefined) narrow = narrow.where('kind', '=', filter.kind);
      if (filter.status !== undefined) narrow = narrow.where('status', '=', filter.status);
      if (filter.decision !== undefined) narrow = narrow.where('decision', '=', filter.decision);
      return narrow;
    };
    const { correlationId } = filter;
    const walks =
      correlationId === undefined
        ? [narrowed(walk())]
        : [
            narrowed(walk()).where('deviceCorrelationId', '=', correlationId),
            narrowed(walk()).where('userCorrelationId', '=', correlationId),
          ];
    found = merge(await Promise.all(walks.map((query) => query.execute())));
  } else if (filter.kind === undefined && filter.status === undefined && filter.decision === undefined) {
    found = await walk().execute();
  } else {
    const kinds = filter.kind === undefined ? KINDS : [filter.kind];
    const walks = kinds.flatMap((kind) =>
      statesOf(filter).map((state) =>
        walk()
          .where('kind', '=', kind)
          .where(sql`coalesce(decision, status)`, '=', state)
          .execute(),
      ),
    );
    found = merge(await Promise.all(walks));
  }
  const sessions = found.slice(0, top);
  const last = sessions.at(-1);
  return {
    sessions,
    next: found.length > top && last ? `${last.createdAtMs}.${last.id}` : null,
    incomplete: hits?.incomplete ?? false,
  };
}

/** A session with a decision has succeeded, and none else has: a status and a decision together ask for one or none. */
function statesOf({ status, decision }: SessionFilter): readonly State[] {
  if (decision !== undefined) return status === undefined || status === 'Succeeded' ? [decision] : [];
  if (status === 'Succeeded') return DECISIONS;
  return status === undefined ? [...DECISIONS, 'NotStarted', 'Started', 'Failed', 'Canceled'] : [status];
}

/** Newest first; a session that was found twice stands once. */
function merge(pages: FoundSession[][]): FoundSession[] {
  const byId = new Map(pages.flat().map((session) => [session.id, session]));
  return [...byId.values()].sort(
    (a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
}

async function findByText(store: Store, resourceId: string, text: string) {
  const lower = text.toLowerCase();
  const sessions = store.selectFrom('sessions').select('id').where('resourceId', '=', resourceId);
  // `+` keeps SQLite from walking through all sessions of the resource instead of the few ids that begin so.
  const ofResource = sql`+sessions.resource_id`;
  const lists = await Promise.all([
    store
      .selectFrom('sessions')
      .select('id')
      .where(ofResource, '=', resourceId)
      .where('id', '>=', lower)
      .where('id', '<', endOf(lower))
      .limit(MAX_TEXT_HITS)
      .execute(),
    sessions
      .where('deviceCorrelationId', '>=', text)
      .where('deviceCorrelationId', '<', endOf(text))
      .limit(MAX_TEXT_HITS)
      .execute(),
    sessions
      .where('userCorrelationId', '>=', text)
      .where('userCorrelationId', '<', endOf(text))
      .limit(MAX_TEXT_HITS)
      .execute(),
    store
      .selectFrom('auditEntries')
      .innerJoin('sessions', 'sessions.id', 'auditEntries.sessionId')
      .select('sessions.id')
      .where(ofResource, '=', resourceId)
      .where('auditEntries.requestId', '>=', lower)
      .where('auditEntries.requestId', '<', endOf(lower))
      .limit(MAX_TEXT_HITS)
      .execute(),
  ]);
  return {
    ids: [...new Set(lists.flat().map(({ id }) => id))],
    incomplete: lists.some((list) => list.length >= MAX_TEXT_HITS),
  };
}

/** After everything that begins with a text. */
function endOf(text: string): string {
  return `${text}\u{10FFFF}`;
}

function parseCursor(next: string): { createdAtMs: number; id: string } | null {
  const [, createdAtMs = '', id = ''] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(next) ?? [];
  return id === '' ? null : { createdAtMs: Number(createdAtMs), id };
}
