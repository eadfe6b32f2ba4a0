import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_ID, startOidcProvider, type OidcProvider } from '../../test/oidc-provider.js';
import { joinAsOwner, openBrowser, tokenOf, type PortalBrowser } from '../../test/portal-browser.js';
import { startService, type TestService } from '../../test/service.js';

let provider: OidcProvider;
let service: TestService;
beforeEach(async () => {
  provider = await startOidcProvider();
  // The provider dates its tokens by the machine's clock.
  service = await startService({
    oidc: { issuer: provider.issuer, clientId: CLIENT_ID, name: 'Example Ltd' },
    clock: Date.now,
  });
});
afterEach(async () => {
  await service.end();
  await provider.end();
});

interface Journey {
  /** Path and query that the provider sends the browser back to. */
  back: string;
  cookie: string;
}

/** Goes to the provider and stops before the way back. */
async function leave(query = ''): Promise<Journey> {
  const start = await service.call('GET', `/management/v1/sign-in/company${query}`, { key: null });
  expect(start.statusCode).toBe(302);
  const [journey] = start.cookies;
  expect(journey).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
    path: '/management/v1/sign-in/company/return',
  });
  const answer = await fetch(start.headers['location'] ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(answer.headers.get('location') ?? '');
  return { back: `${pathname}${search}`, cookie: `${journey?.name}=${journey?.value}` };
}

const comeBack = ({ back, cookie }: Journey) => service.call('GET', back, { key: null, headers: { cookie } });

/** The browser of whoever the provider says it is. */
async function signIn(query = ''): Promise<PortalBrowser> {
  const answer = await comeBack(await leave(query));
  expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/portal']);
  const browser = openBrowser(service);
  const set = answer.cookies.find(({ name }) => name === 'bonafide');
  browser.cookie = `${set?.name}=${set?.value}`;
  await browser.ok('GET', '/me');
  return browser;
}

describe("a company's account", () => {
  it('signs in somebody who has no role until an Owner grants one, and the same person again', async () => {
    const owner = await joinAsOwner(service);
    const ada = await signIn();
    const me = await ada.ok<{ person: { id: string; name: string } }>('GET', '/me');
    expect(me).toMatchObject({ person: { name: 'ada@example.com', roles: [] } });
    expect(await ada.ok('GET', '/resources')).toEqual([]);
    await owner.ok('PUT', `/people/${me.person.id}/role`, { role: 'Reader', resource: 'default' });
    const again = await signIn();
    expect(await again.ok('GET', '/resources')).toMatchObject([{ name: 'default' }]);
    await owner.ok('PATCH', `/people/${me.person.id}`, { disabled: true });
    expect((await comeBack(await leave())).statusCode).toBe(401);
  });

  it('joins by a one-time link instead of a password: also as the first Owner', async () => {
    const ada = await signIn(`?invitation=${tokenOf(service.ownerLink() ?? '')}`);
    expect(await ada.ok('GET', '/me')).toMatchObject({ highestRole: 'Owner' });
  });

  it('is nobody else by the same name', async () => {
    await signIn();
    provider.subject = 'subject-2';
    const other = await signIn();
    expect(await other.ok('GET', '/me')).toMatchObject({ person: { name: 'ada@example.com 2' } });
  });
});

describe('a way back that does not fit', () => {
  it('signs nobody in: another browser, another state, a code used twice, a foreign token, a long wait', async () => {
    const journey = await leave();
    const other = await leave();
    const refused = async (wrong: Journey) => {
      const answer = await comeBack(wrong);
      expect(answer.statusCode).toBe(401);
      expect(answer.cookies.filter(({ name }) => name === 'bonafide')).toEqual([]);
    };
    await refused({ ...journey, cookie: other.cookie });
    await refused({ ...journey, cookie: 'bonafide-journey=AAAA' });
    await refused({ ...journey, back: journey.back.replace(/state=[^&]*/, 'state=x') });
    const used = await leave();
    expect((await comeBack(used)).statusCode).toBe(303);
    await refused(used);
    for (const claims of [
      { nonce: 'of another journey' },
      { aud: 'another client' },
      { iss: 'https://login.example.com' },
      { exp: Math.floor(Date.now() / 1000) - 60 },
    ]) {
      provider.claims = claims;
      await refused(await leave());
    }
    provider.claims = {};
    provider.signs = false;
    await refused(await leave());
    provider.signs = true;
    expect((await comeBack(await leave())).statusCode).toBe(303);
  });

  it('leads to pages of the portal alone', async () => {
    for (const target of [
      '//evil.example',
      'https://evil.example',
      '/portal\\evil',
      '/portalevil',
      '/portal?x',
      '/other',
    ]) {
      const path = `/management/v1/sign-in/company?returnTo=${encodeURIComponent(target)}`;
      const { statusCode } = await service.call('GET', path, { key: null });
      expect([target, statusCode]).toEqual([target, 400]);
    }
    const journey = await leave('?returnTo=/portal/resources/default');
    expect((await comeBack(journey)).headers['location']).toBe('/portal/resources/default');
  });
});
