import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faceOf } from '../../test/fake-engine.js';
import { clip, DETECT, SESSIONS, SESSIONS_B, startService, type TestService } from '../../test/service.js';
import { ABUSE_RULES } from './rules.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let service: TestService;
beforeEach(async () => {
  service = await startService();
  await service.resources.setPolicy('default', { abuseMonitoring: 'on' });
});
afterEach(() => service.end());

interface Check {
  id?: string;
  user?: string;
  word?: string;
  face?: string;
  url?: string;
}

function create({ id = randomUUID(), user, url = SESSIONS_B }: Check = {}) {
  const json = {
    livenessOperationMode: 'Passive',
    deviceCorrelationId: id,
    ...(user !== undefined && { userCorrelationId: user }),
  };
  return service.call('POST', url, { json });
}

/** Creates a session, sends one capture, and returns the session's id. */
async function check(wanted: Check): Promise<string> {
  const created = await create(wanted);
  expect(created.statusCode).toBe(200);
  const { sessionId, authToken } = created.json();
  await detect(authToken, wanted);
  return sessionId;
}

const detect = (token: string, { word = 'realface', face }: Check) =>
  service.call('POST', DETECT, { token, form: { Content: clip(word, face) } });

async function findingOf(sessionId: string) {
  const session = (await service.call('GET', `${SESSIONS_B}/${sessionId}`)).json();
  expect(session.isAbuseMonitoringEnabled).toBe(true);
  const [attempt] = session.results.attempts;
  if (attempt.result) expect(attempt.result.abuseMonitoringResult).toEqual(attempt.abuseMonitoringResult);
  return attempt.abuseMonitoringResult;
}

describe('the same face', () => {
  it('is abuse under a fourth correlation id, which then opens no session', async () => {
    const before: string[] = [];
    for (let k = 0; k < 3; k++) {
      const session = await check({ face: 'anna' });
      expect(await findingOf(session)).toEqual({ isAbuseDetected: false, otherFlaggedSessions: [] });
      before.unshift(session);
      await check({ face: 'berta' + 'xyz'[k] });
    }
    const id = randomUUID();
    const session = await check({ id, face: 'anna' });
    expect(await findingOf(session)).toEqual({
      isAbuseDetected: true,
      otherFlaggedSessions: before.map((sessionId) => ({ attemptId: 1, sessionId })),
    });
    const refused = await create({ id });
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'AbuseDetected']);
    expect((await create()).statusCode).toBe(200);
  });

  it('may come again and again under one id, and on one device with many users', async () => {
    const id = randomUUID();
    for (let k = 0; k < 6; k++)
      expect((await findingOf(await check({ id, face: 'anna' }))).isAbuseDetected).toBe(false);
    for (const user of ['one', 'two', 'three', 'four', 'five'])
      expect((await findingOf(await check({ id, user, face: user }))).isAbuseDetected).toBe(false);
  });

  it('is found by the id of the user, whatever the device', async () => {
    const id = randomUUID();
    for (const user of ['a', 'b', 'c']) await check({ id, user, face: 'anna' });
    expect((await findingOf(await check({ id, user: 'd', face: 'anna' }))).isAbuseDetected).toBe(true);
    expect((await create({ id, user: 'd' })).statusCode).toBe(403);
    expect((await create({ id, user: 'e' })).statusCode).toBe(200);
  });

  it('is forgotten after 48 hours, and at once with its session', async () => {
    const [first] = [await check({ face: 'anna' }), await check({ face: 'anna' })];
    await service.call('DELETE', `${SESSIONS_B}/${first}`);
    service.now += 24 * HOUR_MS;
    await check({ face: 'anna' });
    expect((await findingOf(await check({ face: 'anna' }))).isAbuseDetected).toBe(false);
    service.now += 25 * HOUR_MS;
    await check({ face: 'anna' });
    expect((await findingOf(await check({ face: 'anna' }))).isAbuseDetected).toBe(true);
    service.now += 49 * HOUR_MS;
    expect((await findingOf(await check({ face: 'anna' }))).isAbuseDetected).toBe(false);
  });

  it('is known again after a restart, and lies sealed in the store', async () => {
    for (let k = 0; k < 3; k++) await check({ face: 'anna' });
    await service.close();
    const { net = new Float32Array() } = faceOf(clip('realface', 'anna')) ?? {};
    const bytes = Buffer.from(net.buffer);
    for (const name of readdirSync(service.dataDir).filter((file) => file.startsWith('bonafide.sqlite'))) {
      const stored = readFileSync(join(service.dataDir, name));
      expect(stored.length).toBeGreaterThan(4096);
      expect([stored.includes(bytes), stored.includes(bytes.toString('base64'))]).toEqual([false, false]);
    }
    service = await startService({ dataDir: service.dataDir });
    expect((await findingOf(await check({ face: 'anna' }))).isAbuseDetected).toBe(true);
  });

  it('is not looked for where recognition is off, and no template of it is made', async () => {
    await service.resources.setPolicy('default', { recognition: 'off' });
    for (let k = 0; k < 5; k++)
      expect((await findingOf(await check({ face: 'anna' }))).isAbuseDetected).toBe(false);
    expect(service.engine.requests.map(({ withTemplate }) => withTemplate)).toEqual(Array(5).fill(false));
  });

  it("is nobody's business in versions that do not know of it", async () => {
    for (let k = 0; k < 5; k++) await check({ url: SESSIONS, face: 'anna' });
    expect(service.engine.requests.every(({ withTemplate }) => !withTemplate)).toBe(true);
  });
});

