import type { Kysely } from 'kysely';

/** Resources, keys, sessions with their attempts and audit entries. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('settings')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('resources')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('tier', 'text', (c) => c.notNull())
    .addColumn('development', 'integer', (c) => c.notNull())
    .addColumn('policy', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('resource_keys')
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('slot', 'text', (c) => c.notNull())
    .addColumn('lookup', 'text', (c) => c.notNull().unique())
    .addColumn('sealed', 'blob', (c) => c.notNull())
    .addPrimaryKeyConstraint('resource_keys_pk', ['resource_id', 'slot'])
    .execute();

  await store.schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (c) => c.primaryKey())
    .addColumn('public_jwk', 'text', (c) => c.notNull())
    .addColumn('sealed', 'blob', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('retired_at_ms', 'bigint')
    .execute();

  await store.schema
    .createTable('sessions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('settings', 'text', (c) => c.notNull())
    .addColumn('device_correlation_id', 'text')
    .addColumn('user_correlation_id', 'text')
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('started_at_ms', 'bigint')
    .addColumn('starts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('sealed_key', 'blob', (c) => c.notNull())
    .execute();
  await store.schema
    .createIndex('sessions_by_resource')
    .on('sessions')
    .columns(['resource_id', 'kind', 'id'])
    .execute();
  await store.schema.createIndex('sessions_by_age').on('sessions').column('created_at_ms').execute();

  await store.schema
    .createTable('session_references')
    .addColumn('session_id', 'text', (c) => c.primaryKey().references('sessions.id').onDelete('cascade'))
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('face_rectangle', 'text', (c) => c.notNull())
    .addColumn('quality', 'text', (c) => c.notNull())
    .addColumn('template', 'blob', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('attempts')
    .addColumn('session_id', 'text', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('attempt_id', 'integer', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('nonce', 'text', (c) => c.notNull())
    .addColumn('challenge', 'text')
    .addColumn('opened_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('finished_at_ms', 'bigint')
    .addColumn('audit_id', 'integer')
    .addColumn('liveness_error', 'text')
    .addColumn('evidence', 'text')
    .addPrimaryKeyConstraint('attempts_pk', ['session_id', 'attempt_id'])
    .execute();

  await store.schema
    .createTable('audit_entries')
    .addColumn('session_id', 'text', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('id', 'integer', (c) => c.notNull())
    .addColumn('attempt_id', 'integer')
    .addColumn('request_id', 'text', (c) => c.notNull())
    .addColumn('client_request_id', 'text')
    .addColumn('received_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('request', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('latency_ms', 'integer', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('content_sha256', 'text')
    .addColumn('session_image_id', 'text')
    .addColumn('verify_image_hash', 'text')
    .addPrimaryKeyConstraint('audit_entries_pk', ['session_id', 'id'])
    .execute();
}
