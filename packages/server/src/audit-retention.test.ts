import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join, joinAsOwner, PASSWORD, type PortalBrowser } from '../test/portal-browser.js';
import { PASSIVE, SESSIONS, startService, type TestService } from '../test/service.js';
import { appendAuditLog } from './audit-log.js';
import { createAuditRetention } from './audit-retention.js';
import { verifyAuditLog, type AuditLogVerdict } from './audit-verification.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { rotateMasterKey } from './master-key.js';

const DAY_MS = 86_400_000;
const PATH = '/audit/retention';

let service: TestService;
let folder: DataFolder;
let owner: PortalBrowser;
beforeEach(async () => {
  service = await startService();
  folder = await openDataFolder(service.dataDir);
  owner = await joinAsOwner(service);
});
afterEach(async () => {
  await folder.close();
  await service.end();
});

const verify = (kept?: string): Promise<AuditLogVerdict> => verifyAuditLog(folder.store, folder.vault, kept);
const numbers = async () =>
  (await folder.store.selectFrom('auditLog').select('seq').orderBy('seq').execute()).map(({ seq }) => seq);
const createSession = () => service.call('POST', SESSIONS, { json: PASSIVE });

/** A log whose entries up to the returned number are too old, and one that is not yet; kept for 30 days. */
async function oldLog(): Promise<{ old: number; head: string }> {
  await owner.ok('PUT', PATH, { days: 30 });
  await createSession();
  const { entries: old, head } = await verify();
  service.now += DAY_MS;
  await createSession();
  service.now += 30 * DAY_MS;
  return { old, head };
}

