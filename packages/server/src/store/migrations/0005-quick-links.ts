import type { Kysely } from 'kysely';

/** Links that stand for a session, until they are opened. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('quick_links')
    .addColumn('session_id', 'text', (c) => c.primaryKey().references('sessions.id').onDelete('cascade'))
    .addColumn('lookup', 'text', (c) => c.notNull().unique())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .execute();
}
