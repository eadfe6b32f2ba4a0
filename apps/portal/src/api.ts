import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './management-api.js';

/** What GET of a path of the management API answers. */
export type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type Me = Answer<'/management/v1/me'>;
export type Person = Me['person'];
export type Role = Person['roles'][number]['role'];
export type Resource = Answer<'/management/v1/resources/{name}'>;

export type SessionDetail = Answer<'/management/v1/resources/{name}/sessions/{id}'>;

/** A request that the service refused, or that did not reach it (code `Unreachable`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The management API, as whoever is signed in in this browser. */
export interface Api {
  http: Client<paths>;
  /** Sent with every change from now on. */
  setCsrfToken(token: string): void;
}

/** @param onSignedOut called when the service no longer knows the sign-in */
export function createApi(onSignedOut: () => void): Api {
  let csrfToken = '';
  const http = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });
  http.use({
    onRequest({ request }) {
      if (request.method !== 'GET') request.headers.set('x-csrf-token', csrfToken);
    },
    async onResponse({ response }) {
      if (response.status === 401 && (await codeOf(response.clone())) === 'SignInRequired') onSignedOut();
    },
  });
  return { http, setCsrfToken: (token) => void (csrfToken = token) };
}

/** The body of an answer. @throws ApiError in the service's own words */
export async function take<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const answer = await call.catch(() => {
    throw new ApiError('Unreachable', 'The service cannot be reached. Is it running, and are you online?');
  });
  if (answer.response.ok) return answer.data as T;
  const { code, message } = readError(answer.error);
  throw new ApiError(code, message || `The service answered ${answer.response.status}.`);
}

async function codeOf(response: Response): Promise<string> {
  return readError(await response.json().catch(() => null)).code;
}

function readError(body: unknown): { code: string; message: string } {
  const { error } = (body ?? {}) as { error?: { code?: unknown; message?: unknown } };
  return { code: String(error?.code ?? ''), message: String(error?.message ?? '') };
}
