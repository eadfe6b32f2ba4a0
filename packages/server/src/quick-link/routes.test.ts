import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clip,
  DETECT,
  PASSIVE,
  SESSIONS,
  startService,
  VERIFY_SESSIONS,
  type TestService,
} from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
  await service.resources.setPolicy('default', {
    callbackUrls: ['https://shop.example/done', 'com.shop.app://done'],
    brandName: 'Shop <b>&',
    brandColor: '#aa3300',
  });
});
afterAll(() => service.end());

interface Created {
  sessionId: string;
  authToken: string;
}

async function create(more: object = {}): Promise<Created> {
  return (await service.call('POST', SESSIONS, { json: { ...PASSIVE, ...more } })).json();
}

const makeLink = (token: string) => service.call('POST', '/api/quicklink', { token });

/** A fresh link's id, and its session. */
async function link(more: object = {}): Promise<Created & { s: string }> {
  const created = await create(more);
  const { url } = (await makeLink(created.authToken)).json<{ url: string }>();
  return { ...created, s: url.replace('/?s=', '') };
}

const open = (s: string, callbackUrl?: string) =>
  service.call('POST', '/api/quicklink/open', {
    key: null,
    json: { s, ...(callbackUrl !== undefined && { callbackUrl }) },
  });

const page = (query: string) => service.call('GET', `/?${query}`, { key: null });

describe('a quick link', () => {
  it('is made from the token of a session, in the shape of the contract', async () => {
    const { authToken } = await create();
    const answer = await makeLink(authToken);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toMatch(/^\{"url":"\/\?s=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"\}$/);
  });

  it('opens once, with a token that is good for its session', async () => {
    const { s, sessionId } = await link();
    const { authToken, callbackUrl } = (await open(s)).json<{ authToken: string; callbackUrl: null }>();
    expect(callbackUrl).toBeNull();
    const sent = await service.call('POST', DETECT, {
      token: authToken,
      form: { Content: clip('realface') },
    });
    expect(sent.statusCode).toBe(204);
    expect((await service.call('GET', `${SESSIONS}/${sessionId}`)).json()).toMatchObject({
      status: 'ResultAvailable',
    });

    const again = await open(s);
    expect([again.statusCode, again.json()]).toEqual([
      404,
      { error: { code: 'LinkNotFound', message: 'The link was used, has expired or does not exist.' } },
    ]);
    expect((await page(`s=${s}`)).statusCode).toBe(404);
  });

  it('leads to a page that may check also where the resource allows pages of certain other origins alone', async () => {
    await service.resources.setPolicy('default', { allowedOrigins: ['https://shop.example'] });
    const start = async (origin: string) => {
      const { authToken: token } = (await open((await link()).s)).json<Created>();
      return service.call('POST', '/face/v1.2/session/start', { token, headers: { origin } });
    };
    const own = await start(new URL(service.endpoint()).origin);
    const other = await start('https://evil.example');
    await service.resources.setPolicy('default', { allowedOrigins: ['*'] });
    expect([own.statusCode, other.statusCode]).toEqual([200, 403]);
  });

  it('opens once also when two try at the same moment', async () => {
    const { s } = await link();
    const codes = (await Promise.all([open(s), open(s), open(s)])).map(({ statusCode }) => statusCode);
    expect(codes.sort()).toEqual([200, 404, 404]);
  });

  it('is not used up by a page that is only looked at', async () => {
    const { s } = await link();
    for (let k = 0; k < 3; k++) expect((await page(`s=${s}`)).statusCode).toBe(200);
    expect((await open(s)).statusCode).toBe(200);
  });

  it('ends with its token', async () => {
    const { s } = await link({ authTokenTimeToLiveInSeconds: 60 });
    service.now += 60_001;
    expect((await page(`s=${s}`)).statusCode).toBe(404);
    expect((await open(s)).statusCode).toBe(404);
  });

  it('gives no token a longer life', async () => {
    const { s, authToken } = await link({ authTokenTimeToLiveInSeconds: 600 });
    service.now += 300_000;
    const opened = (await open(s)).json<Created>();
    const end = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }).exp;
    expect(end(opened.authToken)).toBe(end(authToken));
  });

  it('is void when another one is made for the session, and when the session is deleted', async () => {
    const first = await link();
    const { url } = (await makeLink(first.authToken)).json<{ url: string }>();
    expect((await open(first.s)).statusCode).toBe(404);
    await service.call('DELETE', `${SESSIONS}/${first.sessionId}`);
    expect((await open(url.slice(4))).statusCode).toBe(404);
  });

  it('is not made for a session that was started', async () => {
    const { authToken } = await create();
    await service.call('POST', '/face/v1.2/session/start', { token: authToken });
    expect((await makeLink(authToken)).statusCode).toBe(403);
  });

  it('is not made for a session that waits for a photograph', async () => {
    const created = (await service.call('POST', VERIFY_SESSIONS, { json: PASSIVE })).json<Created>();
    const answer = await makeLink(created.authToken);
    expect([answer.statusCode, answer.json<{ error: object }>().error]).toEqual([
      400,
      expect.objectContaining({ code: 'VerifyImageNotProvided' }),
    ]);
  });

  it('is stored as neither a token nor a link', async () => {
    const { s, authToken } = await link();
    const { readFileSync } = await import('node:fs');
    const stored = ['bonafide.sqlite', 'bonafide.sqlite-wal'].map((name) =>
      readFileSync(`${service.dataDir}/${name}`).toString('latin1'),
    );
    expect(stored.join('')).not.toContain(s);
    expect(stored.join('')).not.toContain(authToken);
  });

  it.each([
    ['a key', undefined],
    ['a broken token', 'a.b.c'],
  ])('is not made with %s', async (_, token) => {
    const answer = await service.call('POST', '/api/quicklink', token === undefined ? {} : { token });
    expect(answer.statusCode).toBe(401);
  });
});

