import { afterAll, beforeAll, expect, it } from 'vitest';
import { join, joinAsOwner, openBrowser, type PortalBrowser } from '../../test/portal-browser.js';
import { CONSENT } from '../../test/lab.js';
import { startService, type TestService } from '../../test/service.js';
import { may, type Grant, type Role } from '../people/roles.js';

// Every route of the document, asked by everybody: who is let through is what the tables below say and nothing else. A route that
// is new is in none of them, which fails.

const UUID = '00000000-0000-4000-8000-000000000000';

/** The least role on the resource of the path, by route, and a request that is a good one. */
const OF_RESOURCE: Record<Role, Record<string, object | null>> = {
  Reader: {
    'GET /resources/{name}': null,
    'GET /resources/{name}/usage': null,
    'GET /resources/{name}/recognition': null,
    'GET /resources/{name}/sessions': null,
    'GET /resources/{name}/sessions/{id}': null,
    'GET /resources/{name}/policy/versions': null,
    'GET /resources/{name}/policy/candidates': null,
    'GET /resources/{name}/policy/candidates/{id}/shadow': null,
    'GET /resources/{name}/lab': null,
    'GET /resources/{name}/lab/runs': null,
    'GET /resources/{name}/lab/runs/{id}': null,
    'GET /resources/{name}/lab/runs/{id}/report': null,
    'GET /resources/{name}/lab/runs/{id}/report.html': null,
    'GET /resources/{name}/lab/runs/{id}/comparison/{before}': null,
    'GET /resources/{name}/lab/runs/{id}/comparison/{before}/report.html': null,
    'GET /resources/{name}/audit': null,
  },
  Contributor: {
    'PATCH /resources/{name}': {},
    // Without its name once more, nothing is deleted.
    'DELETE /resources/{name}': null,
    'GET /resources/{name}/keys': null,
    'POST /resources/{name}/keys/{slot}': null,
    'POST /resources/{name}/recognition': { purpose: 'to find out who may' },
    'DELETE /resources/{name}/sessions/{id}': null,
    'GET /resources/{name}/sessions/{id}/evidence': null,
    'GET /resources/{name}/sessions/{id}/files': null,
    'GET /resources/{name}/sessions/{id}/files/{kind}/{attempt}': null,
    'GET /resources/{name}/sessions/{id}/attempts/{attempt}/pictures': null,
    'POST /resources/{name}/trials': { kind: 'liveness' },
    'POST /resources/{name}/personal-data/export': { userCorrelationId: 'ada' },
    'POST /resources/{name}/personal-data/erasure': { userCorrelationId: 'ada' },
    'POST /resources/{name}/policy/versions/{version}/restore': null,
    'POST /resources/{name}/policy/candidates': { run: UUID, realface: 1, spoofface: -1 },
    'POST /resources/{name}/policy/candidates/{id}/adopt': {},
    'DELETE /resources/{name}/policy/candidates/{id}': null,
    'POST /resources/{name}/policy/rollback': null,
    'GET /resources/{name}/webhooks': null,
    'POST /resources/{name}/webhooks': { url: 'https://example.com/' },
    'PATCH /resources/{name}/webhooks/{id}': {},
    'DELETE /resources/{name}/webhooks/{id}': null,
    'GET /resources/{name}/webhooks/{id}/secret': null,
    'POST /resources/{name}/webhooks/{id}/secret': null,
    'POST /resources/{name}/webhooks/{id}/test': null,
    'GET /resources/{name}/webhooks/{id}/deliveries': null,
    'POST /resources/{name}/webhooks/{id}/deliveries/{delivery}/replay': null,
    'POST /resources/{name}/lab/presentations': {
      ...{ label: 'bonafide', subject: 'S-01', by: 'link', consent: CONSENT },
    },
    'GET /resources/{name}/lab/presentations': null,
    'GET /resources/{name}/lab/presentations/{id}': null,
    'PATCH /resources/{name}/lab/presentations/{id}': { label: 'bonafide' },
    'DELETE /resources/{name}/lab/presentations/{id}': null,
    'GET /resources/{name}/lab/presentations/{id}/clip': null,
    'GET /resources/{name}/lab/subjects': null,
    'DELETE /resources/{name}/lab/subjects/{code}': null,
    'GET /resources/{name}/lab/export': null,
    'POST /resources/{name}/lab/runs': { kind: 'evaluation' },
    'DELETE /resources/{name}/lab/runs/{id}': null,
    'POST /resources/{name}/lab/runs/{id}/cancel': null,
    'GET /resources/{name}/lab/runs/{id}/scores': null,
  },
  Owner: {
    'PUT /people/{id}/role': { role: 'Reader', resource: 'shop' },
    'DELETE /people/{id}/role': null,
  },
};

/** The least role on the installation as a whole. */
const OF_INSTALLATION: Record<Role, Record<string, object | null>> = {
  Reader: {
    'GET /audit': null,
    'GET /audit/verification': null,
    'GET /audit/retention': null,
  },
  Contributor: { 'POST /resources': { name: 'default' } },
  Owner: {
    'POST /people': { name: 'olga' },
    'POST /people/{id}/invitation': null,
    'PATCH /people/{id}': { disabled: false },
    'DELETE /people/{id}': null,
    'POST /resources/{name}/recognition/decision': { decision: 'refused', reason: 'to find out who may' },
    'PUT /audit/retention': { days: null },
  },
};

/** Everybody who is signed in: what is their own, and lists of what they have a role on. */
const OF_EVERYBODY = [
  'GET /me',
  'POST /sign-out',
  'PUT /me/password',
  'POST /me/one-time-codes',
  'DELETE /me/one-time-codes',
  'POST /me/one-time-codes/confirm',
  'POST /me/terms',
  'GET /resources',
  'GET /recognition',
];
/** For Owners of anything, who look for whom to give a role. */
const OF_OWNERS = ['GET /people'];
const OPEN = ['GET /sign-in', 'POST /sign-in', 'POST /invitation', 'POST /invitation/accept'];

