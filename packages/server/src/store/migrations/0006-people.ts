import { sql, type Kysely } from 'kysely';

/** People with their roles, what they agree to and apply for; what the portal lists and counts. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('people')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull().unique())
    .addColumn('password', 'text')
    .addColumn('totp', 'blob')
    .addColumn('totp_confirmed', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('totp_last_step', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('oidc_subject', 'text', (c) => c.unique())
    .addColumn('disabled', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('recovery_codes')
    .addColumn('person_id', 'text', (c) => c.notNull().references('people.id').onDelete('cascade'))
    .addColumn('hash', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('recovery_codes_pk', ['person_id', 'hash'])
    .execute();

  await store.schema
    .createTable('role_grants')
    .addColumn('person_id', 'text', (c) => c.notNull().references('people.id').onDelete('cascade'))
    .addColumn('resource_id', 'text', (c) => c.references('resources.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull())
    .execute();
  await sql`create unique index role_grants_one_each on role_grants (person_id, coalesce(resource_id, ''))`.execute(
    store,
  );

  await store.schema
    .createTable('invitations')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull().references('people.id').onDelete('cascade'))
    .addColumn('expires_at_ms', 'bigint', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('sign_ins')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull().references('people.id').onDelete('cascade'))
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('seen_at_ms', 'bigint', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('sign_in_failures')
    .addColumn('name_hash', 'text', (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('last_at_ms', 'bigint', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('terms_acceptances')
    .addColumn('accepted_by', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.references('people.id').onDelete('set null'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .execute();

  await store.schema
    .createTable('recognition_requests')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('requested_by', 'text', (c) => c.notNull())
    .addColumn('requested_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('decided_by', 'text')
    .addColumn('decided_at_ms', 'bigint')
    .addColumn('reason', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await store.schema
    .createIndex('recognition_requests_by_resource')
    .on('recognition_requests')
    .columns(['resource_id', 'id'])
    .execute();
  await keepRecognition(store);

  await store.schema
    .createTable('usage')
    .addColumn('resource_id', 'text', (c) => c.notNull().references('resources.id').onDelete('cascade'))
    .addColumn('hour_ms', 'bigint', (c) => c.notNull())
    .addColumn('measure', 'text', (c) => c.notNull())
    .addColumn('count', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('usage_pk', ['resource_id', 'hour_ms', 'measure'])
    .execute();

  await store.schema.alterTable('sessions').addColumn('decision', 'text').execute();
  await copyDecisions(store);
  for (const [name, columns] of SESSION_INDEXES)
    await sql`create index ${sql.ref(name)} on sessions (${sql.raw(columns)})`.execute(store);
  await sql`create index audit_entries_by_request on audit_entries (request_id)`.execute(store);
  await sql`create index audit_log_by_resource on audit_log (resource_id, seq)`.execute(store);
}

/** One index answers every filter of the portal's list, newest first; the others find sessions by ids of the operator's own. */
const SESSION_INDEXES = [
  ['sessions_by_time', 'resource_id, created_at_ms, id'],
  ['sessions_by_state', 'resource_id, kind, coalesce(decision, status), created_at_ms, id'],
  ['sessions_by_device', 'resource_id, device_correlation_id, created_at_ms, id'],
  ['sessions_by_user', 'resource_id, user_correlation_id, created_at_ms, id'],
] as const;

/** Resources that compared faces before anybody had to apply for it go on doing so, which the record says. */
async function keepRecognition(store: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    id: string;
    policy: string;
    createdAtMs: number;
  }>`select id, policy, created_at_ms from resources`.execute(store);
  for (const { id, policy, createdAtMs } of rows) {
    const { recognition, recognitionPurpose } = JSON.parse(policy) as Record<string, string>;
    if (recognition !== 'on') continue;
    await sql`insert into recognition_requests
      (resource_id, state, purpose, requested_by, requested_at_ms, decided_by, decided_at_ms, reason)
      values (${id}, 'approved', ${recognitionPurpose ?? ''}, 'upgrade', ${createdAtMs}, 'upgrade', ${createdAtMs},
      'compared faces before applications were asked for')`.execute(store);
  }
}

/** The latest decision of each session, from its audit entries. */
async function copyDecisions(store: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ sessionId: string; outcome: string }>`
    select session_id, outcome from audit_entries order by session_id, id`.execute(store);
  for (const { sessionId, outcome } of rows) {
    const { kind, decision } = JSON.parse(outcome) as { kind: string; decision?: string };
    if (kind === 'decided')
      await sql`update sessions set decision = ${decision} where id = ${sessionId}`.execute(store);
  }
}
