import { sql, type Kysely } from 'kysely';

/** The audit log still loses nothing, but for entries up to the cut that retention signed. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await sql`drop trigger audit_log_loses_nothing`.execute(store);
  await sql`create trigger audit_log_loses_nothing before delete on audit_log
    when old.seq > coalesce((select json_extract(value, '$.value.seq') from settings where key = 'auditCut'), 0)
    begin select raise(abort, 'the audit log is append-only'); end`.execute(store);
}
