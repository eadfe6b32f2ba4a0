import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './store/sqlite.js';
import { verifyAuditLog } from './audit-verification.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { clip, DETECT, PASSIVE, SESSIONS, startService, type TestService } from '../test/service.js';

let service: TestService;
let folder: DataFolder;
let store: Store;
const verify = (kept?: string) => verifyAuditLog(store, folder.vault, kept);
beforeEach(async () => {
  service = await startService();
  const { authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
  await service.call('POST', DETECT, { token: authToken, form: { Content: clip('spoofface') } });
  folder = await openDataFolder(service.dataDir);
  store = folder.store;
});

/** What somebody does who may write the database file. */
async function dropGuards(): Promise<void> {
  await sql`drop trigger audit_log_keeps_entries`.execute(store);
  await sql`drop trigger audit_log_loses_nothing`.execute(store);
}
afterEach(async () => {
  await folder.close();
  await service.end();
});

describe('the audit log', () => {
  it('is whole, and its last entry tells of the decision with the digest that the answer carried', async () => {
    const verdict = await verify();
    const last = await store
      .selectFrom('auditLog')
      .selectAll()
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow();
    expect(verdict).toEqual({ entries: last.seq, removed: 0, head: last.hash, fault: null });
    expect(last.event).toBe('attempt.judged');
    const facts = JSON.parse(last.facts) as { digest: string; outcome: string };
    expect(facts.outcome).toBe('spoofface');
    expect(facts.digest).toMatch(/^[0-9A-F]{64}$/);
  });

  it('takes no change of an entry, and loses none', async () => {
    const refusal = 'the audit log is append-only';
    await expect(store.updateTable('auditLog').set({ facts: '{}' }).execute()).rejects.toThrow(refusal);
    await expect(store.deleteFrom('auditLog').execute()).rejects.toThrow(refusal);
  });

  it('shows a changed fact at its entry', async () => {
    await dropGuards();
    const { seq } = await store
      .selectFrom('auditLog')
      .select('seq')
      .where('event', '=', 'session.created')
      .executeTakeFirstOrThrow();
    await store
      .updateTable('auditLog')
      .set({ facts: '{"session":"another"}' })
      .where('seq', '=', seq)
      .execute();
    expect(await verify()).toMatchObject({
      entries: seq - 1,
      fault: { seq, reason: 'was changed' },
    });
  });

  it('shows an entry that was taken out, and one that was put in', async () => {
    await dropGuards();
    const { entries } = await verify();
    const entry = await store
      .selectFrom('auditLog')
      .selectAll()
      .where('seq', '=', entries - 1)
      .executeTakeFirstOrThrow();
    await store.deleteFrom('auditLog').where('seq', '=', entry.seq).execute();
    expect((await verify()).fault).toEqual({
      seq: entries,
      reason: `expected entry ${entry.seq}`,
    });
    await store
      .insertInto('auditLog')
      .values({ ...entry, previousHash: 'f'.repeat(64) })
      .execute();
    expect((await verify()).fault).toEqual({
      seq: entry.seq,
      reason: 'does not follow from the entry before',
    });
  });

  it('shows a cut end to those who kept a head', async () => {
    await dropGuards();
    const { head, entries } = await verify();
    await store.deleteFrom('auditLog').where('seq', '=', entries).execute();
    expect((await verify()).fault).toBeNull();
    expect((await verify(head)).fault).toEqual({
      seq: entries - 1,
      reason: 'the log was cut or replaced',
    });
  });
});
