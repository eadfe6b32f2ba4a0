import { Type } from '@sinclair/typebox';
import { toTime, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { ByName } from './resource-routes.js';

const Body = Type.Object(
  { userCorrelationId: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
);

/**
 * What people may ask of whoever holds data on them. The id goes in the body: addresses of calls end up in logs of proxies.
 */
export function addPersonalDataRoutes(app: ManagementApp, { personalData, access }: ManagementParts): void {
  const tags = ['personal data'];
  const DO = 'delete sessions, export and erase what is held on a person';

  app.post(
    '/resources/:name/personal-data/export',
    {
      schema: {
        summary: 'Everything that is held on a user of the application; the audit log says who asked',
        tags,
        params: ByName,
        body: Body,
        response: {
          200: Type.Object({
            userCorrelationId: Type.String(),
            exportedAt: Type.String(),
            sessions: Type.Array(Type.Unknown(), { description: 'HeldSession of docs/privacy.md' }),
            abuseEvents: Type.Array(Type.Unknown(), {
              description: 'noted by abuse monitoring under the id',
            }),
          }),
        },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, DO);
      const { exportedAtMs, ...held } = await personalData.export(
        resource,
        request.body.userCorrelationId,
        person.name,
      );
      return { ...held, exportedAt: toTime(exportedAtMs) };
    },
  );

  app.post(
    '/resources/:name/personal-data/erasure',
    {
      schema: {
        summary: 'Erase every session of a user of the application, with all of it',
        tags,
        params: ByName,
        body: Body,
        response: { 200: Type.Object({ sessions: Type.Integer({ description: 'that were erased' }) }) },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, DO);
      return { sessions: await personalData.erase(resource, request.body.userCorrelationId, person.name) };
    },
  );
}
