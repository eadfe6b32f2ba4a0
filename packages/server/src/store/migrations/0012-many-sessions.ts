import { sql, type Kysely } from 'kysely';

/** What stays quick with a million sessions: filters together with a device or a user, sweeps, and the start of the service. */
export async function up(store: Kysely<unknown>): Promise<void> {
  for (const owner of ['device', 'user']) {
    const column = sql.ref(`${owner}_correlation_id`);
    const name = sql.ref(`sessions_by_${owner}`);
    await sql`drop index ${name}`.execute(store);
    await sql`create index ${name} on sessions
      (resource_id, ${column}, kind, coalesce(decision, status), created_at_ms, id) where ${column} is not null`.execute(
      store,
    );
  }
  // What is too old of one resource is found without looking at all of its sessions.
  await store.schema
    .alterTable('seen_faces')
    .addColumn('resource_id', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await sql`update seen_faces set resource_id = (select resource_id from sessions where id = session_id)`.execute(
    store,
  );
  await sql`create index seen_faces_by_resource on seen_faces (resource_id, at_ms)`.execute(store);
  await sql`create index correlation_events_by_age on correlation_events (at_ms)`.execute(store);
  // Those of one resource are found by sessions_by_time, and nobody asks for those of all.
  await sql`drop index sessions_by_age`.execute(store);
  await sql`create index attempts_running on attempts (session_id) where status = 'running'`.execute(store);
}
