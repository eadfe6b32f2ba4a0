import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';
import { JOURNEY_MS, type Oidc } from '../people/oidc.js';
import type { Person } from '../people/people.js';
import { NullableText, type ManagementApp } from './app.js';
import { MANAGEMENT_PREFIX, type ManagementParts } from './parts.js';
import { MeShape, toMe } from './me.js';

/** Sign-ins and looks at links from one address: enough for an office behind one, too few to guess. */
const ADDRESS_LIMIT = { calls: 30, windowMs: 60_000 };
const JOURNEY_COOKIE = 'bonafide-journey';
/** Where the portal says that the company's account did not work. */
const FAILED_PAGE = '/portal?signIn=failed';
/** Pages that a sign-in may lead back to: of the portal alone, so that no link can send anybody elsewhere. */
const PORTAL_PATH = /^\/portal(\/[\w.~/-]*)?$/;

const Password = Type.String({ maxLength: 1_000 });
const Token = Type.String({ minLength: 1, maxLength: 100 });

/** Ways in, for those who are not signed in: password, company account, one-time link. */
export function addSignInRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { people, signIns, lockOut, secondFactor, oidc, access, limits, endpoint } = parts;

  function count({ ip }: FastifyRequest): void {
    const retryAfterSeconds = limits.take(`sign-in ${ip}`, ADDRESS_LIMIT);
    if (retryAfterSeconds !== null) throw new ServiceError('TooManyRequests', { retryAfterSeconds });
  }

  async function enter(
    request: FastifyRequest,
    reply: FastifyReply,
    person: Person,
    method: 'password' | 'oidc' | 'link',
  ) {
    const token = await signIns.start(person, method, access.cookie(request));
    access.setCookie(reply, token);
    return toMe(parts, person, token);
  }

  app.get(
    '/sign-in',
    {
      schema: {
        summary: 'Which ways in there are',
        tags: ['sign-in'],
        response: {
          200: Type.Object({
            companyAccount: NullableText,
            owners: Type.Array(Type.String(), { description: 'empty until the first Owner has joined' }),
          }),
        },
      },
    },
    async () => ({ companyAccount: oidc?.name ?? null, owners: await people.owners() }),
  );

  app.post(
    '/sign-in',
    {
      schema: {
        summary: 'Sign in with a name and a password',
        description: 'Answers 401 CodeRequired where a one-time or recovery code is needed too.',
        tags: ['sign-in'],
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 200 }),
            password: Password,
            code: Type.Optional(Type.String({ maxLength: 40 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: MeShape },
      },
    },
    async (request, reply) => {
      count(request);
      const { name, password, code } = request.body;
      await lockOut.enter(name);
      const person = await people.checkPassword(name, password);
      if (!person) throw new ServiceError('SignInFailed');
      await secondFactor.check(person, code);
      await lockOut.clear(name);
      return enter(request, reply, person, 'password');
    },
  );

  app.post(
    '/invitation',
    {
      schema: {
        summary: 'Whom a one-time link is for',
        tags: ['sign-in'],
        body: Type.Object({ token: Token }, { additionalProperties: false }),
        response: { 200: Type.Object({ name: Type.String(), companyAccount: NullableText }) },
      },
    },
    async (request) => {
      count(request);
      const { name } = await people.invited(request.body.token);
      return { name, companyAccount: oidc?.name ?? null };
    },
  );

  app.post(
    '/invitation/accept',
    {
      schema: {
        summary: 'Join by a one-time link: set a password, and another name where wanted; signs in',
        tags: ['sign-in'],
        body: Type.Object(
          { token: Token, name: Type.Optional(Type.String({ maxLength: 200 })), password: Password },
          { additionalProperties: false },
        ),
        response: { 200: MeShape },
      },
    },
    async (request, reply) => {
      count(request);
      const { token, name, password } = request.body;
      return enter(request, reply, await people.join(token, { name, password }), 'link');
    },
  );

  if (oidc) addOidcRoutes(oidc);

  function addOidcRoutes(provider: Oidc): void {
    const callback = `${MANAGEMENT_PREFIX}/sign-in/company/return`;
    // Lax, for it has to come along from the provider's page; it holds nothing that helps anybody else.
    const attributes = () => ({
      path: callback,
      httpOnly: true,
      sameSite: 'lax' as const,
      secure: endpoint().startsWith('https:'),
    });

    app.get(
      '/sign-in/company',
      {
        schema: {
          summary: 'Sign in with the company account: leads to its provider',
          tags: ['sign-in'],
          querystring: Type.Object({
            returnTo: Type.String({ default: '/portal', maxLength: 500 }),
            invitation: Type.Optional(Token),
          }),
          response: {
            302: Type.Null({ description: 'to the provider' }),
            303: Type.Null({ description: 'to the portal, which says that it did not work' }),
          },
        },
        errorHandler: leadBack,
      },
      async (request, reply) => {
        count(request);
        const { returnTo, invitation } = request.query;
        if (!PORTAL_PATH.test(returnTo))
          throw new ServiceError('InvalidRequestBody', { message: 'returnTo: a path of the portal.' });
        const { url, journey } = await provider.begin(`${endpoint()}${callback}`, { invitation, returnTo });
        return reply
          .setCookie(JOURNEY_COOKIE, journey, { ...attributes(), maxAge: JOURNEY_MS / 1000 })
          .redirect(url, 302);
      },
    );

    app.get(
      '/sign-in/company/return',
      {
        schema: {
          summary: 'Where the provider sends the browser back to; leads on to the portal',
          tags: ['sign-in'],
          response: { 303: Type.Null({ description: 'to the portal' }) },
        },
        errorHandler: leadBack,
      },
      async (request, reply) => {
        count(request);
        const { search } = new URL(request.url, endpoint());
        const { identity, invitation, returnTo } = await provider.finish(
          new URL(`${endpoint()}${callback}${search}`),
          request.cookies[JOURNEY_COOKIE] ?? '',
        );
        const person =
          invitation === undefined
            ? await people.fromOidc(identity)
            : await people.joinWith(invitation, identity);
        if (person.state === 'disabled') throw new ServiceError('SignInFailed');
        await enter(request, reply, person, 'oidc');
        return reply.clearCookie(JOURNEY_COOKIE, attributes()).redirect(returnTo, 303);
      },
    );
  }
}

/** A browser that is on its way gets a page instead of an error; the log says what went wrong with the provider. */
function leadBack(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof ServiceError && error.row === 'SignInFailed')) throw error;
  request.log.warn({ reason: reasonOf(error.cause) }, error.message);
  if (!request.headers.accept?.includes('text/html')) throw error;
  return reply.redirect(FAILED_PAGE, 303);
}

/** What the provider or the check of its answer said, without anybody's claims. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'the person may not sign in';
  return 'error' in cause && typeof cause.error === 'string'
    ? `${cause.error}: ${cause.message}`
    : cause.message;
}
