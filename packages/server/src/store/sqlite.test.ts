import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openSqlite } from './sqlite.js';

it('gives everything else its turn between transactions that come together', async () => {
  const store = await openSqlite(':memory:');
  let turns = 0;
  let next = setImmediate(function count() {
    turns++;
    next = setImmediate(count);
  });
  const transactions = Array.from({ length: 20 }, () =>
    store.transaction().execute((db) => sql`select 1`.execute(db)),
  );
  await Promise.all(transactions);
  clearImmediate(next);
  await store.destroy();
  expect(turns).toBeGreaterThanOrEqual(transactions.length);
});

it('goes on with statements that it prepared long ago, though the tables have changed since', async () => {
  const store = await openSqlite(':memory:');
  const all = sql<Record<string, number>>`select * from numbers`;
  await sql`create table numbers (a integer)`.execute(store);
  await sql`insert into numbers values (1)`.execute(store);
  expect((await all.execute(store)).rows).toEqual([{ a: 1 }]);
  await sql`alter table numbers add column b integer default 2`.execute(store);
  expect((await all.execute(store)).rows).toEqual([{ a: 1, b: 2 }]);
  for (let k = 0; k < 1_000; k++) await sql.raw(`select ${k} as k`).execute(store);
  expect((await all.execute(store)).rows).toEqual([{ a: 1, b: 2 }]);
  await store.destroy();
});
