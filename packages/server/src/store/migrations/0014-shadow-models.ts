import { sql, type Kysely } from 'kysely';

/** A candidate may be other weights; of those it is counted how many captures they could not be asked about. */
export async function up(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .alterTable('candidates')
    .addColumn('kind', 'text', (c) => c.notNull().defaultTo(sql.lit('policy')))
    .execute();
  for (const column of ['dropped', 'failed'])
    await store.schema
      .alterTable('candidates')
      .addColumn(column, 'integer', (c) => c.notNull().defaultTo(sql.lit(0)))
      .execute();
}