interface Visitor {
  name: string;
  grants: Grant[];
  browser: PortalBrowser;
}

let service: TestService;
let visitors: Visitor[];
let routes: string[];
const SHOP = 'shop';

beforeAll(async () => {
  service = await startService();
  const owner = await joinAsOwner(service);
  const { id: shopId } = await service.resources.create({ name: SHOP });
  const ranks: (Role | null)[] = [null, 'Reader', 'Contributor', 'Owner'];
  visitors = [];
  for (const role of ranks)
    for (const resource of role === null ? [undefined] : [SHOP, 'default', undefined]) {
      const name = `${role ?? 'nobody'} of ${resource ?? 'all'}`;
      const browser = await join(service, owner, name, role ?? undefined, resource);
      const resourceId = resource === SHOP ? shopId : resource === undefined ? null : 'another';
      visitors.push({ name, grants: role === null ? [] : [{ role, resourceId }], browser });
      await browser.ok('POST', '/me/terms', { version: '1' });
    }
  const { paths } = (await service.call('GET', '/management/v1/openapi.json', { key: null })).json<{
    paths: Record<string, Record<string, object>>;
  }>();
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/management/v1', '')}`),
  );
});
afterAll(() => service.end());

/** What somebody is told: the code of an error, or the status. */
async function ask({ browser }: Pick<Visitor, 'browser'>, route: string, json: object | null) {
  const [method = '', path = ''] = route.split(' ');
  const filled = path
    .replace('{name}', SHOP)
    .replace('{slot}', 'key2')
    .replace('{version}', '9')
    .replace('{kind}', 'clip')
    .replace('{attempt}', '1')
    .replace('{code}', 'S-99')
    .replace('{delivery}', `msg_${UUID}`)
    .replace(/\{\w+\}/g, UUID);
  const query = route === 'DELETE /people/{id}/role' ? `?resource=${SHOP}` : '';
  const answer = await browser.call(method as 'GET', filled + query, json === null ? {} : { json });
  const isError = answer.statusCode >= 400;
  const { error } = (isError ? answer.json() : {}) as { error?: { code: string; message: string } };
  const isHidden = error?.message === `There is no resource named "${SHOP}".`;
  return isHidden ? 'hidden' : (error?.code ?? answer.statusCode);
}

/** Asks one route as everybody; who was refused, and who was let through. */
async function findOut(route: string, json: object | null) {
  const said: Record<string, string> = {};
  for (const visitor of visitors) {
    const answer = await ask(visitor, route, json);
    said[visitor.name] = answer === 'hidden' || answer === 'RoleRequired' ? answer : 'let through';
    expect([route, answer === 'SignInRequired' || answer === 'RequestForged' || answer === 500]).toEqual([
      route,
      false,
    ]);
  }
  return said;
}

/** What roles.ts itself allows a role is asked there; here a permission of each rank stands for all. */
const RANK = {
  Reader: 'see resources, policies, sessions, usage and the audit log',
  Contributor: 'create, change and delete resources',
  Owner: 'grant roles on a resource',
} as const;

it('is in one of the tables', () => {
  const known = [
    ...Object.values(OF_RESOURCE).flatMap((table) => Object.keys(table)),
    ...Object.values(OF_INSTALLATION).flatMap((table) => Object.keys(table)),
    ...OF_EVERYBODY,
    ...OF_OWNERS,
    ...OPEN,
  ];
  expect(known.sort()).toEqual(routes.sort());
});

it.each(['Reader', 'Contributor', 'Owner'] as const)(
  'of a resource that asks for a %s lets no one below through',
  async (least) => {
    const { id } = await service.resources.get(SHOP);
    for (const [route, json] of Object.entries(OF_RESOURCE[least])) {
      const wanted = visitors.map(({ name, grants }) => [
        name,
        may(grants, RANK[least], id)
          ? 'let through'
          : may(grants, RANK.Reader, id)
            ? 'RoleRequired'
            : 'hidden',
      ]);
      expect([route, await findOut(route, json)]).toEqual([route, Object.fromEntries(wanted)]);
    }
  },
);

it.each(['Reader', 'Contributor', 'Owner'] as const)(
  'of the installation that asks for a %s lets no one below through',
  async (least) => {
    const { id } = await service.resources.get(SHOP);
    for (const [route, json] of Object.entries(OF_INSTALLATION[least])) {
      const isOfResource = route.includes('{name}');
      const wanted = visitors.map(({ name, grants }) => {
        if (may(grants, RANK[least], null)) return [name, 'let through'];
        return [name, isOfResource && !may(grants, RANK.Reader, id) ? 'hidden' : 'RoleRequired'];
      });
      expect([route, await findOut(route, json)]).toEqual([route, Object.fromEntries(wanted)]);
    }
  },
);

it('that lists people is for Owners of anything, and what else is open to all who are signed in asks for no role', async () => {
  const said = await findOut('GET /people', null);
  for (const { name, grants } of visitors)
    expect([name, said[name]]).toEqual([
      name,
      grants.some(({ role }) => role === 'Owner') ? 'let through' : 'RoleRequired',
    ]);
  for (const route of ['GET /me', 'GET /resources', 'GET /recognition'])
    expect(new Set(Object.values(await findOut(route, null)))).toEqual(new Set(['let through']));
  const stranger = { browser: openBrowser(service) };
  for (const route of [...OF_EVERYBODY, ...OF_OWNERS])
    expect([route, await ask(stranger, route, null)]).toEqual([route, 'SignInRequired']);
});
