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
  /** More begin with the text than was looked at; a longer text finds them all. */
  incomplete: boolean;
}

type Decision = NonNullable<SessionRow['decision']>;
/** A session's decision, or its status where there is none: what the index is sorted by. */
type State = Decision | SessionStatus;

const KINDS = ['liveness', 'livenessWithVerify'] as const;
const DECISIONS = ['realface', 'spoofface', 'uncertain'] as const;
/** Sessions that are found by their own id, or by that of a call, when it begins with a text. */
const MAX_HITS = 1_000;
/** Devices, and users, whose correlation ids begin with a text and that are looked at. */
const MAX_OWNERS = 10;
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

/** Whose sessions: of a device, of a user, or of both at once. */
type Owner = Partial<Record<OwnerColumn, string>>;
type OwnerColumn = (typeof OWNERS)[number];
const OWNERS = ['deviceCorrelationId', 'userCorrelationId'] as const;

/**
 * A page of a resource's sessions. Every question is a few walks along indexes: pages of millions of sessions cost what pages
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

  /** Newest first, one more than asked for, so that it is known whether there is a next page. */
  const walk = () => {
    let query = store
      .selectFrom('sessions')
      .select(SHOWN)
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
  type Walk = ReturnType<typeof walk>;

  /** A walk for every kind and state that is asked for: together they are an index's next columns. */
  const byState = (begin: () => Walk): Walk[] =>
    (filter.kind === undefined ? KINDS : [filter.kind]).flatMap((kind) =>
      statesOf(filter).map((state) =>
        begin()
          .where('kind', '=', kind)
          .where(sql`coalesce(decision, status)`, '=', state),
      ),
    );
  const ofResource = () => walk().where('resourceId', '=', resourceId);
  /** Of a device and a user together, the user's are walked: there are fewer. */
  const ofOwner = ({ deviceCorrelationId: device, userCorrelationId: user }: Owner) => {
    let query = ofResource();
    if (user !== undefined) query = query.where('userCorrelationId', '=', user);
    if (device !== undefined)
      query = query.where(
        user === undefined ? 'deviceCorrelationId' : not('device_correlation_id'),
        '=',
        device,
      );
    return query;
  };
  /** Looked up one by one, which no other index must take the place of. */
  const ofIds = (ids: readonly string[]) => {
    let query = walk().where(not('resource_id'), '=', resourceId).where('id', 'in', ids);
    if (filter.kind !== undefined) query = query.where(not('kind'), '=', filter.kind);
    if (filter.kind !== undefined || filter.status !== undefined || filter.decision !== undefined)
      query = query.where(sql`coalesce(decision, status)`, 'in', statesOf(filter));
    const { correlationId } = filter;
    if (correlationId !== undefined)
      query = query.where(({ or, eb }) => or(OWNERS.map((column) => eb(column, '=', correlationId))));
    return query;
  };

  const { kind, status, decision, text, correlationId } = filter;
  const hits = text === undefined ? null : await findByText(store, resourceId, text);
  let walks: Walk[];
  if (hits)
    walks = [ofIds(hits.ids), ...ownersOf(hits, filter).flatMap((owner) => byState(() => ofOwner(owner)))];
  else if (correlationId !== undefined)
    walks = OWNERS.flatMap((column) => byState(() => ofOwner({ [column]: correlationId })));
  else if (kind === undefined && status === undefined && decision === undefined) walks = [ofResource()];
  else walks = byState(ofResource);

  const found = merge(await Promise.all(walks.map((query) => query.execute())));
  const sessions = found.slice(0, top);
  const last = sessions.at(-1);
  return {
    sessions,
    next: found.length > top && last ? `${last.createdAtMs}.${last.id}` : null,
    incomplete: hits?.incomplete ?? false,
  };
}

/** A column of sessions that SQLite must not look for in an index. */
const not = (column: string) => sql<string>`+sessions.${sql.ref(column)}`;

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

/** What begins with a text: sessions, and devices and users by their correlation ids. */
interface Hits {
  ids: string[];
  owners: Record<OwnerColumn, string[]>;
  incomplete: boolean;
}

async function findByText(store: Store, resourceId: string, text: string): Promise<Hits> {
  const lower = text.toLowerCase();
  const sessions = await store
    .selectFrom('sessions')
    .select('id')
    .where(not('resource_id'), '=', resourceId)
    .where('id', '>=', lower)
    .where('id', '<', endOf(lower))
    .limit(MAX_HITS)
    .execute();
  const calls = await store
    .selectFrom('auditEntries')
    .innerJoin('sessions', 'sessions.id', 'auditEntries.sessionId')
    .select('sessions.id')
    .where(not('resource_id'), '=', resourceId)
    .where('auditEntries.requestId', '>=', lower)
    .where('auditEntries.requestId', '<', endOf(lower))
    .limit(MAX_HITS)
    .execute();
  const owners = {
    deviceCorrelationId: await findOwners(store, resourceId, 'deviceCorrelationId', text),
    userCorrelationId: await findOwners(store, resourceId, 'userCorrelationId', text),
  };
  return {
    ids: [...new Set([...sessions, ...calls].map(({ id }) => id))],
    owners,
    incomplete:
      [sessions, calls].some((list) => list.length >= MAX_HITS) ||
      OWNERS.some((column) => owners[column].length >= MAX_OWNERS),
  };
}

/** The first correlation ids that begin with a text. From one to the next is one step, however many sessions each has. */
async function findOwners(
  store: Store,
  resourceId: string,
  column: OwnerColumn,
  text: string,
): Promise<string[]> {
  const found: string[] = [];
  while (found.length < MAX_OWNERS) {
    const last = found.at(-1);
    const { id } = await store
      .selectFrom('sessions')
      .select(({ fn }) => fn.min(column).as('id'))
      .where('resourceId', '=', resourceId)
      .where(column, last === undefined ? '>=' : '>', last ?? text)
      .where(column, '<', endOf(text))
      .executeTakeFirstOrThrow();
    if (id === null) break;
    found.push(id);
  }
  return found;
}

/** Whose sessions a text asks for, and a whole correlation id besides, where there is one. */
function ownersOf({ owners }: Hits, { text = '', correlationId }: SessionFilter): Owner[] {
  if (correlationId === undefined)
    return OWNERS.flatMap((column) => owners[column].map((id) => ({ [column]: id })));
  if (correlationId.startsWith(text)) return OWNERS.map((column) => ({ [column]: correlationId }));
  return [
    ...owners.deviceCorrelationId.map((id) => ({
      deviceCorrelationId: id,
      userCorrelationId: correlationId,
    })),
    ...owners.userCorrelationId.map((id) => ({ userCorrelationId: id, deviceCorrelationId: correlationId })),
  ];
}

/** After everything that begins with a text. */
function endOf(text: string): string {
  return `${text}\u{10FFFF}`;
}

function parseCursor(next: string): { createdAtMs: number; id: string } | null {
  const [, createdAtMs = '', id = ''] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(next) ?? [];
  return id === '' ? null : { createdAtMs: Number(createdAtMs), id };
}