describe('the way back', () => {
  it.each([
    ['the address of the list', 'https://shop.example/done'],
    ['with a query of its own', 'https://shop.example/done?order=7'],
    ['of an app', 'com.shop.app://done'],
  ])('is open: %s', async (_, callbackUrl) => {
    const { s } = await link();
    expect((await page(`s=${s}&callbackUrl=${encodeURIComponent(callbackUrl)}`)).statusCode).toBe(200);
    expect((await open(s, callbackUrl)).json()).toMatchObject({ callbackUrl });
  });

  it.each([
    'https://evil.example/done',
    'https://shop.example.evil.example/done',
    'https://shop.example@evil.example/done',
    'https://user:word@shop.example/done',
    'https://shop.example/done/../other',
    'https://shop.example:444/done',
    'http://shop.example/done',
    'javascript:alert(1)//shop.example/done',
    '//shop.example/done',
    '',
  ])('is closed for %s, and the link stays good', async (callbackUrl) => {
    const { s } = await link();
    expect((await page(`s=${s}&callbackUrl=${encodeURIComponent(callbackUrl)}`)).statusCode).toBe(400);
    const answer = await open(s, callbackUrl);
    expect([answer.statusCode, answer.headers['x-ms-error-code']]).toEqual([400, 'CallbackRefused']);
    expect((await open(s)).statusCode).toBe(200);
  });

  it('is closed for every address where the list is empty, as it is at first', async () => {
    const other = await startService();
    const { authToken } = (await other.call('POST', SESSIONS, { json: PASSIVE })).json<Created>();
    const { url } = (await other.call('POST', '/api/quicklink', { token: authToken })).json<{
      url: string;
    }>();
    const answer = await other.call('GET', `${url}&callbackUrl=https%3A%2F%2Fshop.example%2Fdone`);
    await other.end();
    expect(answer.statusCode).toBe(400);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://shop.example/done',
    'shop.example',
    'ftp://x.y/z',
  ])('cannot be listed as %s', async (address) => {
    await expect(service.resources.setPolicy('default', [`callbackUrls=${address}`])).rejects.toThrow(
      'callbackUrls',
    );
  });
});

describe('the page', () => {
  it('carries the name and colour of the resource, and nothing that a name could smuggle in', async () => {
    const { s, authToken } = await link();
    const answer = await page(`s=${s}`);
    expect(answer.body).toContain('Shop &lt;b&gt;&amp;');
    expect(answer.body).toContain('data-brand-color="#aa3300"');
    expect(answer.body).not.toContain(authToken);
    expect(answer.body).not.toMatch(/<script(?![^>]* src=)|style=|\son[a-z]+=/);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-type': 'text/html; charset=utf-8',
    });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
  });

  it('is in the language that the browser asks for, its uses and its refusals alike', async () => {
    const { s } = await link();
    const inArabic = (query: string) =>
      service.call('GET', `/?${query}`, { key: null, headers: { 'accept-language': 'ar-EG,en;q=0.5' } });
    const answer = await inArabic(`s=${s}`);
    expect(answer.body).toContain('<html lang="ar" dir="rtl">');
    expect(answer.body).toContain('>ابدأ</button>');
    expect(answer.headers['vary']).toContain('accept-language');
    expect((await inArabic('s=nothing')).body).toContain('<h1>هذا الرابط لا يعمل</h1>');
  });

  it('of an unknown link tells that it is of no use', async () => {
    for (const query of ['s=nothing', 's=', 's=1&s=2']) {
      const answer = await page(query);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).toContain('This link does not work');
    }
  });

  it('opens for scripts of the service alone', async () => {
    const { s } = await link();
    const form = await service.call('POST', '/api/quicklink/open', {
      key: null,
      payload: JSON.stringify({ s }),
      headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
    });
    expect(form.statusCode).toBe(415);
    const preflight = await service.call('OPTIONS', '/api/quicklink/open', {
      key: null,
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });
});
