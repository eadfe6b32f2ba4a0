import { sql, type Kysely } from 'kysely';

/** Clips and reference photographs, where a policy keeps them; and how old everything is that has a time of its own. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('media')
    .addColumn('session_id', 'text', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('attempt_id', 'integer', (c) => c.notNull())
    .addColumn('sealed', 'blob', (c) => c.notNull())
    .addColumn('resource_id', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('media_pk', ['session_id', 'kind', 'attempt_id'])
    .execute();
  await store.schema.createIndex('media_by_age').on('media').columns(['resource_id', 'at_ms']).execute();

  for (const table of ['session_images', 'session_references'] as const) {
    await store.schema
      .alterTable(table)
      .addColumn('resource_id', 'text', (c) => c.notNull().defaultTo(''))
      .execute();
    await store.schema
      .alterTable(table)
      .addColumn('at_ms', 'bigint', (c) => c.notNull().defaultTo(0))
      .execute();
    await sql`update ${sql.table(table)} set (resource_id, at_ms) =
      (select resource_id, created_at_ms from sessions where id = session_id)`.execute(store);
  }
  await store.schema
    .createIndex('session_images_by_age')
    .on('session_images')
    .columns(['resource_id', 'at_ms'])
    .execute();
  await sql`create index session_references_by_age on session_references (resource_id, at_ms)
    where length(template) > 0`.execute(store);
  await store.schema.createIndex('seen_faces_by_age').on('seen_faces').column('at_ms').execute();
}
