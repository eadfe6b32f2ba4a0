import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  join,
  joinAsOwner,
  openBrowser,
  PASSWORD,
  tokenOf,
  type PortalBrowser,
} from '../../test/portal-browser.js';
import { clip, DETECT, PASSIVE, SESSIONS, startService, type TestService } from '../../test/service.js';

// One test for each attack of docs/threat-model.md that is made on the service; that table names them.

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Route {
  method: Method;
  path: string;
  /** Needs no sign-in. */
  open: boolean;
}

let service: TestService;
let owner: PortalBrowser;
let routes: Route[];
/** Everything that the service logs, at the finest level. */
let log = '';

beforeAll(async () => {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  service = await startService({ logger: pino({ level: 'trace' }, stream) });
  owner = await joinAsOwner(service);
  await service.resources.create({ name: 'shop' });
  const document = (await service.call('GET', '/management/v1/openapi.json', { key: null })).json<{
    paths: Record<string, Record<string, { tags: string[] }>>;
  }>();
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { tags }]) => ({
      method: method.toUpperCase() as Method,
      path,
      open: tags.includes('sign-in'),
    })),
  );
});
afterAll(() => service.end());

const UUID = '00000000-0000-4000-8000-000000000000';
/** A path of the document with something for each of its parameters. */
const fill = (path: string, resource = 'shop') =>
  path
    .replace('{name}', resource)
    .replace('{slot}', 'key1')
    .replace('{delivery}', `msg_${UUID}`)
    .replace('{version}', '1')
    .replace('{kind}', 'clip')
    .replace('{attempt}', '1')
    .replace(/\{\w+\}/g, UUID);
const codeOf = (answer: { body: string }) =>
  (JSON.parse(answer.body || '{}') as { error?: { code: string } }).error?.code;

async function newSession(key = service.key): Promise<{ sessionId: string; authToken: string }> {
  return (await service.call('POST', SESSIONS, { key, json: PASSIVE })).json();
}

describe('access', () => {
  it('is refused on every route to whoever is not signed in, a resource key and a session token included', async () => {
    const { authToken } = await newSession();
    const closed = routes.filter(({ open }) => !open);
    expect(closed.length).toBeGreaterThan(30);
    for (const { method, path } of closed)
      for (const options of [{ key: null }, {}, { token: authToken }]) {
        const answer = await service.call(method, fill(path), options);
        expect([method, path, answer.statusCode]).toEqual([method, path, 401]);
      }
  });

  it('is refused on every route of a resource that somebody has no role on, as if it did not exist', async () => {
    const stranger = await join(service, owner, 'stan', 'Owner', 'default');
    const ofResource = routes.filter(({ path }) => path.includes('/resources/{name}'));
    expect(ofResource.length).toBeGreaterThan(15);
    const bodies: Record<string, object> = {
      recognition: { purpose: 'to try what is not mine' },
      decision: { decision: 'approved', reason: 'because I say so' },
      webhooks: { url: 'https://example.com/' },
      export: { userCorrelationId: 'ada' },
      erasure: { userCorrelationId: 'ada' },
      trials: { kind: 'liveness' },
      runs: { kind: 'evaluation' },
      candidates: { run: UUID, realface: 1, spoofface: -1 },
      presentations: { label: 'bonafide', subject: 'S-01', by: 'link' },
      'presentations/{id}': { label: 'bonafide' },
    };
    for (const { method, path } of ofResource) {
      const [, two = '', one = ''] = /([^/]+\/([^/]+))$/.exec(path) ?? [];
      const json = method === 'GET' || method === 'DELETE' ? undefined : (bodies[two] ?? bodies[one] ?? {});
      const [theirs, nobodys] = await Promise.all(
        ['shop', 'nothing'].map((name) =>
          stranger.call(method, fill(path, name), json === undefined ? {} : { json }),
        ),
      );
      expect([method, path, theirs?.statusCode]).toEqual([method, path, 404]);
      expect(theirs?.body.replaceAll('shop', 'nothing')).toBe(nobodys?.body);
    }
    expect(await stranger.ok('GET', '/resources')).toMatchObject([{ name: 'default' }]);
  });

  it('to a session of another resource is refused to keys and to people alike', async () => {
    const { sessionId } = await newSession();
    const { key1 } = await service.resources.keys('shop');
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await service.call(method, `${SESSIONS}/${sessionId}`, { key: key1 })).statusCode).toBe(404);
      expect((await owner.call(method, `/resources/shop/sessions/${sessionId}`)).statusCode).toBe(404);
    }
    expect((await owner.call('GET', `/resources/shop/sessions/${sessionId}/evidence`)).statusCode).toBe(404);
    expect((await service.call('GET', `${SESSIONS}/${sessionId}`)).statusCode).toBe(200);
  });
});

