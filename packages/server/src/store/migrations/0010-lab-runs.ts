import { sql, type Kysely } from 'kysely';

/** Measurements of the lab: what is asked for, how far it is, what came of it, and the scores behind it. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('lab_runs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('operating_point', 'text', (c) => c.notNull())
    .addColumn('decision_policy', 'text', (c) => c.notNull())
    .addColumn('engine', 'text', (c) => c.notNull())
    .addColumn('policy', 'text', (c) => c.notNull())
    .addColumn('total', 'integer', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('started_at_ms', 'bigint')
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('fault', 'text')
    .addColumn('result', 'text')
    .addColumn('page', 'text')
    .execute();
  await sql`create index lab_runs_by_resource on lab_runs (resource_id, created_at_ms, id)`.execute(store);

  // Of one person, so that each goes with its presentation.
  await store.schema
    .createTable('lab_scores')
    .addColumn('run_id', 'text', (c) => c.notNull().references('lab_runs.id').onDelete('cascade'))
    .addColumn('presentation_id', 'text', (c) =>
      c.notNull().references('lab_presentations.id').onDelete('cascade'),
    )
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('lab_scores_pk', ['run_id', 'presentation_id'])
    .execute();
  await sql`create index lab_scores_by_presentation on lab_scores (presentation_id)`.execute(store);
}
