import { Type } from '@sinclair/typebox';
import { completePolicy, ResourcePolicy } from '../resource-policy.js';
import { Time, toTime, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { ByName } from './resource-routes.js';

const Version = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  policy: ResourcePolicy,
  note: Type.String({ description: 'why it was changed' }),
  changedBy: Type.String(),
  at: Time,
});

/** The policy of a resource through time: every change is a version, and one goes back by making the old one new. */
export function addPolicyRoutes(app: ManagementApp, { resources, access }: ManagementParts): void {
  const tags = ['policy'];
  const base = '/resources/:name/policy/versions';

  app.get(
    base,
    {
      schema: {
        summary: 'Versions of the policy, newest first; the first is the one in use',
        tags,
        params: ByName,
        querystring: Type.Object({
          before: Type.Optional(Type.Integer({ minimum: 1, description: 'next of the page before' })),
          top: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: {
          200: Type.Object({
            versions: Type.Array(Version),
            next: Type.Union([Type.Integer(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(
        request,
        'see resources, policies, sessions, usage and the audit log',
      );
      const { before, top } = request.query;
      const found = await resources.policyVersions(resource.name, { before, top: top + 1 });
      const versions = found.slice(0, top);
      return {
        versions: versions.map(({ policy, atMs, ...version }) => ({
          ...version,
          policy: completePolicy(JSON.parse(policy) as object),
          at: toTime(atMs),
        })),
        next: found.length > top ? (versions.at(-1)?.version ?? null) : null,
      };
    },
  );

  app.post(
    `${base}/:version/restore`,
    {
      schema: {
        summary: 'Go back to a version: makes a new one that says the same',
        tags,
        params: Type.Object({ ...ByName.properties, version: Type.Integer({ minimum: 1 }) }),
        response: { 200: ResourcePolicy },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, 'create, change and delete resources');
      const restored = await resources.by(person.name).restorePolicy(resource.name, request.params.version);
      return restored.policy;
    },
  );
}
