import Database from 'better-sqlite3';
import { canonicalJson } from '@bonafide/protocol';
import { createHash, randomUUID } from 'node:crypto';

// A store as years of use leave it: copies of what one real check left, with ids, times and outcomes of their own.

/** Sessions of a resource that {@link fillStore} adds, spread evenly over the time before now. */
export interface Filling {
  resourceId: string;
  sessions: number;
  /** The oldest so many have everything that a check leaves; the others lack the evidence, most of their bytes. */
  whole: number;
  /** The oldest is so old, ms. */
  spanMs: number;
}

/** A kiosk: one device that has every fifth session of a resource. */
export const KIOSK = 'kiosk-0001';
/** What one in so many sessions of the kiosk is: what is rare takes a bad list longest to find. */
const RARE = 50_000;

/** What stands for a decision: of a hundred sessions that many; the rest have none, see {@link STATUS}. */
const DECISION = `case when i % 100 < 62 then 'realface' when i % 100 < 74 then 'spoofface' when i % 100 < 82 then 'uncertain' end`;
const STATUS = `case when i % 100 < 82 then 'Succeeded' when i % 100 < 92 then 'NotStarted' when i % 100 < 95 then 'Started'
  when i % ${RARE} = ${RARE - 1} then 'Canceled' else 'Failed' end`;
/** Numbers the sessions so that neighbours in time have nothing else in common: 7919 is prime. */
const SCATTERED = `((k * 7919) % :sessions)`;

/**
 * Adds rows to the store of a service that is not running.
 * @param model a judged session that the service has made, whose rows are copied
 */
export function fillStore(file: string, model: string, fillings: readonly Filling[], nowMs: number): void {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  database.pragma('foreign_keys = OFF');
  database.pragma('cache_size = -400000');
  database.pragma('temp_store = MEMORY');
  database.function('uuid', { directOnly: true }, () => randomUUID());
  const indexes = database
    .prepare(`select name, sql from sqlite_master where type = 'index' and sql is not null`)
    .all() as { name: string; sql: string }[];
  const fill = database.transaction(() => {
    // Built at the end, sorted, in a fraction of the time.
    for (const { name } of indexes) database.exec(`drop index ${name}`);
    for (const filling of fillings) addSessions(database, model, filling, nowMs);
    addAuditLog(database);
    for (const { sql } of indexes) database.exec(sql);
  });
  fill();
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

function addSessions(database: Database.Database, model: string, filling: Filling, nowMs: number): void {
  const values = { ...filling, model, fromMs: nowMs - filling.spanMs };
  database.exec(
    'create temp table made (id text, k integer, i integer, at_ms integer, decision text, status text)',
  );
  database
    .prepare(
      `insert into made
       with recursive counted(k) as (select 0 union all select k + 1 from counted where k + 1 < :sessions),
         numbered as (select k, ${SCATTERED} as i from counted)
       select uuid(), k, i, :fromMs + cast((:spanMs * (k + 0.5)) / :sessions as integer), ${DECISION}, ${STATUS} from numbered`,
    )
    .run(pick(values, 'sessions', 'fromMs', 'spanMs'));
  database
    .prepare(
      `insert into sessions (id, resource_id, kind, status, settings, device_correlation_id, user_correlation_id, created_at_ms,
         started_at_ms, starts, sealed_key, decision, lab)
       select made.id, :resourceId, case when i % 10 < 3 then 'livenessWithVerify' else 'liveness' end, made.status, settings,
         case when i % 5 = 4 then '${KIOSK}' else 'device-' || (i % 50021) end,
         case when i % 4 > 0 then 'user-' || (i % 200003) end, at_ms,
         case when made.status <> 'NotStarted' then at_ms + 900 end, made.status <> 'NotStarted', sealed_key, made.decision, 0
       from made, sessions where sessions.id = :model`,
    )
    .run(pick(values, 'resourceId', 'model'));
  database
    .prepare(
      `insert into attempts (session_id, attempt_id, status, nonce, challenge, opened_at_ms, finished_at_ms, audit_id,
         liveness_error, evidence, abuse)
       select made.id, 1, case when made.decision is null then 'open' else 'succeeded' end, nonce, challenge, at_ms + 900,
         at_ms + 9000, case when made.decision is not null then 1 end, null,
         case when k < :whole and made.decision is not null then evidence end, abuse
       from made, attempts where attempts.session_id = :model and made.status <> 'NotStarted'`,
    )
    .run(pick(values, 'whole', 'model'));
  database
    .prepare(
      `insert into audit_entries (session_id, id, attempt_id, request_id, client_request_id, received_at_ms, request, outcome,
         latency_ms, digest, content_sha256, session_image_id, verify_image_hash)
       select made.id, 1, 1, uuid(), client_request_id, at_ms + 8000, request, outcome, latency_ms,
         hex(randomblob(32)), content_sha256, null, null
       from made, audit_entries where audit_entries.session_id = :model and made.decision is not null`,
    )
    .run(pick(values, 'model'));
  database
    .prepare(
      `insert into session_references (session_id, source, sha256, face_rectangle, quality, template, resource_id, at_ms)
       select id, 'app', hex(randomblob(32)), '{"top":59,"left":121,"width":210,"height":210}', 'high', randomblob(2100),
         :resourceId, at_ms from made where k < :whole and i % 10 < 3`,
    )
    .run(pick(values, 'resourceId', 'whole'));
  database.exec('drop table made');
}

/** One entry for each session, in the chain of those that are there. */
function addAuditLog(database: Database.Database): void {
  const last = database.prepare('select seq, hash from audit_log order by seq desc limit 1').get() as
    { seq: number; hash: string } | undefined;
  let { seq, hash: previousHash } = last ?? { seq: 0, hash: '0'.repeat(64) };
  const insert = database.prepare('insert into audit_log values (?, ?, ?, ?, ?, ?, ?)');
  const sessions = database
    .prepare('select id, resource_id, created_at_ms from sessions order by created_at_ms')
    .all() as { id: string; resource_id: string; created_at_ms: number }[];
  for (const { id, resource_id: resourceId, created_at_ms: atMs } of sessions) {
    seq++;
    const facts = canonicalJson({ session: id, kind: 'liveness' });
    const event = 'session.created';
    const text = canonicalJson({ seq, atMs, resourceId, event, facts, previousHash });
    const hash = createHash('sha256').update(text).digest('hex');
    insert.run(seq, atMs, resourceId, event, facts, previousHash, hash);
    previousHash = hash;
  }
}

/** Named parameters may be given only where a statement has them. */
function pick<T extends object, K extends keyof T>(values: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Pick<T, K>;
}
