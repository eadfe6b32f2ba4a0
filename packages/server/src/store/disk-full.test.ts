import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../http/app.js';
import { isStoreFull, openSqlite, type Store } from './sqlite.js';

// SQLite answers the same for a file that may not grow as for a disk that cannot hold it.

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-full-'));
  store = await openSqlite(join(folder, 'bonafide.sqlite'));
});
afterEach(async () => {
  await store.destroy();
  rmSync(folder, { recursive: true });
});

const mayGrowTo = (pages: number) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(store);

/** Writes more than a page. */
function write(key: string): Promise<void> {
  const value = randomBytes(9_000).toString('hex');
  return store.transaction().execute(async (db) => {
    await sql`insert into settings (key, value) values (${key}, ${value})`.execute(db);
  });
}

describe('a store that has no room', () => {
  it('says so, keeps what it has, and goes on once there is room again', async () => {
    await write('before');
    await mayGrowTo(1);
    const error = await write('lost').catch((thrown: unknown) => thrown);
    expect(isStoreFull(error)).toBe(true);
    expect(isStoreFull(new AggregateError([new Error('first'), error]))).toBe(true);
    expect(isStoreFull(new Error('full'))).toBe(false);
    const keys = () => store.selectFrom('settings').select('key').execute();
    expect(await keys()).toEqual([{ key: 'before' }]);
    await mayGrowTo(10_000);
    await write('after');
    expect(await keys()).toHaveLength(2);
  });

  it("is answered in the contract's shape, and called again later", async () => {
    const app = createApp({
      logger: undefined,
      random: randomBytes,
      trustProxy: false,
      https: undefined,
      region: undefined,
    });
    app.get('/write', async () => {
      await write('more');
      return 'written';
    });
    await mayGrowTo(1);
    const refused = await app.inject('/write');
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toEqual({
      error: {
        code: 'StorageFull',
        message: 'The service has no room to store this; try again after the time that Retry-After names.',
      },
    });
    await mayGrowTo(10_000);
    expect((await app.inject('/write')).body).toBe('written');
    await app.close();
  });
});