describe('repeated spoofs', () => {
  const { value: limit } = ABUSE_RULES.spoofsOfOneId;

  it('flag their correlation id in every version of the API, for 48 hours', async () => {
    const id = randomUUID();
    const sessions: string[] = [];
    for (let k = 0; k < limit; k++) {
      sessions.unshift(await check({ id, word: 'spoofface' }));
      service.now += HOUR_MS;
    }
    const [last = '', ...others] = sessions;
    expect(await findingOf(last)).toEqual({
      isAbuseDetected: true,
      otherFlaggedSessions: others.map((sessionId) => ({ attemptId: 1, sessionId })),
    });
    for (const url of [SESSIONS_B, SESSIONS]) expect((await create({ id, url })).statusCode).toBe(403);
    service.now += 48 * HOUR_MS;
    expect((await create({ id })).statusCode).toBe(200);
  });

  it('count although their sessions are deleted, and only as far as the window reaches', async () => {
    const id = randomUUID();
    for (let k = 1; k < limit; k++) {
      const session = await check({ id, word: 'spoofface' });
      await service.call('DELETE', `${SESSIONS_B}/${session}`);
    }
    expect((await create({ id })).statusCode).toBe(200);
    service.now += 49 * HOUR_MS;
    await check({ id, word: 'spoofface' });
    for (let k = 2; k < limit; k++) await check({ id, word: 'spoofface' });
    expect((await create({ id })).statusCode).toBe(200);
    await check({ id, word: 'spoofface' });
    expect((await create({ id })).statusCode).toBe(403);
  });

  it('also flag an id that the device brings at session/start', async () => {
    const id = randomUUID();
    for (let k = 0; k < limit; k++) await check({ id, word: 'spoofface' });
    const created = await service.call('POST', SESSIONS_B, {
      json: { livenessOperationMode: 'Passive', deviceCorrelationIdSetInClient: true },
    });
    const started = await service.call('POST', '/face/v1.3-preview.1/session/start', {
      token: created.json().authToken,
      json: { deviceCorrelationId: id },
    });
    expect([started.statusCode, started.json().error.code]).toEqual([403, 'AbuseDetected']);
  });

  it('count for nothing while the resource has monitoring off', async () => {
    await service.resources.setPolicy('default', { abuseMonitoring: 'off' });
    const id = randomUUID();
    for (let k = 0; k <= limit; k++) await check({ id, word: 'spoofface' });
    expect((await create({ id })).statusCode).toBe(200);
  });
});

describe('failures in quick succession', () => {
  beforeEach(() => service.resources.setPolicy('default', { rateLimits: 'on', abuseMonitoring: 'off' }));

  /** Sends failing captures of one device, 20 s apart, and returns their status codes. */
  async function fail(id: string, times: number, word = 'NoFace'): Promise<number[]> {
    const statuses: number[] = [];
    for (let k = 0; k < times; k++) {
      const created = await create({ id, url: SESSIONS });
      statuses.push((await detect(created.json().authToken, { word })).statusCode);
      service.now += 20_000;
    }
    return statuses;
  }

  it('bring time-outs of 30 and 60 minutes and a day, on the device routes alone', async () => {
    const id = randomUUID();
    for (const minutes of [30, 60, 24 * 60, 24 * 60]) {
      expect(await fail(id, 5)).toEqual([400, 400, 400, 400, 400]);
      const created = await create({ id, url: SESSIONS });
      const { sessionId, authToken } = created.json();
      const refused = await detect(authToken, {});
      expect(refused.statusCode).toBe(429);
      expect(refused.body).toBe('{"error":{"code":"429","message":"Rate limit is exceeded."}}');
      expect(Number(refused.headers['retry-after'])).toBe(minutes * 60 - 20);
      const start = await service.call('POST', '/face/v1.2/session/start', { token: authToken });
      expect(start.statusCode).toBe(429);
      const session = await service.call('GET', `${SESSIONS}/${sessionId}`);
      expect([session.statusCode, session.json().status]).toEqual([200, 'NotStarted']);
      service.now += minutes * MINUTE_MS;
    }
  });

  it('are spoofs and uncertain captures too, but no passes', async () => {
    const id = randomUUID();
    expect(await fail(id, 4, 'uncertain')).toEqual([204, 204, 204, 204]);
    expect(await fail(id, 1, 'realface')).toEqual([204]);
    expect(await fail(id, 1, 'spoofface')).toEqual([204]);
    expect(await fail(id, 1, 'realface')).toEqual([429]);
    expect(await fail(randomUUID(), 1)).toEqual([400]);
  });

  it('are none when they are far apart', async () => {
    const id = randomUUID();
    for (let k = 0; k < 8; k++) {
      expect(await fail(id, 1)).toEqual([400]);
      service.now += MINUTE_MS;
    }
  });
});
