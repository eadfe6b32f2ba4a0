import { Type, type Static } from '@sinclair/typebox';
import { ServiceError } from '../errors.js';
import { may, ROLES, roleOn } from '../people/roles.js';
import type { Person } from '../people/people.js';
import { ResourcePolicy } from '../resource-policy.js';
import type { Resource } from '../resources.js';
import { acceptedTerms, acceptTerms, TERMS_VERSION } from '../terms.js';
import { readUsage, HOUR_MS } from '../usage.js';
import { signInOf } from './access.js';
import { Choice, Nothing, Time, toTime, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';

export const ByName = Type.Object({ name: Type.String({ maxLength: 64 }) });
/** Something of a resource by its id. */
export const ById = Type.Object({ ...ByName.properties, id: Type.String({ pattern: '^[0-9a-fA-F-]{36}$' }) });
export const RECOGNITION_STATES = ['none', 'pending', 'approved', 'refused', 'revoked'] as const;

const ResourceShape = Type.Object({
  name: Type.String(),
  endpoint: Type.String(),
  tier: Choice(['F0', 'S0'] as const),
  development: Type.Boolean({ description: 'made by the first start, for trying things out' }),
  recognition: Choice(RECOGNITION_STATES),
  policy: ResourcePolicy,
  role: Choice(ROLES, { description: 'of whoever asks' }),
  createdAt: Time,
});
export const Count = Type.Integer({ minimum: 0 });
const UsageShape = {
  sessions: Count,
  calls: Count,
  realface: Count,
  spoofface: Count,
  uncertain: Count,
  refused: Count,
  latencyMs: Type.Union([Type.Object({ p50: Count, p95: Count, p99: Count }), Type.Null()], {
    description: 'quantiles to 10 %; null where nothing was judged',
  }),
};
const Tier = Choice(['F0', 'S0'] as const);
const Policy = Type.Partial(ResourcePolicy, { additionalProperties: false });
const Slot = Choice(['key1', 'key2'] as const);

/** Points of one answer; a quarter of a year by hours. */
const MAX_POINTS = 2_300;

/** Resources: made, changed, counted, and deleted with everything of them. */
export function addResourceRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { resources, access, store, clock, endpoint } = parts;
  const tags = ['resources'];
  const CHANGE = 'create, change and delete resources';

  const print = (resource: Resource, person: Person): Static<typeof ResourceShape> => ({
    name: resource.name,
    endpoint: endpoint(),
    tier: resource.tier,
    development: resource.development,
    recognition: resource.recognition,
    policy: resource.policy,
    role: roleOn(person.grants, resource.id) ?? 'Reader',
    createdAt: toTime(resource.createdAtMs),
  });

  app.get(
    '/resources',
    {
      schema: {
        summary: 'The resources that one has a role on',
        tags,
        response: { 200: Type.Array(ResourceShape) },
      },
    },
    async (request) => {
      const { person } = signInOf(request);
      const all = await resources.list();
      return all
        .filter(({ id }) =>
          may(person.grants, 'see resources, policies, sessions, usage and the audit log', id),
        )
        .map((resource) => print(resource, person));
    },
  );

  app.post(
    '/resources',
    {
      schema: {
        summary: 'Make a resource',
        description:
          'Whoever makes their first one accepts the terms of responsible use: send their version as acceptTerms, or accept them before.',
        tags,
        body: Type.Object(
          {
            name: Type.String({ maxLength: 64 }),
            tier: Type.Optional(Tier),
            policy: Type.Optional(Policy),
            acceptTerms: Type.Optional(Type.String({ maxLength: 20 })),
          },
          { additionalProperties: false },
        ),
        response: { 201: ResourceShape },
      },
    },
    async (request, reply) => {
      const person = access.installation(request, CHANGE);
      const { name, tier, policy, acceptTerms: version } = request.body;
      if (version !== undefined)
        await store.transaction().execute((db) => acceptTerms(db, clock, person, version));
      else if ((await acceptedTerms(store, person.id))?.version !== TERMS_VERSION)
        throw new ServiceError('TermsNotAccepted');
      const made = await resources
        .by(person.name)
        .create({ name, ...(tier && { tier }), ...(policy && { policy }) });
      return reply.code(201).send(print(made, person));
    },
  );

  app.get(
    '/resources/:name',
    { schema: { summary: 'One resource', tags, params: ByName, response: { 200: ResourceShape } } },
    async (request) => {
      const { resource, person } = await access.resource(
        request,
        'see resources, policies, sessions, usage and the audit log',
      );
      return print(resource, person);
    },
  );

  app.patch(
    '/resources/:name',
    {
      schema: {
        summary: 'Rename a resource, change its tier or members of its policy; what is left out stays',
        tags,
        params: ByName,
        body: Type.Object(
          {
            name: Type.Optional(Type.String({ maxLength: 64 })),
            tier: Type.Optional(Tier),
            policy: Type.Optional(Policy),
            policyNote: Type.Optional(
              Type.String({
                maxLength: 500,
                description: 'why the policy is changed; stands in its versions',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: ResourceShape },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, CHANGE);
      return print(await resources.by(person.name).change(resource.name, request.body), person);
    },
  );

  app.delete(
    '/resources/:name',
    {
      schema: {
        summary: 'Delete a resource with its keys, sessions and everything else of it',
        tags,
        params: ByName,
        querystring: Type.Object({
          name: Type.String({ default: '', description: 'its name once more, to confirm' }),
        }),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, CHANGE);
      if (request.query.name !== resource.name)
        throw new ServiceError('InvalidRequestBody', {
          message: `name: give the name ${resource.name} once more to delete it.`,
        });
      await resources.by(person.name).remove(resource.name);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/resources/:name/keys',
    {
      schema: {
        summary: 'Show both keys; the audit log says who did',
        tags,
        params: ByName,
        response: { 200: Type.Object({ key1: Type.String(), key2: Type.String() }) },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, 'show and regenerate keys');
      return resources.by(person.name).keys(resource.name);
    },
  );

  app.post(
    '/resources/:name/keys/:slot',
    {
      schema: {
        summary: 'Replace one key; the old one is void at once, the other stays',
        tags,
        params: Type.Object({ name: Type.String({ maxLength: 64 }), slot: Slot }),
        response: { 200: Type.Object({ key: Type.String() }) },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, 'show and regenerate keys');
      return { key: await resources.by(person.name).regenerateKey(resource.name, request.params.slot) };
    },
  );

  app.get(
    '/resources/:name/usage',
    {
      schema: {
        summary: 'Sessions, calls, decisions and latency, as a whole and over time',
        tags,
        params: ByName,
        querystring: Type.Object({
          from: Type.Optional(Time),
          to: Type.Optional(Time),
          step: Choice(['hour', 'day'] as const, { default: 'hour' }),
        }),
        response: {
          200: Type.Object({
            total: Type.Object(UsageShape),
            points: Type.Array(Type.Object({ start: Time, ...UsageShape })),
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(
        request,
        'see resources, policies, sessions, usage and the audit log',
      );
      const { from, to, step } = request.query;
      const stepMs = step === 'hour' ? HOUR_MS : 24 * HOUR_MS;
      const toMs = to === undefined ? clock() + 1 : readTime('to', to);
      const fromMs = from === undefined ? toMs - 24 * stepMs : readTime('from', from);
      if (fromMs >= toMs || toMs - fromMs > MAX_POINTS * stepMs)
        throw new ServiceError('InvalidRequestBody', {
          message: `from, to: a span of at most ${MAX_POINTS} steps.`,
        });
      const { total, points } = await readUsage(store, resource.id, { fromMs, toMs, stepMs });
      return {
        total,
        points: points.map(({ startMs, ...usage }) => ({ start: toTime(startMs), ...usage })),
      };
    },
  );
}

/** A time of a request, ms. */
export function readTime(member: string, text: string): number {
  const timeMs = Date.parse(text);
  // Printing it again must be possible; Date.parse takes years that ISO 8601 has no room for.
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15 || timeMs < 0)
    throw new ServiceError('InvalidRequestBody', { message: `${member}: a time, as ISO 8601 prints it.` });
  return timeMs;
}
