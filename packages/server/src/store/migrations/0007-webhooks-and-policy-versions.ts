import { sql, type Kysely } from 'kysely';

/** Webhooks with what they are to deliver, and every version that a resource's policy ever had. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('webhooks')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('events', 'text', (c) => c.notNull())
    .addColumn('verdict', 'integer', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('secret', 'blob', (c) => c.notNull())
    .addColumn('last_secret', 'blob')
    .addColumn('last_secret_until_ms', 'bigint')
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .execute();
  await store.schema.createIndex('webhooks_by_resource').on('webhooks').column('resource_id').execute();

  await store.schema
    .createTable('webhook_deliveries')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('webhook_id', 'text', (c) => c.notNull().references('webhooks.id').onDelete('cascade'))
    .addColumn('session_id', 'text', (c) => c.references('sessions.id').onDelete('cascade'))
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('tries', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('next_at_ms', 'bigint')
    .addColumn('delivered_at_ms', 'bigint')
    .addColumn('answer', 'text')
    .execute();
  await sql`create index webhook_deliveries_due on webhook_deliveries (next_at_ms) where next_at_ms is not null`.execute(
    store,
  );
  await sql`create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, created_at_ms, id)`.execute(
    store,
  );
  await sql`create index webhook_deliveries_by_session on webhook_deliveries (session_id) where session_id is not null`.execute(
    store,
  );

  await store.schema
    .createTable('policy_versions')
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('policy', 'text', (c) => c.notNull())
    .addColumn('note', 'text', (c) => c.notNull())
    .addColumn('changed_by', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('policy_versions_pk', ['resource_id', 'version'])
    .execute();
  await sql`insert into policy_versions (resource_id, version, policy, note, changed_by, at_ms)
    select id, 1, policy, 'as it was before versions were kept', 'upgrade', created_at_ms from resources`.execute(
    store,
  );
}
