import { Type } from '@sinclair/typebox';
import { ServiceError } from '../errors.js';
import { acceptTerms } from '../terms.js';
import { signInOf } from './access.js';
import { Nothing, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { MeShape, toMe } from './me.js';

const Password = Type.String({ maxLength: 1_000 });

/** What those who are signed in do with their own account. */
export function addMeRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { people, signIns, lockOut, secondFactor, access, store, clock } = parts;
  const tags = ['me'];

  /** Whoever sits before an open browser must know the password too; guesses are slowed down as at the sign-in. */
  async function confirm(name: string, password: string): Promise<void> {
    await lockOut.enter(name);
    if (!(await people.checkPassword(name, password))) throw new ServiceError('SignInFailed');
    await lockOut.clear(name);
  }

  app.get(
    '/me',
    { schema: { summary: 'Who is signed in', tags, response: { 200: MeShape } } },
    async (request) => {
      const { person } = signInOf(request);
      return toMe(parts, person, access.cookie(request) ?? '');
    },
  );

  app.post(
    '/sign-out',
    { schema: { summary: 'Sign out', tags, response: { 204: Nothing } } },
    async (request, reply) => {
      await signIns.end(access.cookie(request) ?? '');
      access.clearCookie(reply);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/me/password',
    {
      schema: {
        summary: 'Change the password; signs out everywhere else',
        tags,
        body: Type.Object({ current: Password, wanted: Password }, { additionalProperties: false }),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const signIn = signInOf(request);
      await confirm(signIn.person.name, request.body.current);
      await people.setPassword(signIn.person.id, request.body.wanted);
      await signIns.endOthers(signIn);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/me/one-time-codes',
    {
      schema: {
        summary: 'Begin to set up one-time codes: a secret for the authenticator application',
        tags,
        body: Type.Object({ password: Password }, { additionalProperties: false }),
        response: {
          200: Type.Object({
            secret: Type.String({ description: 'base32' }),
            uri: Type.String({ description: 'otpauth, for a QR code' }),
          }),
        },
      },
    },
    async (request) => {
      const { person } = signInOf(request);
      await confirm(person.name, request.body.password);
      return secondFactor.propose(person);
    },
  );

  app.post(
    '/me/one-time-codes/confirm',
    {
      schema: {
        summary: 'Turn one-time codes on with a code of the application; gives the recovery codes, once',
        tags,
        body: Type.Object({ code: Type.String({ maxLength: 40 }) }, { additionalProperties: false }),
        response: { 200: Type.Object({ recoveryCodes: Type.Array(Type.String()) }) },
      },
    },
    async (request) => ({
      recoveryCodes: await secondFactor.confirm(signInOf(request).person, request.body.code),
    }),
  );

  app.delete(
    '/me/one-time-codes',
    {
      schema: {
        summary: 'Turn one-time codes off',
        tags,
        body: Type.Object({ password: Password }, { additionalProperties: false }),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { person } = signInOf(request);
      await confirm(person.name, request.body.password);
      await secondFactor.remove(person);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/me/terms',
    {
      schema: {
        summary: 'Accept the terms of responsible use, by name and time',
        tags,
        body: Type.Object({ version: Type.String({ maxLength: 20 }) }, { additionalProperties: false }),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { person } = signInOf(request);
      await store.transaction().execute((db) => acceptTerms(db, clock, person, request.body.version));
      return reply.code(204).send(null);
    },
  );
}
