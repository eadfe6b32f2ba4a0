import { TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join, joinAsOwner, openBrowser, PASSWORD, tokenOf } from '../../test/portal-browser.js';
import { startService, type TestService } from '../../test/service.js';
import { IDLE_MS, LIFETIME_MS } from '../people/sign-ins.js';

let service: TestService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.end());

const signIn = (password = PASSWORD, extra: object = {}) => ({
  json: { name: 'olga', password, ...extra },
});

describe('the first Owner', () => {
  it('joins by the link of the first start, which is good once', async () => {
    const link = service.ownerLink() ?? '';
    expect(link).toMatch(/\/portal\/invitation#[\w-]{43}$/);
    const browser = openBrowser(service);
    const about = await browser.ok('POST', '/invitation', { token: tokenOf(link) });
    expect(about).toEqual({ name: 'owner', companyAccount: null });
    const owner = await joinAsOwner(service);
    expect(await owner.ok('GET', '/me')).toMatchObject({
      person: { name: 'olga', state: 'active', roles: [{ role: 'Owner', resource: null }] },
      highestRole: 'Owner',
      owners: ['olga'],
    });
    const again = await browser.call('POST', '/invitation/accept', {
      json: { token: tokenOf(link), password: PASSWORD },
    });
    expect(again.statusCode).toBe(404);
  });

  it('has a link that expires, is replaced by the next start, and is not printed once there is an Owner', async () => {
    const first = tokenOf(service.ownerLink() ?? '');
    service.now += 4 * 24 * 3_600_000;
    const late = await openBrowser(service).call('POST', '/invitation', { json: { token: first } });
    expect(late.statusCode).toBe(404);
    await service.close();
    const second = await startService({ dataDir: service.dataDir });
    expect(tokenOf(second.ownerLink() ?? '')).not.toBe(first);
    await joinAsOwner(second);
    await second.close();
    service = await startService({ dataDir: service.dataDir });
    expect(service.ownerLink()).toBeNull();
  });
});

describe('sign-in', () => {
  it('takes a name in any case and a right password, and nothing else', async () => {
    await joinAsOwner(service);
    const browser = openBrowser(service);
    const wrong = await browser.call('POST', '/sign-in', signIn('wrong password!'));
    expect(wrong.statusCode).toBe(401);
    expect(wrong.json()).toMatchObject({ error: { code: 'SignInFailed' } });
    const unknown = await browser.call('POST', '/sign-in', {
      json: { name: 'nobody', password: PASSWORD },
    });
    expect(unknown.body).toBe(wrong.body);
    expect(browser.cookie).toBe('');
    await browser.ok('POST', '/sign-in', { name: 'OLGA', password: PASSWORD });
    expect((await browser.call('GET', '/me')).statusCode).toBe(200);
  });

  it('makes the wait longer with each failure, also for the right password and for unknown names', async () => {
    await joinAsOwner(service);
    const browser = openBrowser(service);
    for (const name of ['olga', 'nobody']) {
      const guess = (password: string) => browser.call('POST', '/sign-in', { json: { name, password } });
      for (let k = 0; k < 5; k++) expect((await guess('wrong password!')).statusCode).toBe(401);
      const waits: number[] = [];
      for (let k = 0; k < 4; k++) {
        const locked = await guess(PASSWORD);
        expect(locked.statusCode).toBe(429);
        expect(locked.json()).toMatchObject({ error: { code: 'SignInLocked' } });
        waits.push(Number(locked.headers['retry-after']));
        service.now += Number(locked.headers['retry-after']) * 1000;
        expect((await guess('wrong password!')).statusCode).toBe(401);
      }
      expect(waits).toEqual([1, 2, 4, 8]);
      service.now += 16_000;
    }
    expect((await browser.call('POST', '/sign-in', signIn())).statusCode).toBe(200);
    // A success forgets the failures.
    expect((await browser.call('POST', '/sign-in', signIn('wrong password!'))).statusCode).toBe(401);
    expect((await browser.call('POST', '/sign-in', signIn())).statusCode).toBe(200);
  });

  it('limits what one address may try, whatever the names', async () => {
    const browser = openBrowser(service);
    const codes: number[] = [];
    for (let k = 0; k < 31; k++)
      codes.push(
        (await browser.call('POST', '/sign-in', { json: { name: `n${k}`, password: 'x' } })).statusCode,
      );
    expect(codes.slice(0, 30).every((code) => code === 401)).toBe(true);
    expect(codes[30]).toBe(429);
  });

  it('gives a new cookie at each sign-in and ends the old one', async () => {
    const owner = await joinAsOwner(service);
    const before = owner.cookie;
    await owner.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
    expect(owner.cookie).not.toBe(before);
    const old = await owner.call('GET', '/me', { headers: { cookie: before } });
    expect(old.statusCode).toBe(401);
  });

  it('ends after half an hour without use, after half a day in any case, and by signing out', async () => {
    const owner = await joinAsOwner(service);
    const start = service.now;
    while (service.now + IDLE_MS - 1 < start + LIFETIME_MS) {
      service.now += IDLE_MS - 1;
      expect((await owner.call('GET', '/me')).statusCode).toBe(200);
    }
    service.now = start + LIFETIME_MS;
    expect((await owner.call('GET', '/me')).statusCode).toBe(401);

    await owner.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
    service.now += IDLE_MS;
    expect((await owner.call('GET', '/me')).statusCode).toBe(401);

    await owner.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
    const { cookie } = owner;
    await owner.ok('POST', '/sign-out');
    expect((await owner.call('GET', '/me', { headers: { cookie } })).statusCode).toBe(401);
  });

  it('changes the password for those who know it, and signs out everywhere else', async () => {
    const owner = await joinAsOwner(service);
    const other = openBrowser(service);
    await other.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
    const wanted = 'another long password';
    const wrong = await owner.call('PUT', '/me/password', { json: { current: 'wrong', wanted } });
    expect(wrong.statusCode).toBe(401);
    const short = await owner.call('PUT', '/me/password', { json: { current: PASSWORD, wanted: 'short' } });
    expect(short.statusCode).toBe(400);
    await owner.ok('PUT', '/me/password', { current: PASSWORD, wanted });
    expect((await owner.call('GET', '/me')).statusCode).toBe(200);
    expect((await other.call('GET', '/me')).statusCode).toBe(401);
    await other.ok('POST', '/sign-in', { name: 'olga', password: wanted });
  });

  it('asks for a one-time code where one is set up, takes each once, and recovery codes instead', async () => {
    const owner = await joinAsOwner(service);
    const { secret, uri } = await owner.ok<{ secret: string; uri: string }>('POST', '/me/one-time-codes', {
      password: PASSWORD,
    });
    expect(uri).toContain(`secret=${secret}`);
    const codeNow = () => new TOTP({ secret }).generate({ timestamp: service.now });
    // Before a code was shown the secret counts for nothing.
    await openBrowser(service).ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
    const { recoveryCodes } = await owner.ok<{ recoveryCodes: string[] }>(
      'POST',
      '/me/one-time-codes/confirm',
      { code: codeNow() },
    );
    expect(new Set(recoveryCodes).size).toBe(10);

    const browser = openBrowser(service);
    const codeOf = async (code?: string) =>
      (await browser.call('POST', '/sign-in', signIn(PASSWORD, code === undefined ? {} : { code }))).json<{
        error?: { code: string };
      }>().error?.code;
    expect(await codeOf()).toBe('CodeRequired');
    expect(await codeOf(codeNow())).toBe('CodeWrong');
    service.now += 60_000;
    expect(await codeOf(codeNow())).toBeUndefined();
    expect(await codeOf(recoveryCodes[0])).toBeUndefined();
    expect(await codeOf(recoveryCodes[0])).toBe('CodeWrong');
    service.now += 60_000;
    await owner.ok('DELETE', '/me/one-time-codes', { password: PASSWORD });
    expect(await codeOf()).toBeUndefined();
  });

  it('lets a link replace password and one-time codes, and ends what was open', async () => {
    const owner = await joinAsOwner(service);
    const reader = await join(service, owner, 'rita', 'Reader');
    const { link } = await owner.ok<{ link: string }>('POST', `/people/${reader.id}/invitation`);
    expect((await reader.call('GET', '/me')).statusCode).toBe(200);
    const fresh = openBrowser(service);
    await fresh.ok('POST', '/invitation/accept', { token: tokenOf(link), password: 'a new long password' });
    expect((await reader.call('GET', '/me')).statusCode).toBe(401);
    expect((await fresh.call('GET', '/me')).statusCode).toBe(200);
  });
});
