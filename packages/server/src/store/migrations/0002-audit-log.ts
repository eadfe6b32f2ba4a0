import { sql, type Kysely } from 'kysely';

/** The append-only audit log. Triggers refuse changes, so that no statement of ours can rewrite what happened. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('audit_log')
    .addColumn('seq', 'integer', (c) => c.primaryKey())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('resource_id', 'text')
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('facts', 'text', (c) => c.notNull())
    .addColumn('previous_hash', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
  await sql`create trigger audit_log_keeps_entries before update on audit_log
    begin select raise(abort, 'the audit log is append-only'); end`.execute(store);
  await sql`create trigger audit_log_loses_nothing before delete on audit_log
    begin select raise(abort, 'the audit log is append-only'); end`.execute(store);
}
