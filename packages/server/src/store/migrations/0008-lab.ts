import { sql, type Kysely } from 'kysely';

/** The lab: presentations that an operator recorded and labelled, with the consent of whoever they show. */
export async function up(store: Kysely<unknown>): Promise<void> {
  // A session that only records a presentation; it is removed once the clip is kept.
  await store.schema
    .alterTable('sessions')
    .addColumn('lab', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();

  await store.schema
    .createTable('lab_subjects')
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('consent_text', 'text', (c) => c.notNull())
    .addColumn('confirmed_by', 'text', (c) => c.notNull())
    .addColumn('confirmed_at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('lab_subjects_pk', ['resource_id', 'code'])
    .execute();

  await store.schema
    .createTable('lab_presentations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('species', 'text', (c) => c.notNull())
    .addColumn('instrument', 'text', (c) => c.notNull())
    .addColumn('session_id', 'text', (c) => c.notNull().unique())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('recorded_at_ms', 'bigint')
    .addColumn('size_bytes', 'integer')
    .addForeignKeyConstraint(
      'lab_presentations_subject',
      ['resource_id', 'subject'],
      'lab_subjects',
      ['resource_id', 'code'],
      (c) => c.onDelete('cascade'),
    )
    .execute();
  await sql`create index lab_presentations_by_resource on lab_presentations (resource_id, created_at_ms, id)`.execute(
    store,
  );
  await sql`create index lab_presentations_by_subject on lab_presentations (resource_id, subject)`.execute(
    store,
  );

  // Apart from what is listed, so that lists never read through clips.
  await store.schema
    .createTable('lab_clips')
    .addColumn('presentation_id', 'text', (c) =>
      c.primaryKey().references('lab_presentations.id').onDelete('cascade'),
    )
    .addColumn('sealed_key', 'blob', (c) => c.notNull())
    .addColumn('companion', 'blob', (c) => c.notNull())
    .addColumn('content', 'blob', (c) => c.notNull())
    .execute();
}
