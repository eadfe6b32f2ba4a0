import type { Kysely } from 'kysely';

/** Session images, and faces that `/detect` has given an id. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('session_images')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('session_id', 'text', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('sealed', 'blob', (c) => c.notNull())
    .execute();
  await store.schema
    .createIndex('session_images_by_session')
    .on('session_images')
    .column('session_id')
    .execute();

  await store.schema
    .createTable('faces')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('template', 'blob', (c) => c.notNull())
    .addColumn('expires_at_ms', 'bigint', (c) => c.notNull())
    .execute();
  await store.schema.createIndex('faces_by_expiry').on('faces').column('expires_at_ms').execute();
  await store.schema.createIndex('faces_by_resource').on('faces').column('resource_id').execute();
}
