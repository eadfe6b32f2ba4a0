import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqlite } from './store/sqlite.js';
import {
  clip,
  DETECT_VERIFY,
  PASSIVE,
  SESSIONS,
  startService,
  VERIFY_SESSIONS,
  type TestService,
} from '../test/service.js';

const HOUR_MS = 3_600_000;
/** Tables whose rows belong to a session. */
const TABLES = ['sessionReferences', 'attempts', 'auditEntries', 'seenFaces'] as const;

let service: TestService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.end());

/** A session with a reference image and a result. */
async function live(): Promise<string> {
  const form = { Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') };
  const { sessionId, authToken } = (await service.call('POST', VERIFY_SESSIONS, { form })).json();
  await service.call('POST', DETECT_VERIFY, { token: authToken, form: { Content: clip('realface') } });
  return sessionId;
}

const statusOf = async (id: string) => (await service.call('GET', `${VERIFY_SESSIONS}/${id}`)).statusCode;

async function templateBytesOf(id: string): Promise<number> {
  const store = await openSqlite(join(service.dataDir, 'bonafide.sqlite'));
  const { template } = await store
    .selectFrom('sessionReferences')
    .select('template')
    .where('sessionId', '=', id)
    .executeTakeFirstOrThrow();
  await store.destroy();
  return template.length;
}

/** Rows of a session over all tables. */
async function rowsOf(id: string): Promise<number> {
  const store = await openSqlite(join(service.dataDir, 'bonafide.sqlite'));
  const tables = TABLES.map((table) =>
    store.selectFrom(table).select('sessionId').where('sessionId', '=', id).execute(),
  );
  const rows = [
    ...(await store.selectFrom('sessions').select('id').where('id', '=', id).execute()),
    ...(await Promise.all(tables)).flat(),
  ];
  await store.destroy();
  return rows.length;
}

/** Whether some bytes are in any file of the data folder. */
function isOnDisk(bytes: Buffer | string): boolean {
  return readdirSync(service.dataDir)
    .map((name) => join(service.dataDir, name))
    .some((file) => statSync(file).isFile() && readFileSync(file).includes(bytes));
}

async function sealedKeyOf(id: string): Promise<Buffer> {
  const store = await openSqlite(join(service.dataDir, 'bonafide.sqlite'));
  const { sealedKey } = await store
    .selectFrom('sessions')
    .select('sealedKey')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  await store.destroy();
  return Buffer.from(sealedKey);
}

describe('what was deleted', () => {
  it('is in no file any more within seconds: not the key of a session, not the ids of whom it was of', async () => {
    await service.end();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      service = await startService();
      const settings = { ...PASSIVE, deviceCorrelationId: 'of-somebody-who-wants-to-be-forgotten' };
      const { sessionId } = (await service.call('POST', SESSIONS, { json: settings })).json<{
        sessionId: string;
      }>();
      const key = await sealedKeyOf(sessionId);
      expect([isOnDisk(key), isOnDisk(settings.deviceCorrelationId)]).toEqual([true, true]);
      expect((await service.call('DELETE', `${SESSIONS}/${sessionId}`)).statusCode).toBe(200);
      vi.advanceTimersByTime(10_000);
      await vi.waitFor(() => {
        expect([isOnDisk(key), isOnDisk(settings.deviceCorrelationId)]).toEqual([false, false]);
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes from the log after a reader of another process has let it', async () => {
    const { sessionId } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json<{
      sessionId: string;
    }>();
    const key = await sealedKeyOf(sessionId);
    const reader = new Database(join(service.dataDir, 'bonafide.sqlite'));
    reader.exec('begin; select * from sessions');
    await service.call('DELETE', `${SESSIONS}/${sessionId}`);
    const startedMs = performance.now();
    await service.sweep();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(isOnDisk(key)).toBe(true);
    reader.close();
    await service.sweep();
    expect(isOnDisk(key)).toBe(false);
  });
});

describe('a session', () => {
  it('outlives its token, and is gone for readers after 48 hours to the millisecond', async () => {
    const id = await live();
    service.now += 601_000;
    const read = (await service.call('GET', `${VERIFY_SESSIONS}/${id}`)).json();
    expect([read.sessionExpired, read.status]).toEqual([true, 'ResultAvailable']);
    service.now += 48 * HOUR_MS - 601_000 - 1;
    expect(await statusOf(id)).toBe(200);
    service.now += 1;
    expect(await statusOf(id)).toBe(404);
    expect((await service.call('GET', VERIFY_SESSIONS)).json()).toEqual([]);
    expect((await service.call('GET', `${VERIFY_SESSIONS}/${id}/audit`)).statusCode).toBe(404);
  });

  it('lives as long as the policy of its resource says', async () => {
    await service.resources.setPolicy('default', { retentionHours: 2 });
    const id = await live();
    service.now += 2 * HOUR_MS - 1;
    expect(await statusOf(id)).toBe(200);
    service.now += 1;
    expect(await statusOf(id)).toBe(404);
  });

  it('leaves no row behind once it was swept, and takes none of a younger one along', async () => {
    const old = await live();
    service.now += 47 * HOUR_MS;
    const young = await live();
    expect(await rowsOf(old)).toBeGreaterThanOrEqual(4);
    service.now += HOUR_MS;
    expect(await service.sweep()).toBe(1);
    expect([await rowsOf(old), await statusOf(young)]).toEqual([0, 200]);
    expect(await service.sweep()).toBe(0);
  });

  it('outlives its template, which no capture is compared with any more', async () => {
    await service.resources.setPolicy('default', { templateHours: 1 });
    const form = {
      Parameters: JSON.stringify({ ...PASSIVE, authTokenTimeToLiveInSeconds: 86_400 }),
      VerifyImage: clip('high'),
    };
    const { sessionId, authToken } = (await service.call('POST', VERIFY_SESSIONS, { form })).json();
    service.now += HOUR_MS;
    const capture = { token: authToken, form: { Content: clip('realface') } };
    const late = await service.call('POST', DETECT_VERIFY, capture);
    expect([late.statusCode, late.json().error.code]).toEqual([400, 'VerifyImageNotProvided']);
    expect(await templateBytesOf(sessionId)).toBeGreaterThan(0);
    expect(await service.sweep()).toBe(0);
    expect([await templateBytesOf(sessionId), await statusOf(sessionId)]).toEqual([0, 200]);
    const again = await service.call('POST', DETECT_VERIFY, capture);
    expect(again.json().error.code).toBe('VerifyImageNotProvided');
  });

  it('leaves no row behind once it was deleted, and its token is dead', async () => {
    const form = { Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') };
    const { sessionId, authToken } = (await service.call('POST', VERIFY_SESSIONS, { form })).json();
    await service.call('POST', DETECT_VERIFY, { token: authToken, form: { Content: clip('realface') } });
    await service.call('DELETE', `${VERIFY_SESSIONS}/${sessionId}`);
    expect(await rowsOf(sessionId)).toBe(0);
    const again = await service.call('POST', DETECT_VERIFY, {
      token: authToken,
      form: { Content: clip('realface') },
    });
    expect(again.statusCode).toBe(401);
    expect((await service.call('DELETE', `${VERIFY_SESSIONS}/${sessionId}`)).statusCode).toBe(404);
  });
});
