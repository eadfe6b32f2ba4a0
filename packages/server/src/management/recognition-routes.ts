import { Type, type Static } from '@sinclair/typebox';
import { MAX_PURPOSE_LENGTH, type RecognitionRequest } from '../recognition.js';
import { may } from '../people/roles.js';
import { signInOf } from './access.js';
import {
  Choice,
  Nothing,
  NullableText,
  NullableTime,
  Time,
  toNullableTime,
  toTime,
  type ManagementApp,
} from './app.js';
import type { ManagementParts } from './parts.js';
import { ByName } from './resource-routes.js';

const RequestShape = Type.Object({
  state: Choice(['pending', 'approved', 'refused', 'revoked'] as const),
  purpose: Type.String(),
  requestedBy: Type.String(),
  requestedAt: Time,
  decidedBy: NullableText,
  decidedAt: NullableTime,
  reason: Type.String(),
});

/** The comparison of faces is open to resources that applied for it and were approved. */
export function addRecognitionRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { recognition, resources, access } = parts;
  const tags = ['recognition'];

  app.get(
    '/recognition',
    {
      schema: {
        summary: 'Applications that wait, on all resources that one is an Owner of the installation for',
        tags,
        response: { 200: Type.Array(Type.Object({ resource: Type.String(), ...RequestShape.properties })) },
      },
    },
    async (request) => {
      const { person } = signInOf(request);
      const pending = (await resources.list()).filter(
        (resource) => resource.recognition === 'pending' && may(person.grants, 'decide on recognition', null),
      );
      const waiting = pending.map(async ({ id, name }) =>
        (await recognition.history(id)).slice(0, 1).map((one) => ({ resource: name, ...print(one) })),
      );
      return (await Promise.all(waiting)).flat();
    },
  );

  app.get(
    '/resources/:name/recognition',
    {
      schema: {
        summary: 'Applications of a resource, newest first',
        tags,
        params: ByName,
        response: { 200: Type.Array(RequestShape) },
      },
    },
    async (request) => {
      const { resource } = await access.resource(
        request,
        'see resources, policies, sessions, usage and the audit log',
      );
      return (await recognition.history(resource.id)).map(print);
    },
  );

  app.post(
    '/resources/:name/recognition',
    {
      schema: {
        summary: 'Apply for the comparison of faces, with what it is for',
        tags,
        params: ByName,
        body: Type.Object(
          { purpose: Type.String({ maxLength: MAX_PURPOSE_LENGTH }) },
          { additionalProperties: false },
        ),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, 'apply for recognition');
      await recognition.apply(resource.id, request.body.purpose, person.name);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/resources/:name/recognition/decision',
    {
      schema: {
        summary: 'Approve, refuse or revoke, with a reason; for Owners of the installation',
        tags,
        params: ByName,
        body: Type.Object(
          {
            decision: Choice(['approved', 'refused', 'revoked'] as const),
            reason: Type.String({ maxLength: 500 }),
          },
          { additionalProperties: false },
        ),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource } = await access.resource(
        request,
        'see resources, policies, sessions, usage and the audit log',
      );
      const owner = access.installation(request, 'decide on recognition');
      await recognition.decide(resource.id, request.body.decision, request.body.reason, owner.name);
      return reply.code(204).send(null);
    },
  );
}

function print(one: RecognitionRequest): Static<typeof RequestShape> {
  const { state, purpose, requestedBy, decidedBy, reason } = one;
  return {
    state,
    purpose,
    requestedBy,
    requestedAt: toTime(one.requestedAtMs),
    decidedBy,
    decidedAt: toNullableTime(one.decidedAtMs),
    reason,
  };
}
