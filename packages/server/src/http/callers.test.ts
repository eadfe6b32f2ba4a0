import { afterEach, describe, expect, it } from 'vitest';
import {
  clip,
  PASSIVE,
  SESSIONS,
  SESSIONS_B,
  startService,
  toMultipart,
  type TestService,
} from '../../test/service.js';

let service: TestService;
afterEach(() => service.end());

const DETECT_B = '/face/v1.3-preview.1/detectLiveness/singleModal';

/** A device's call from an address, perhaps through proxies that name another. */
async function detectFrom(
  remoteAddress: string,
  forwardedFor?: string,
): Promise<{ status: number; id: string }> {
  const json = { ...PASSIVE, expectedClientIpAddress: '203.0.113.0/24' };
  const { sessionId, authToken } = (await service.call('POST', SESSIONS_B, { json })).json();
  const { body, contentType } = toMultipart({ Content: clip('realface') });
  const { statusCode } = await service.app.inject({
    method: 'POST',
    url: DETECT_B,
    remoteAddress,
    headers: {
      'content-type': contentType,
      authorization: `Bearer ${authToken}`,
      ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
    },
    payload: body,
  });
  return { status: statusCode, id: sessionId };
}

describe('expectedClientIpAddress', () => {
  it('is compared with the address of the connection, whatever a header claims', async () => {
    service = await startService();
    expect((await detectFrom('203.0.113.9')).status).toBe(204);
    expect((await detectFrom('198.51.100.1')).status).toBe(403);
    expect((await detectFrom('198.51.100.1', '203.0.113.9')).status).toBe(403);
  });

  it('is compared with the address that a trusted proxy names, and with none that others do', async () => {
    service = await startService({ trustProxy: ['10.0.0.0/8'] });
    const { status, id } = await detectFrom('10.1.2.3', '203.0.113.9');
    expect(status).toBe(204);
    const { results } = (await service.call('GET', `${SESSIONS_B}/${id}`)).json();
    expect(results.attempts[0].clientInformation).toEqual([{ ip: '203.0.113.9' }]);
    // A device that writes the header itself, before the proxy adds its real address.
    expect((await detectFrom('10.1.2.3', '203.0.113.9, 198.51.100.1')).status).toBe(403);
    expect((await detectFrom('198.51.100.1', '203.0.113.9')).status).toBe(403);
  });
});

describe('the limits of a tier', () => {
  async function statuses(key: string, count: number): Promise<number[]> {
    const answers = [];
    for (let k = 0; k < count; k++) answers.push(await service.call('GET', SESSIONS, { key }));
    return answers.map(({ statusCode }) => statusCode);
  }

  it('are 20 calls a minute in F0 and 10 a second in S0, changed in place with the keys kept', async () => {
    service = await startService();
    await service.resources.create({ name: 'shop', tier: 'F0' });
    const { key1, key2 } = await service.resources.keys('shop');
    expect(await statuses(key1, 20)).toEqual(Array(20).fill(200));
    service.now += 29_500;
    const refused = await service.call('GET', SESSIONS, { key: key2 });
    expect([refused.statusCode, refused.headers['retry-after'], refused.body]).toEqual([
      429,
      '31',
      '{"error":{"code":"429","message":"Rate limit is exceeded."}}',
    ]);
    service.now += 30_500;
    expect(await statuses(key1, 1)).toEqual([200]);

    await service.resources.change('shop', { tier: 'S0' });
    service.now += 60_000;
    expect(await statuses(key1, 11)).toEqual([...Array(10).fill(200), 429]);
    service.now += 1_000;
    expect(await statuses(key2, 1)).toEqual([200]);
  });

  it('do not bind the development resource', async () => {
    service = await startService();
    expect(await statuses(service.key, 30)).toEqual(Array(30).fill(200));
  });
});
