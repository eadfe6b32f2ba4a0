import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { ServiceError } from '../errors.js';
import type { Person } from '../people/people.js';
import { may, roleOn, type Permission } from '../people/roles.js';
import { LIFETIME_MS, type SignIn, type SignIns } from '../people/sign-ins.js';
import type { Resource, Resources } from '../resources.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in, once the cookie was checked. */
    signIn: SignIn | null;
  }
}

/** Who may do what over the management API. */
export interface Access {
  /** Lets pages of this service alone change anything: a browser says where a request comes from. */
  ownPages: onRequestAsyncHookHandler;
  /** Lets those through who are signed in; a change must bring their CSRF token too. */
  signedIn: onRequestAsyncHookHandler;
  /** The resource of the path, or of that name, for those who may. One that somebody has no role on does not exist for them. */
  resource(
    request: FastifyRequest,
    permission: Permission,
    name?: string,
  ): Promise<{ resource: Resource; person: Person }>;
  /** Whoever is signed in, if they may do something on the whole installation. */
  installation(request: FastifyRequest, permission: Permission): Person;
  /** The sign-in cookie of a request; undefined where there is none. */
  cookie(request: FastifyRequest): string | undefined;
  setCookie(reply: FastifyReply, token: string): void;
  clearCookie(reply: FastifyReply): void;
}

/** With a `__Host-` name a browser takes the cookie over TLS only, and from no other host or subdomain (RFC 6265bis, 4.1.3.2). */
const COOKIE = { https: '__Host-bonafide', http: 'bonafide' };
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

export function createAccess(parts: {
  resources: Resources;
  signIns: SignIns;
  endpoint: () => string;
}): Access {
  const { resources, signIns, endpoint } = parts;
  const isHttps = () => endpoint().startsWith('https:');
  const cookieName = () => (isHttps() ? COOKIE.https : COOKIE.http);
  const cookie = (request: FastifyRequest) => request.cookies[cookieName()];
  const attributes = () => ({
    path: '/',
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: isHttps(),
  });

  return {
    async ownPages(request) {
      const { origin } = request.headers;
      if (SAFE_METHODS.includes(request.method) || origin === undefined) return;
      const own = [new URL(endpoint()).origin, `${request.protocol}://${request.host}`];
      if (!own.includes(origin)) throw new ServiceError('RequestForged');
    },

    async signedIn(request) {
      const token = cookie(request);
      const signIn = token === undefined ? null : await signIns.find(token);
      if (!signIn) throw new ServiceError('SignInRequired');
      if (!SAFE_METHODS.includes(request.method)) {
        const given = request.headers['x-csrf-token'];
        if (typeof given !== 'string' || !isSame(given, signIn.csrfToken))
          throw new ServiceError('RequestForged');
      }
      request.signIn = signIn;
    },

    async resource(request, permission, name = (request.params as { name: string }).name) {
      const { person } = signInOf(request);
      const resource = await resources.get(name);
      // The same words as for a name that nobody has.
      if (roleOn(person.grants, resource.id) === null)
        throw new ServiceError('UnknownName', {
          message: `There is no resource named ${JSON.stringify(name)}.`,
        });
      if (!may(person.grants, permission, resource.id)) throw new ServiceError('RoleRequired');
      return { resource, person };
    },

    installation(request, permission) {
      const { person } = signInOf(request);
      if (!may(person.grants, permission, null)) throw new ServiceError('RoleRequired');
      return person;
    },

    cookie,
    setCookie(reply, token) {
      reply.setCookie(cookieName(), token, { ...attributes(), maxAge: LIFETIME_MS / 1000 });
    },
    clearCookie(reply) {
      reply.clearCookie(cookieName(), attributes());
    },
  };
}

/** Who is signed in, on a route that asks for it. */
export function signInOf({ signIn }: FastifyRequest): SignIn {
  if (!signIn) throw new ServiceError('SignInRequired');
  return signIn;
}

/** Compares in a time that tells nothing about where two texts differ. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
