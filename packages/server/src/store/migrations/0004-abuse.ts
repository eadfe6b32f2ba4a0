import type { Kysely } from 'kysely';

/** What abuse monitoring remembers: events of correlation ids, and sealed templates of the faces that were seen. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('correlation_events')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('lookup', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('until_ms', 'bigint')
    .addColumn('session_id', 'text', (c) => c.notNull())
    .addColumn('attempt_id', 'integer', (c) => c.notNull())
    .execute();
  await store.schema
    .createIndex('correlation_events_by_lookup')
    .on('correlation_events')
    .columns(['lookup', 'event', 'at_ms'])
    .execute();

  await store.schema
    .createTable('seen_faces')
    .addColumn('session_id', 'text', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('attempt_id', 'integer', (c) => c.notNull())
    .addColumn('lookup', 'text', (c) => c.notNull())
    .addColumn('template', 'blob', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('seen_faces_pk', ['session_id', 'attempt_id'])
    .execute();

  await store.schema.alterTable('attempts').addColumn('abuse', 'text').execute();
}