describe('the audit log', () => {
  it('keeps every entry until an Owner says for how long', async () => {
    expect(await owner.ok('GET', PATH)).toEqual({ days: null, removed: 0 });
    await createSession();
    const before = await numbers();
    service.now += 20_000 * DAY_MS;
    await service.sweep();
    expect((await numbers()).slice(0, before.length)).toEqual(before);
  });

  it('loses whole days that are too old, says so itself, and stays whole from there on', async () => {
    const { old } = await oldLog();
    await service.sweep();
    expect((await numbers())[0]).toBe(old + 1);
    const verdict = await verify();
    expect(verdict).toMatchObject({ removed: old, fault: null });
    expect(verdict.entries).toBe((await numbers()).length);
    const { facts } = await folder.store
      .selectFrom('auditLog')
      .select('facts')
      .where('event', '=', 'audit.expired')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(facts)).toEqual({ removed: old, until: old });
    await owner.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
    expect(await owner.ok('GET', PATH)).toEqual({ days: 30, removed: old });
    expect(await owner.ok('GET', '/audit/verification')).toMatchObject({ whole: true, removed: old });
  });

  it('does not fill with what it says of itself: once a day at most', async () => {
    await oldLog();
    await service.sweep();
    service.now += DAY_MS / 8;
    const { head } = await verify();
    await service.sweep();
    expect((await verify()).head).toBe(head);
  });

  it('still contains a kept head that was the last to go, and tells of one that is older', async () => {
    const first = await verify();
    const { old, head } = await oldLog();
    await service.sweep();
    expect(await verify(head)).toMatchObject({ fault: null });
    expect((await verify(first.head)).fault?.reason).toContain(`older than entry ${old}`);
  });

  it('is whole, too, for a verification that retention overtakes', async () => {
    await owner.ok('PUT', PATH, { days: 30 });
    await folder.store.transaction().execute(async (db) => {
      for (let k = 0; k < 1_200; k++)
        await appendAuditLog(db, service.now, { event: 'key.shown', resourceId: null, facts: { k } });
    });
    service.now += DAY_MS;
    await createSession();
    service.now += 30 * DAY_MS;
    const retention = createAuditRetention({ ...folder, clock: () => service.now });
    const running = verify();
    // Both take turns on one connection: the first batch is read, and then its entries and those after them go.
    while ((await retention.expire()) > 0);
    const verdict = await running;
    expect(verdict.fault).toBeNull();
    expect(verdict.removed).toBe((await verify()).removed);
  });

  it('keeps what is not whole, as evidence', async () => {
    const { old } = await oldLog();
    await sql`drop trigger audit_log_keeps_entries`.execute(folder.store);
    await folder.store.updateTable('auditLog').set({ facts: '{}' }).where('seq', '=', old).execute();
    const retention = createAuditRetention({ ...folder, clock: () => service.now });
    await expect(retention.expire()).rejects.toThrow(`kept from entry ${old} on: it was changed`);
    expect((await numbers())[0]).toBe(1);
  });

  it('loses nothing but what was signed off, whoever writes the database', async () => {
    const { old } = await oldLog();
    await service.sweep();
    const remove = () =>
      folder.store
        .deleteFrom('auditLog')
        .where('seq', '=', old + 1)
        .execute();
    await expect(remove()).rejects.toThrow('append-only');
    const row = await folder.store
      .selectFrom('settings')
      .select('value')
      .where('key', '=', 'auditCut')
      .executeTakeFirstOrThrow();
    const cut = JSON.parse(row.value) as { value: { seq: number; hash: string }; mac: string };
    const { hash } = await folder.store
      .selectFrom('auditLog')
      .select('hash')
      .where('seq', '=', old + 1)
      .executeTakeFirstOrThrow();
    const moved = JSON.stringify({ ...cut, value: { seq: old + 1, hash } });
    await folder.store.updateTable('settings').set({ value: moved }).where('key', '=', 'auditCut').execute();
    await remove();
    expect((await verify()).fault).toEqual({
      seq: 0,
      reason: 'auditCut was changed by somebody without the master key',
    });
    // Without any cut the missing beginning shows.
    await folder.store.deleteFrom('settings').where('key', '=', 'auditCut').execute();
    expect((await verify()).fault).toEqual({ seq: old + 2, reason: 'expected entry 1' });
  });

  it('is not shortened by a setting that nobody signed', async () => {
    await createSession();
    const value = JSON.stringify({ value: 30, mac: 'f'.repeat(64) });
    await folder.store.insertInto('settings').values({ key: 'auditDays', value }).execute();
    const retention = createAuditRetention({ ...folder, clock: () => service.now + 90 * DAY_MS });
    await expect(retention.expire()).rejects.toThrow('without the master key');
    expect((await numbers())[0]).toBe(1);
  });

  it('is whole under another master key, too', async () => {
    const { old } = await oldLog();
    await service.sweep();
    await service.close();
    await folder.close();
    await rotateMasterKey(service.dataDir);
    folder = await openDataFolder(service.dataDir);
    expect(await verify()).toMatchObject({ removed: old, fault: null });
    const retention = createAuditRetention({ ...folder, clock: () => service.now });
    expect(await retention.days()).toBe(30);
  });

  it('is shortened by Owners alone, to 30 days at least, and tells who did', async () => {
    for (const days of [29, 36_501, 1.5, '30', undefined])
      expect((await owner.call('PUT', PATH, { json: { days } })).statusCode).toBe(400);
    await owner.ok('PUT', PATH, { days: 365 });
    await owner.ok('PUT', PATH, { days: null });
    const contributor = await join(service, owner, 'carl', 'Contributor');
    expect((await contributor.call('PUT', PATH, { json: { days: 30 } })).statusCode).toBe(403);
    const { entries } = await owner.ok<{ entries: { event: string; facts: object }[] }>('GET', '/audit');
    expect(
      entries.filter(({ event }) => event === 'audit.retention-changed').map(({ facts }) => facts),
    ).toEqual([
      { days: null, before: 365, by: expect.any(String) as string },
      { days: 365, before: null, by: expect.any(String) as string },
    ]);
  });
});
