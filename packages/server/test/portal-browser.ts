import type { LightMyRequestResponse } from 'fastify';
import type { FaceServer, Role } from '../src/index.js';

/** A browser at the portal: keeps the cookie, and sends the CSRF token and its origin with every change. */
export interface PortalBrowser {
  cookie: string;
  csrfToken: string;
  call(method: Method, path: string, options?: Options): Promise<LightMyRequestResponse>;
  /** The body of an answer that must be a success. */
  ok<T = Record<string, never>>(method: Method, path: string, json?: unknown): Promise<T>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Options {
  json?: unknown;
  headers?: Record<string, string>;
}

export const PASSWORD = 'correct horse battery';
const PREFIX = '/management/v1';

type Service = Pick<FaceServer, 'app' | 'endpoint' | 'ownerLink'>;

export function openBrowser(service: Service): PortalBrowser {
  const browser: PortalBrowser = {
    cookie: '',
    csrfToken: '',
    async call(method, path, { json, headers = {} } = {}) {
      const answer = await service.app.inject({
        method,
        url: path.startsWith('/management') ? path : `${PREFIX}${path}`,
        headers: {
          ...(browser.cookie && { cookie: browser.cookie }),
          ...(method !== 'GET' && { origin: service.endpoint(), 'x-csrf-token': browser.csrfToken }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { payload: JSON.stringify(json) }),
      });
      const set = answer.cookies.find(({ name }) => name.endsWith('bonafide'));
      if (set) browser.cookie = `${set.name}=${set.value}`;
      if (answer.headers['content-type']?.toString().startsWith('application/json')) {
        const body = answer.json<{ csrfToken?: string }>();
        if (typeof body.csrfToken === 'string') browser.csrfToken = body.csrfToken;
      }
      return answer;
    },
    async ok<T>(method: Method, path: string, json?: unknown) {
      const answer = await browser.call(method, path, json === undefined ? {} : { json });
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
      return (answer.body === '' ? null : answer.json()) as T;
    },
  };
  return browser;
}

/** The browser of the first Owner, `olga`. */
export async function joinAsOwner(service: Service): Promise<PortalBrowser> {
  const browser = openBrowser(service);
  const token = tokenOf(service.ownerLink() ?? '');
  await browser.ok('POST', '/invitation/accept', { token, name: 'olga', password: PASSWORD });
  return browser;
}

/** The browser of somebody whom an Owner invites. */
export async function join(
  service: Service,
  owner: PortalBrowser,
  name: string,
  role?: Role,
  resource?: string,
): Promise<PortalBrowser & { id: string }> {
  const { link, person } = await owner.ok<{ link: string; person: { id: string } }>('POST', '/people', {
    name,
    ...(role && { role }),
    ...(resource && { resource }),
  });
  const browser = openBrowser(service);
  await browser.ok('POST', '/invitation/accept', { token: tokenOf(link), password: PASSWORD });
  return Object.assign(browser, { id: person.id });
}

export function tokenOf(link: string): string {
  return link.split('#')[1] ?? '';
}
