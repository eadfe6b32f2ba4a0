import { sql, type Kysely } from 'kysely';

/** Decision policies that the lab has found, one of which may decide and one score beside it, and what the latter would have decided. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('candidates')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('policy', 'text', (c) => c.notNull())
    .addColumn('engine', 'text', (c) => c.notNull())
    .addColumn('installed', 'text', (c) => c.notNull())
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addColumn('bona_fide', 'integer', (c) => c.notNull())
    .addColumn('species', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('accepted_by', 'text')
    .addColumn('accepted_at_ms', 'bigint')
    .execute();
  await sql`create index candidates_by_resource on candidates (resource_id, created_at_ms, id)`.execute(
    store,
  );

  await store.schema
    .createTable('shadow_decisions')
    .addColumn('session_id', 'text', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('attempt_id', 'integer', (c) => c.notNull())
    .addColumn('candidate_id', 'text', (c) => c.notNull().references('candidates.id').onDelete('cascade'))
    .addColumn('live', 'text', (c) => c.notNull())
    .addColumn('live_score', 'double precision')
    .addColumn('shadow', 'text', (c) => c.notNull())
    .addColumn('shadow_score', 'double precision')
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('shadow_decisions_pk', ['session_id', 'attempt_id', 'candidate_id'])
    .execute();
  await sql`create index shadow_decisions_by_candidate on shadow_decisions (candidate_id, at_ms, session_id)`.execute(
    store,
  );

  // Outlives the sessions: it says how many, and of nobody.
  await store.schema
    .createTable('shadow_counts')
    .addColumn('candidate_id', 'text', (c) => c.notNull().references('candidates.id').onDelete('cascade'))
    .addColumn('live', 'text', (c) => c.notNull())
    .addColumn('shadow', 'text', (c) => c.notNull())
    .addColumn('count', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('shadow_counts_pk', ['candidate_id', 'live', 'shadow'])
    .execute();
}
