import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join, joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import {
  clip,
  DETECT,
  DETECT_VERIFY,
  PASSIVE,
  SESSIONS,
  startService,
  VERIFY_SESSIONS,
  type TestService,
} from '../../test/service.js';

let service: TestService;
let owner: PortalBrowser;
beforeEach(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
});
afterEach(() => service.end());

const eventsOf = async (path = '/audit') =>
  (await owner.ok<{ entries: { event: string; facts: Record<string, unknown> }[] }>('GET', path)).entries;

describe('resources', () => {
  it('are made once the terms are accepted, by name and time', async () => {
    const carl = await join(service, owner, 'carl', 'Contributor');
    const refused = await carl.call('POST', '/resources', { json: { name: 'shop' } });
    expect(refused.json()).toMatchObject({ error: { code: 'TermsNotAccepted' } });
    const old = await carl.call('POST', '/resources', { json: { name: 'shop', acceptTerms: '0' } });
    expect(old.json()).toMatchObject({ error: { code: 'TermsNotAccepted' } });
    const made = await carl.ok('POST', '/resources', { name: 'shop', tier: 'F0', acceptTerms: '1' });
    expect(made).toMatchObject({
      name: 'shop',
      tier: 'F0',
      recognition: 'none',
      policy: { recognition: 'off' },
    });
    await carl.ok('POST', '/resources', { name: 'second' });
    expect(await carl.ok('GET', '/me')).toMatchObject({
      terms: { version: '1', acceptedVersion: '1', acceptedAt: '2026-11-24T12:00:00.000Z' },
    });
    expect(await eventsOf()).toContainEqual(
      expect.objectContaining({ event: 'terms.accepted', facts: { by: 'carl', version: '1' } }),
    );
    const reader = await join(service, owner, 'rita', 'Reader');
    const answer = await reader.call('POST', '/resources', { json: { name: 'x', acceptTerms: '1' } });
    expect(answer.statusCode).toBe(403);
  });

  it('change their name, tier and policy in place', async () => {
    await service.resources.create({ name: 'shop', tier: 'F0' });
    const { key1 } = await service.resources.keys('shop');
    expect(
      await owner.ok('PATCH', '/resources/shop', {
        name: 'store',
        tier: 'S0',
        policy: { operatingPoint: 'strict', allowedOrigins: ['https://shop.example'] },
      }),
    ).toMatchObject({ name: 'store', tier: 'S0', policy: { operatingPoint: 'strict', retentionHours: 48 } });
    expect((await service.call('GET', SESSIONS, { key: key1 })).statusCode).toBe(200);
    for (const json of [
      { policy: { operatingPoint: 'lax' } },
      { policy: { unknown: 1 } },
      { tier: 'S9' },
      { policy: { recognition: 'on' } },
      { policy: { recognitionPurpose: 'whatever I like' } },
      ...['http://169.254.169.254', 'https://[::1]', 'http://2130706433', '10.0.0.0/8', 'fd00::1'].map(
        (host) => ({ policy: { imageHosts: [host] } }),
      ),
      { name: '../x' },
    ])
      expect((await owner.call('PATCH', '/resources/store', { json })).statusCode).toBe(400);
    const taken = { name: 'default', tier: 'F0', policy: { operatingPoint: 'balanced' } };
    expect((await owner.call('PATCH', '/resources/store', { json: taken })).statusCode).toBe(409);
    expect(await owner.ok('GET', '/resources/store')).toMatchObject({
      tier: 'S0',
      policy: { operatingPoint: 'strict' },
    });
  });

  it('keep the private image hosts that the machine lists, and get no others over the portal', async () => {
    const listed = ['http://photos.lan', '10.0.0.0/8'];
    await service.resources.setPolicy('default', { imageHosts: listed });
    const imageHosts = [...listed, 'https://cdn.example.com', 'https://8.8.8.8'];
    await owner.ok('PATCH', '/resources/default', { policy: { imageHosts } });
    await service.resources.setPolicy('default', { imageHosts: [] });
    const restored = await owner.call('POST', '/resources/default/policy/versions/2/restore');
    expect([restored.statusCode, restored.json().error.message]).toEqual([
      400,
      expect.stringContaining('10.0.0.0/8 is not a public host'),
    ]);
    const json = { name: 'shop', acceptTerms: '1', policy: { imageHosts: ['10.0.0.1'] } };
    expect((await owner.call('POST', '/resources', { json })).statusCode).toBe(400);
  });

  it('show their keys to those who may, and the audit log says to whom', async () => {
    const keys = await owner.ok('GET', '/resources/default/keys');
    expect(keys).toEqual(await service.resources.keys('default'));
    const shown = (await eventsOf('/resources/default/audit?event=key.shown')).map(
      ({ facts }) => facts['by'],
    );
    expect(shown).toContain('olga');
    const reader = await join(service, owner, 'rita', 'Reader');
    expect((await reader.call('GET', '/resources/default/keys')).statusCode).toBe(403);
    expect((await reader.call('POST', '/resources/default/keys/key1')).statusCode).toBe(403);
  });

  it('get a new key while the other one goes on working', async () => {
    const before = await service.resources.keys('default');
    const { key } = await owner.ok<{ key: string }>('POST', '/resources/default/keys/key1');
    const status = async (one: string) => (await service.call('GET', SESSIONS, { key: one })).statusCode;
    expect(await status(before.key1)).toBe(401);
    expect(await status(before.key2)).toBe(200);
    expect(await status(key)).toBe(200);
    expect((await owner.call('POST', '/resources/default/keys/key3')).statusCode).toBe(400);
  });

  it('are deleted by their name alone, with everything of them', async () => {
    const { sessionId } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json<{
      sessionId: string;
    }>();
    for (const query of ['', '?name=', '?name=Default', '?name=other'])
      expect((await owner.call('DELETE', `/resources/default${query}`)).statusCode).toBe(400);
    const reader = await join(service, owner, 'rita', 'Reader');
    expect((await reader.call('DELETE', '/resources/default?name=default')).statusCode).toBe(403);
    await owner.ok('DELETE', '/resources/default?name=default');
    expect(await owner.ok('GET', '/resources')).toEqual([]);
    expect((await service.call('GET', SESSIONS)).statusCode).toBe(401);
    await service.resources.create({ name: 'default' });
    const { key1 } = await service.resources.keys('default');
    const gone = await service.call('GET', `${SESSIONS}/${sessionId}`, { key: key1 });
    expect(gone.statusCode).toBe(404);
  });

  it('count sessions, calls and decisions, and how long captures took', async () => {
    for (const word of ['realface', 'spoofface', 'undecodable']) {
      const { authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json<{
        authToken: string;
      }>();
      await service.call('POST', DETECT, { token: authToken, form: { Content: clip(word) } });
    }
    service.now += 2 * 3_600_000;
    await service.call('POST', SESSIONS, { json: PASSIVE });
    await service.close();
    service = await startService({ dataDir: service.dataDir, clock: () => service.now });
    owner = await reopen();
    const from = '2026-11-24T11:00:00Z';
    const { total, points } = await owner.ok<{ total: object; points: object[] }>(
      'GET',
      `/resources/default/usage?from=${from}&to=2026-11-24T15:00:00Z`,
    );
    expect(total).toMatchObject({ sessions: 4, realface: 1, spoofface: 1, uncertain: 0, refused: 1 });
    expect(points).toMatchObject([
      { start: '2026-11-24T11:00:00.000Z', sessions: 0, latencyMs: null },
      { start: '2026-11-24T12:00:00.000Z', sessions: 3, latencyMs: { p50: 1 } },
      { sessions: 0 },
      { sessions: 1 },
    ]);
    // Of which hour a call is, the moment says at which it is written down.
    expect(total).toMatchObject({ calls: 7 });
    for (const query of ['from=x', `from=${from}&to=${from}`, 'from=1970-01-01T00:00:00Z', 'step=week'])
      expect((await owner.call('GET', `/resources/default/usage?${query}`)).statusCode).toBe(400);
  });

  async function reopen() {
    const browser = await import('../../test/portal-browser.js').then(({ openBrowser }) =>
      openBrowser(service),
    );
    await browser.ok('POST', '/sign-in', { name: 'olga', password: 'correct horse battery' });
    return browser;
  }
});

describe('recognition', () => {
  const verify = async (key: string) =>
    (
      await service.call('POST', VERIFY_SESSIONS, {
        key,
        form: { Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') },
      })
    ).json<{ error?: { code: string }; sessionId?: string; authToken?: string }>();

  it('is open to the development resource from the first start, for the purpose "development"', async () => {
    expect(await owner.ok('GET', '/resources/default/recognition')).toMatchObject([
      { state: 'approved', purpose: 'development', requestedBy: 'console' },
    ]);
    expect((await verify(service.key)).sessionId).toBeTypeOf('string');
  });

  it('ends for sessions too that were created before it was revoked', async () => {
    const { sessionId = '', authToken = '' } = await verify(service.key);
    const json = { decision: 'revoked', reason: 'misused' };
    await owner.ok('POST', '/resources/default/recognition/decision', json);
    const form = { Content: clip('realface') };
    const answer = await service.call('POST', DETECT_VERIFY, { token: authToken, form });
    expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'UnsupportedFeature']);
    expect(service.engine.requests).toEqual([]);
    expect((await service.call('GET', `${VERIFY_SESSIONS}/${sessionId}`)).json().status).toBe('NotStarted');
  });

  it('is applied for, approved by an Owner and revoked, and the routes follow', async () => {
    await service.resources.create({ name: 'shop' });
    const { key1 } = await service.resources.keys('shop');
    const path = '/resources/shop/recognition';
    const carl = await join(service, owner, 'carl', 'Contributor', 'shop');
    const decide = (browser: PortalBrowser, decision: string, reason = 'because of it') =>
      browser.call('POST', `${path}/decision`, { json: { decision, reason } });
    expect((await verify(key1)).error?.code).toBe('UnsupportedFeature');
    expect((await decide(owner, 'approved')).statusCode).toBe(409);
    expect((await carl.call('POST', path, { json: { purpose: 'short' } })).statusCode).toBe(400);
    await carl.ok('POST', path, { purpose: 'door of the shop' });
    expect((await carl.call('POST', path, { json: { purpose: 'another purpose' } })).statusCode).toBe(409);
    expect(await owner.ok('GET', '/recognition')).toMatchObject([
      { resource: 'shop', purpose: 'door of the shop', requestedBy: 'carl' },
    ]);
    expect((await verify(key1)).error?.code).toBe('UnsupportedFeature');
    expect((await decide(carl, 'approved')).statusCode).toBe(403);
    expect((await decide(owner, 'revoked')).statusCode).toBe(409);
    expect((await decide(owner, 'approved', '')).statusCode).toBe(400);
    expect((await decide(owner, 'approved')).statusCode).toBe(204);
    expect(await owner.ok('GET', '/resources/shop')).toMatchObject({
      recognition: 'approved',
      policy: { recognition: 'on', recognitionPurpose: 'door of the shop' },
    });
    expect((await verify(key1)).sessionId).toBeTypeOf('string');

    await carl.ok('PATCH', '/resources/shop', { policy: { recognition: 'off' } });
    expect((await verify(key1)).error?.code).toBe('UnsupportedFeature');
    await carl.ok('PATCH', '/resources/shop', { policy: { recognition: 'on' } });
    expect((await verify(key1)).sessionId).toBeTypeOf('string');

    expect((await decide(owner, 'revoked')).statusCode).toBe(204);
    expect((await verify(key1)).error?.code).toBe('UnsupportedFeature');
    await carl.ok('POST', path, { purpose: 'the door once more' });
    expect((await decide(owner, 'refused')).statusCode).toBe(204);
    expect(await carl.ok('GET', path)).toMatchObject([
      { state: 'refused', decidedBy: 'olga', reason: 'because of it' },
      { state: 'revoked', requestedBy: 'carl' },
    ]);
    expect((await verify(key1)).error?.code).toBe('UnsupportedFeature');
  });
});
