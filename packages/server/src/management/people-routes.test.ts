import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join, joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import { startService, type TestService } from '../../test/service.js';

let service: TestService;
let owner: PortalBrowser;
beforeEach(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
});
afterEach(() => service.end());

const idOf = async (browser: PortalBrowser) =>
  (await browser.ok<{ person: { id: string } }>('GET', '/me')).person.id;

describe('people', () => {
  it('are invited, given roles, and locked out at once', async () => {
    const carl = await join(service, owner, 'carl');
    expect(await carl.ok('GET', '/resources')).toEqual([]);
    expect(await carl.ok('GET', '/me')).toMatchObject({ highestRole: null, owners: ['olga'] });
    await owner.ok('PUT', `/people/${carl.id}/role`, { role: 'Reader', resource: 'default' });
    expect(await carl.ok('GET', '/resources')).toMatchObject([{ name: 'default', role: 'Reader' }]);
    await owner.ok('PUT', `/people/${carl.id}/role`, { role: 'Contributor', resource: 'default' });
    expect(await carl.ok('GET', '/resources')).toMatchObject([{ name: 'default', role: 'Contributor' }]);
    await owner.ok('DELETE', `/people/${carl.id}/role?resource=default`);
    expect(await carl.ok('GET', '/resources')).toEqual([]);
    await owner.ok('PATCH', `/people/${carl.id}`, { disabled: true });
    expect((await carl.call('GET', '/me')).statusCode).toBe(401);
    const back = await carl.call('POST', '/sign-in', {
      json: { name: 'carl', password: 'correct horse battery' },
    });
    expect(back.statusCode).toBe(401);
    await owner.ok('DELETE', `/people/${carl.id}`);
    expect(await owner.ok('GET', '/people')).toMatchObject([{ name: 'olga' }]);
  });

  it('keep at least one Owner who can sign in', async () => {
    const olga = await idOf(owner);
    const pending = await owner.ok<{ person: { id: string } }>('POST', '/people', {
      name: 'pending',
      role: 'Owner',
    });
    const changes = [
      ['DELETE', `/people/${olga}/role`, undefined],
      ['PUT', `/people/${olga}/role`, { role: 'Reader' }],
      ['PATCH', `/people/${olga}`, { disabled: true }],
      ['DELETE', `/people/${olga}`, undefined],
    ] as const;
    for (const [method, path, json] of changes) {
      const answer = await owner.call(method, path, json ? { json } : {});
      expect(answer.json()).toMatchObject({ error: { code: 'LastOwner' } });
    }
    // Nothing of the refused changes stays.
    expect(await owner.ok('GET', '/me')).toMatchObject({ highestRole: 'Owner' });
    await owner.ok('DELETE', `/people/${pending.person.id}`);
    await join(service, owner, 'otto', 'Owner');
    await owner.ok('DELETE', `/people/${olga}/role`);
  });

  it('cannot be told apart by look-alike names, and names hold no control characters', async () => {
    await join(service, owner, 'Carl');
    for (const name of ['carl', ' CARL ', '\uFF23arl'])
      expect((await owner.call('POST', '/people', { json: { name } })).statusCode).toBe(409);
    for (const name of ['', 'a\u0000b', 'a\u202Eb', 'x'.repeat(65)])
      expect((await owner.call('POST', '/people', { json: { name } })).statusCode).toBe(400);
  });
});

describe('roles', () => {
  it('let an Owner of one resource grant roles there, and nowhere else', async () => {
    await service.resources.create({ name: 'shop' });
    const rita = await join(service, owner, 'rita');
    const otto = await join(service, owner, 'otto', 'Owner', 'shop');
    await otto.ok('PUT', `/people/${rita.id}/role`, { role: 'Reader', resource: 'shop' });
    expect(await rita.ok('GET', '/resources')).toMatchObject([{ name: 'shop' }]);
    for (const json of [{ role: 'Reader' }, { role: 'Owner', resource: 'default' }]) {
      const answer = await otto.call('PUT', `/people/${otto.id}/role`, { json });
      expect([403, 404]).toContain(answer.statusCode);
    }
    expect((await otto.call('POST', '/people', { json: { name: 'new' } })).statusCode).toBe(403);
    expect((await otto.call('DELETE', `/people/${rita.id}`)).statusCode).toBe(403);
  });

  it('on other resources are not told to an Owner of one, who learns of no other by them', async () => {
    await service.resources.create({ name: 'shop' });
    const rita = await join(service, owner, 'rita', 'Reader', 'default');
    const otto = await join(service, owner, 'otto', 'Owner', 'shop');
    const granted = await otto.ok('PUT', `/people/${rita.id}/role`, { role: 'Reader', resource: 'shop' });
    expect(granted).toMatchObject({ roles: [{ role: 'Reader', resource: 'shop' }] });
    const shown = async (browser: PortalBrowser) =>
      (await browser.ok<{ name: string; roles: { resource: string | null }[] }[]>('GET', '/people')).map(
        ({ name, roles }) => [name, ...roles.map(({ resource }) => resource).sort()],
      );
    expect(await shown(otto)).toEqual([
      ['olga', null],
      ['otto', 'shop'],
      ['rita', 'shop'],
    ]);
    expect(await shown(owner)).toContainEqual(['rita', 'default', 'shop']);
  });

  it('are nothing that somebody can give to themselves', async () => {
    const carl = await join(service, owner, 'carl', 'Contributor');
    for (const resource of [undefined, 'default']) {
      const json = { role: 'Owner', ...(resource && { resource }) };
      expect((await carl.call('PUT', `/people/${carl.id}/role`, { json })).statusCode).toBe(403);
    }
    expect((await carl.call('GET', '/people')).statusCode).toBe(403);
    expect((await carl.call('POST', `/people/${carl.id}/invitation`)).statusCode).toBe(403);
  });

  it('end with their resource', async () => {
    await service.resources.create({ name: 'shop' });
    const rita = await join(service, owner, 'rita', 'Reader', 'shop');
    await service.resources.remove('shop');
    await service.resources.create({ name: 'shop' });
    expect(await rita.ok('GET', '/resources')).toEqual([]);
  });
});
