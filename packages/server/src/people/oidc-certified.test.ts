import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startService, type TestService } from '../../test/service.js';
import { CLIENT_AUTHS, type ClientAuth, type OidcConfig } from './oidc.js';

// A certified OpenID provider with its own pages, gone through as a browser does: what a provider that only
// these tests know cannot show, namely that other people's reading of the standard is met.

const SECRET = 'a secret, with : and % and +';
let signingKey: JWK;
beforeAll(async () => {
  // The provider warns of pages and a store that are for tests, and tells how long it keeps what.
  for (const say of ['warn', 'info'] as const) vi.spyOn(console, say).mockReturnValue();
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  signingKey = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' };
});
afterAll(() => void vi.restoreAllMocks());

const logged: string[] = [];
let server: Server;
let issuer: string;
let service: TestService | null;
beforeEach(async () => {
  service = null;
  logged.length = 0;
  server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await service?.end();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

type Registered = ClientAuth | 'none';

/** A service and the provider that knows it and lists some ways to show a secret; returns where a browser begins. */
async function start(
  config: Partial<OidcConfig> = {},
  auth: Registered = 'client_secret_post',
  listed: readonly Registered[] = [auth],
) {
  service = await startService({
    oidc: {
      issuer,
      clientId: 'bonafide',
      ...(auth !== 'none' && { clientSecret: SECRET }),
      ...config,
    },
    logger: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    // The provider dates its tokens by the machine's clock.
    clock: Date.now,
  });
  const endpoint = await service.listen();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'bonafide',
        token_endpoint_auth_method: auth,
        ...(auth !== 'none' && { client_secret: SECRET }),
        redirect_uris: [`${endpoint}/management/v1/sign-in/company/return`],
      },
    ],
    clientAuthMethods: [...listed],
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    findAccount: (_: unknown, login: string) => ({
      accountId: login,
      claims: () => ({ sub: login, email: `${login}@example.com`, name: login }),
    }),
    cookies: { keys: ['of these tests'] },
    jwks: { keys: [signingKey] },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    // Others are stricter: this provider takes the header from a client of the form, and the other way round.
    const isOther = listed.length > 1 && request.url === '/token' && shownBy(request) !== auth;
    return isOther ? refuse(request, response) : void answer(request, response);
  });
  return endpoint;
}

const shownBy = ({ headers }: IncomingMessage): ClientAuth =>
  headers.authorization === undefined ? 'client_secret_post' : 'client_secret_basic';

/** As RFC 6749, 5.2, has it: with a challenge for who came with a header. */
function refuse(request: IncomingMessage, response: ServerResponse) {
  const isBasic = shownBy(request) === 'client_secret_basic';
  response
    .writeHead(401, {
      'content-type': 'application/json',
      ...(isBasic && { 'www-authenticate': 'Basic realm="token"' }),
    })
    .end('{"error":"invalid_client"}');
}

interface Page {
  address: string;
  status: number;
  text: string;
}

/** Follows wherever it is sent, and keeps the cookies of each origin. */
function openBrowser() {
  const jars = new Map<string, Map<string, string>>();
  return async function visit(address: string, form?: Record<string, string>): Promise<Page> {
    const { origin } = new URL(address);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { accept: 'text/html,*/*', cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next !== null) return visit(new URL(next, address).href);
    return { address, status: answer.status, text: await answer.text() };
  };
}
type Browser = ReturnType<typeof openBrowser>;

/** The page after all those of the provider, and which these were. */
async function signIn(endpoint: string, visit: Browser, login: string) {
  let page = await visit(`${endpoint}/management/v1/sign-in/company`);
  const asked: string[] = [];
  while (page.address.startsWith(issuer)) {
    const [, action] = /action="([^"]+)"/.exec(page.text) ?? [];
    const [, prompt] = /name="prompt" value="(\w+)"/.exec(page.text) ?? [];
    if (action === undefined || prompt === undefined) throw new Error(`${page.status} ${page.text}`);
    asked.push(prompt);
    page = await visit(action, { prompt, login, password: 'any' });
  }
  return { ...page, asked };
}

async function whoIs(endpoint: string, visit: Browser) {
  const { status, text } = await visit(`${endpoint}/management/v1/me`);
  return status === 200 ? (JSON.parse(text) as { person: { id: string; name: string } }).person : null;
}