describe('roles', () => {
  it('let a Reader change nothing', async () => {
    const reader = await join(service, owner, 'rita', 'Reader');
    for (const [method, path, json] of [
      ['DELETE', '/resources/shop?name=shop', undefined],
      ['PATCH', '/resources/shop', { policy: { unboundClips: 'allow' } }],
      ['GET', '/resources/shop/keys', undefined],
      ['POST', '/resources/shop/keys/key1', undefined],
      ['POST', '/people', { name: 'mallory', role: 'Owner' }],
      ['POST', '/resources/shop/webhooks', { url: 'https://example.com/' }],
    ] as const) {
      const answer = await reader.call(method, path, json ? { json } : {});
      expect([path, codeOf(answer)]).toEqual([path, 'RoleRequired']);
    }
  });

  it('are not raised by whoever has one: not by oneself, not by way of another person', async () => {
    const carl = await join(service, owner, 'carl', 'Contributor');
    for (const id of [carl.id, UUID]) {
      const answer = await carl.call('PUT', `/people/${id}/role`, { json: { role: 'Owner' } });
      expect([403, 404]).toContain(answer.statusCode);
    }
    expect(codeOf(await carl.call('POST', '/people', { json: { name: 'mallory', role: 'Owner' } }))).toBe(
      'RoleRequired',
    );
    const answer = await carl.call('POST', '/resources/shop/recognition/decision', {
      json: { decision: 'approved', reason: 'because I say so' },
    });
    expect(codeOf(answer)).toBe('RoleRequired');
  });
});

describe('forged requests', () => {
  it('are refused on every route that changes anything, without the token of the sign-in', async () => {
    const changes = routes.filter(({ method, open }) => method !== 'GET' && !open);
    for (const { method, path } of changes)
      for (const token of ['', 'A'.repeat(43)]) {
        const headers = { 'x-csrf-token': token };
        const answer = await owner.call(method, fill(path), { headers });
        expect([method, path, codeOf(answer)]).toEqual([method, path, 'RequestForged']);
      }
  });

  it('are refused from pages of another origin, the ways in included', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      service.endpoint().replace('127.0.0.1', '127.0.0.1.evil.example'),
    ]) {
      const login = await openBrowser(service).call('POST', '/sign-in', {
        json: { name: 'olga', password: PASSWORD },
        headers: { origin },
      });
      expect(codeOf(login)).toBe('RequestForged');
      expect(codeOf(await owner.call('POST', '/sign-out', { headers: { origin } }))).toBe('RequestForged');
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'])(
    'cannot come from a plain form of %s',
    async (type) => {
      const login = await openBrowser(service).call('POST', '/sign-in', {
        json: { name: 'olga', password: PASSWORD },
        headers: { 'content-type': type },
      });
      expect([login.statusCode, login.cookies]).toEqual([415, []]);
      // Not even with the token: a change of nothing would be answered as done.
      const change = await owner.call('PATCH', '/resources/default', {
        json: { tier: 'S0' },
        headers: { 'content-type': type },
      });
      expect(change.statusCode).toBe(415);
    },
  );
});

