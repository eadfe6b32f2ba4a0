import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';
import { invitationLink } from '../people/index.js';
import type { Person } from '../people/people.js';
import { ROLES, type Grant, type Role } from '../people/roles.js';
import { signInOf } from './access.js';
import { Choice, Nothing, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { PersonShape, resourceNames, toPerson } from './me.js';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Scope = Type.Optional(
  Type.String({ maxLength: 64, description: 'name of a resource; the whole installation when left out' }),
);
const Invited = Type.Object({
  person: PersonShape,
  link: Type.String({ description: 'good once, for three days; give it to this person only' }),
});

/** Who may use the portal, and their roles. */
export function addPeopleRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { people, resources, access, endpoint } = parts;
  const tags = ['people'];
  const OWN = 'invite, reset, disable and remove people';
  const print = async (request: FastifyRequest, person: Person) =>
    toPerson(person, await resourceNames(parts, signInOf(request).person));
  const linkOf = (token: string) => invitationLink(endpoint(), token);

  /** What the caller may grant roles on: a resource by its name, or the installation. */
  async function scopeOf(request: FastifyRequest, name: string | undefined) {
    const permission = 'grant roles on a resource';
    if (name === undefined) return { resourceId: null, by: access.installation(request, permission).name };
    const { resource, person } = await access.resource(request, permission, name);
    return { resourceId: resource.id, by: person.name };
  }

  app.get(
    '/people',
    {
      schema: {
        summary: 'Everybody, for Owners of the installation or of a resource',
        tags,
        response: { 200: Type.Array(PersonShape) },
      },
    },
    async (request) => {
      const { person } = signInOf(request);
      if (!person.grants.some(({ role }) => role === 'Owner')) throw new ServiceError('RoleRequired');
      const names = await resourceNames(parts, person);
      return (await people.list()).map((one) => toPerson(one, names));
    },
  );

  app.post(
    '/people',
    {
      schema: {
        summary: 'Invite somebody; the answer has their one-time link',
        tags,
        body: Type.Object(
          {
            name: Type.String({ maxLength: 200 }),
            role: Type.Optional(Choice(ROLES)),
            resource: Scope,
          },
          { additionalProperties: false },
        ),
        response: { 201: Invited },
      },
    },
    async (request, reply) => {
      const by = access.installation(request, OWN).name;
      const { name, role, resource } = request.body;
      const grant = role === undefined ? null : await toGrant(role, resource);
      const { person, token } = await people.invite({ name, grant }, by);
      return reply.code(201).send({ person: await print(request, person), link: linkOf(token) });
    },
  );

  async function toGrant(role: Role, resource: string | undefined): Promise<Grant> {
    return { role, resourceId: resource === undefined ? null : (await resources.get(resource)).id };
  }

  app.post(
    '/people/:id/invitation',
    {
      schema: {
        summary: 'A new one-time link for somebody who lost the first or the password',
        tags,
        params: Id,
        response: { 201: Invited },
      },
    },
    async (request, reply) => {
      const by = access.installation(request, OWN).name;
      const { person, token } = await people.reset(request.params.id, by);
      return reply.code(201).send({ person: await print(request, person), link: linkOf(token) });
    },
  );

  app.patch(
    '/people/:id',
    {
      schema: {
        summary: 'Lock somebody out, or let them in again',
        tags,
        params: Id,
        body: Type.Object({ disabled: Type.Boolean() }, { additionalProperties: false }),
        response: { 200: PersonShape },
      },
    },
    async (request) => {
      const by = access.installation(request, OWN).name;
      return print(request, await people.setDisabled(request.params.id, request.body.disabled, by));
    },
  );

  app.delete(
    '/people/:id',
    { schema: { summary: 'Remove somebody', tags, params: Id, response: { 204: Nothing } } },
    async (request, reply) => {
      await people.remove(request.params.id, access.installation(request, OWN).name);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/people/:id/role',
    {
      schema: {
        summary: 'Give somebody a role, instead of the one they had there',
        tags,
        params: Id,
        body: Type.Object({ role: Choice(ROLES), resource: Scope }, { additionalProperties: false }),
        response: { 200: PersonShape },
      },
    },
    async (request) => {
      const { role, resource } = request.body;
      const { resourceId, by } = await scopeOf(request, resource);
      return print(request, await people.grant(request.params.id, { role, resourceId }, by));
    },
  );

  app.delete(
    '/people/:id/role',
    {
      schema: {
        summary: 'Take a role away',
        tags,
        params: Id,
        querystring: Type.Object({ resource: Scope }),
        response: { 200: PersonShape },
      },
    },
    async (request) => {
      const { resourceId, by } = await scopeOf(request, request.query.resource);
      return print(request, await people.revoke(request.params.id, resourceId, by));
    },
  );
}