it('signs in a new person and the same one again, also from elsewhere, and another one as another', async () => {
  const endpoint = await start();
  const visit = openBrowser();
  expect(await whoIs(endpoint, visit)).toBeNull();
  expect(await signIn(endpoint, visit, 'ada')).toMatchObject({
    address: `${endpoint}/portal`,
    asked: ['login', 'consent'],
  });
  // This provider gives names at its UserInfo endpoint only, as the standard has it for a code (Core 1.0, 5.4).
  const ada = await whoIs(endpoint, visit);
  expect(ada).toMatchObject({ name: 'ada@example.com', roles: [] });

  expect((await signIn(endpoint, visit, 'ada')).asked).toEqual([]);
  expect(await whoIs(endpoint, visit)).toMatchObject({ id: ada?.id });
  const elsewhere = openBrowser();
  await signIn(endpoint, elsewhere, 'ada');
  expect(await whoIs(endpoint, elsewhere)).toMatchObject({ id: ada?.id });
  const other = openBrowser();
  await signIn(endpoint, other, 'bob');
  expect(await whoIs(endpoint, other)).toMatchObject({ name: 'bob@example.com' });
});

it.for(['client_secret_basic', 'none'] as const)('also as a client of the kind %s', async (auth) => {
  const endpoint = await start({}, auth);
  const visit = openBrowser();
  expect((await signIn(endpoint, visit, 'ada')).address).toBe(`${endpoint}/portal`);
  expect(await whoIs(endpoint, visit)).toMatchObject({ name: 'ada@example.com' });
});

it('signs nobody in who refuses at the provider, and lets them try again', async () => {
  const endpoint = await start();
  const visit = openBrowser();
  const page = await visit(`${endpoint}/management/v1/sign-in/company`);
  const [, abort = ''] = /href="([^"]+abort)"/.exec(page.text) ?? [];
  expect((await visit(abort)).address).toBe(`${endpoint}/portal?signIn=failed`);
  expect(await whoIs(endpoint, visit)).toBeNull();
  await signIn(endpoint, visit, 'ada');
  expect(await whoIs(endpoint, visit)).toMatchObject({ name: 'ada@example.com' });
});

it.for(CLIENT_AUTHS)('as a client that is registered for %s alone of both that are listed', async (auth) => {
  const endpoint = await start({ clientAuth: auth }, auth, CLIENT_AUTHS);
  const visit = openBrowser();
  await signIn(endpoint, visit, 'ada');
  expect(await whoIs(endpoint, visit)).toMatchObject({ name: 'ada@example.com' });
});

const reasons = () => logged.map((line) => (JSON.parse(line) as { reason: string }).reason);

it.for([
  ['a wrong client secret', { clientSecret: 'another secret' }, 'client_secret_post', 'client_secret_basic'],
  [
    'the other way to show it',
    { clientAuth: 'client_secret_basic' },
    'client_secret_basic',
    'client_secret_post',
  ],
] as const)('signs nobody in with %s, and tells the operator why', async ([, config, used, other]) => {
  const endpoint = await start(config, 'client_secret_post', CLIENT_AUTHS);
  const visit = openBrowser();
  const { address, asked } = await signIn(endpoint, visit, 'ada');
  expect([address, asked]).toEqual([`${endpoint}/portal?signIn=failed`, ['login', 'consent']]);
  expect(reasons()).toEqual([
    'invalid_client: the provider refused this service as its client, with its secret by ' +
      `${used}: the secret (BONAFIDE_OIDC_CLIENT_SECRET) is another one, or the provider has this client ` +
      `registered for ${other} (--oidc-client-auth ${other})`,
  ]);
  expect(await whoIs(endpoint, visit)).toBeNull();
});

it('tells the operator of a secret that the provider wants and nobody named', async () => {
  const endpoint = await start({ clientSecret: undefined } as object);
  const visit = openBrowser();
  await signIn(endpoint, visit, 'ada');
  expect(reasons()).toEqual([expect.stringContaining('may want a secret')]);
});

it('leads nobody to a provider that calls itself something else', async () => {
  const endpoint = await start({ issuer: issuer.replace('127.0.0.1', 'localhost') });
  const { address } = await openBrowser()(`${endpoint}/management/v1/sign-in/company`);
  expect(address).toBe(`${endpoint}/portal?signIn=failed`);
});