describe('what browsers are told', () => {
  it('keeps every answer from being framed, sniffed, kept or run', async () => {
    for (const path of ['/me', '/sign-in', '/resources', '/no-such-route']) {
      const { headers } = await owner.call('GET', path);
      expect([path, headers['x-content-type-options']]).toEqual([path, 'nosniff']);
      if (path === '/no-such-route') continue;
      expect(headers).toMatchObject({
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    }
  });

  it('makes the cookie of a sign-in unreadable to scripts, for its own site and, over TLS, for TLS alone', async () => {
    const http = await openBrowser(service).call('POST', '/sign-in', {
      json: { name: 'olga', password: PASSWORD },
    });
    expect(http.cookies).toMatchObject([{ name: 'bonafide', httpOnly: true, sameSite: 'Strict', path: '/' }]);
    const secure = await startService({ publicUrl: 'https://face.example' });
    const token = tokenOf(secure.ownerLink() ?? '');
    const https = await openBrowser(secure).call('POST', '/invitation/accept', {
      json: { token, password: PASSWORD },
    });
    expect(https.cookies).toMatchObject([
      { name: '__Host-bonafide', httpOnly: true, sameSite: 'Strict', secure: true, path: '/' },
    ]);
    expect(https.cookies[0]).not.toHaveProperty('domain');
    await secure.end();
  });

  it('gives stored texts back as JSON that nothing can run, whatever was put into names and user agents', async () => {
    const script = '<script>alert(1)</script>"\'`${1}';
    const created = await service.call('POST', SESSIONS, {
      json: { ...PASSIVE, deviceCorrelationId: script },
    });
    const { sessionId, authToken } = created.json<{ sessionId: string; authToken: string }>();
    await service.call('POST', DETECT, {
      token: authToken,
      form: { Content: clip('realface') },
      headers: { 'user-agent': script },
    });
    await owner.ok('POST', '/people', { name: script });
    const pages = [
      '/people',
      '/resources/default/sessions',
      `/resources/default/sessions/${sessionId}`,
      '/audit',
    ];
    for (const path of pages) {
      const answer = await owner.call('GET', path);
      expect([path, answer.headers['content-type']]).toEqual([path, 'application/json; charset=utf-8']);
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(JSON.stringify(answer.json()).includes(JSON.stringify(script).slice(1, -1))).toBe(true);
    }
  });
});

describe('ids', () => {
  it('of paths lead nowhere else and break nothing', async () => {
    for (const id of [
      '../../audit',
      '..%2f..%2faudit',
      '%2e%2e%2fmaster.key',
      '%00',
      "'; drop table sessions;--",
      'a'.repeat(2000),
    ]) {
      const encoded = id.includes('%') ? id : encodeURIComponent(id);
      for (const path of [
        `/resources/${encoded}`,
        `/resources/default/sessions/${encoded}`,
        `/resources/default/webhooks/${encoded}/secret`,
        `/people/${encoded}/invitation`,
      ]) {
        const method = path.startsWith('/people') ? 'POST' : 'GET';
        const { statusCode } = await owner.call(method, path);
        expect([path, statusCode >= 400 && statusCode < 500]).toEqual([path, true]);
      }
      const { statusCode } = await service.call('GET', `${SESSIONS}/${encoded}`);
      expect([id, statusCode >= 400 && statusCode < 500]).toEqual([id, true]);
    }
    expect(await owner.ok('GET', '/resources')).toHaveLength(2);
  });
});

describe('tokens of sessions', () => {
  it('are good for their own session alone, unchanged, and for no application route', async () => {
    const mine = await newSession();
    const { key1 } = await service.resources.keys('shop');
    const other = await newSession(key1);
    await service.call('POST', DETECT, { token: other.authToken, form: { Content: clip('realface') } });
    const untouched = await service.call('GET', `${SESSIONS}/${mine.sessionId}`);
    expect(untouched.json()).toMatchObject({ status: 'NotStarted' });

    const [head = '', body = '', signature = ''] = mine.authToken.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forge = (changed: object) => Buffer.from(JSON.stringify(changed)).toString('base64url');
    const forged = [
      `${head}.${forge({ ...claims, sub: other.sessionId, sid: other.sessionId })}.${signature}`,
      `${forge({ alg: 'none' })}.${body}.`,
      `${head}.${body}.${'A'.repeat(86)}`,
    ];
    for (const token of forged) {
      const answer = await service.call('POST', DETECT, { token, form: { Content: clip('realface') } });
      expect(answer.statusCode).toBe(401);
    }
    expect((await service.call('GET', SESSIONS, { token: mine.authToken })).statusCode).toBe(401);
    expect(
      (await service.call('GET', `${SESSIONS}/${mine.sessionId}`, { token: mine.authToken })).statusCode,
    ).toBe(401);
  });
});

describe('the log', () => {
  it('has no key, token, password, one-time link or secret in it, even at its finest level', async () => {
    const { authToken } = await newSession();
    await service.call('POST', DETECT, { token: authToken, form: { Content: clip('crash') } });
    await service.call('GET', SESSIONS, { key: `${service.key.slice(0, -1)}x` });
    const { secret, webhook } = await owner.ok<{ secret: string; webhook: { id: string } }>(
      'POST',
      '/resources/default/webhooks',
      { url: 'https://example.com/' },
    );
    await owner.ok('DELETE', `/resources/default/webhooks/${webhook.id}`);
    const { link } = await owner.ok<{ link: string }>('POST', '/people', { name: 'lena' });
    await openBrowser(service).call('POST', '/invitation', { json: { token: tokenOf(link) } });
    expect(log.length).toBeGreaterThan(0);
    const secrets = [
      service.key,
      service.key.slice(0, -1),
      authToken,
      PASSWORD,
      secret,
      tokenOf(link),
      owner.cookie.split('=')[1] ?? '-',
      owner.csrfToken,
    ];
    expect(secrets.filter((text) => log.includes(text))).toEqual([]);
  });
});
