import { Type, type Static } from '@sinclair/typebox';
import type { OperatingPoint, Policy } from '@bonafide/engine';
import { shortfallOf, type ListedCandidate } from '../candidates.js';
import { ServiceError } from '../errors.js';
import type { MovedOn } from '../lab/moved-thresholds.js';
import { isInShadow, type ModelCandidate, type ShadowWeights } from '../model-candidates.js';
import { ResourcePolicy } from '../resource-policy.js';
import type { Resource } from '../resources.js';
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
import { ById, ByName, Count } from './resource-routes.js';
import { Decision } from './session-routes.js';

const SEE = 'see resources, policies, sessions, usage and the audit log';
const CHANGE = 'create, change and delete resources';
const MEASURE = 'measure and calibrate on the lab';

const Thresholds = Type.Object({ realface: Type.Number(), spoofface: Type.Number() });
const Numbers = Type.Object({
  thresholds: Type.Object({ strict: Thresholds, balanced: Thresholds, convenience: Thresholds }),
  weights: Type.Record(Type.String(), Type.Number()),
});
const CandidateItem = Type.Object({
  id: Type.String(),
  version: Type.String(),
  numbers: Type.Union([Numbers, Type.Null()], {
    description: 'null where it is damaged: then it can be deleted, and nobody passes as long as it decides',
  }),
  origin: Type.String({ description: 'where its numbers come from' }),
  run: Type.String({
    description: 'id of the measurement, which may be deleted by now; empty where it was another',
  }),
  bonaFide: Count,
  species: Type.Record(Type.String(), Count),
  shortfall: Type.Union([Type.String(), Type.Null()], {
    description: 'what it lacks in presentations, which whoever adopts it all the same says word for word',
  }),
  stale: Type.Boolean({
    description: 'found with another engine or installed policy: it decides and scores nothing',
  }),
  decides: Type.Boolean(),
  inShadow: Type.Boolean(),
  createdBy: Type.String(),
  createdAt: Time,
  acceptedBy: NullableText,
  acceptedAt: NullableTime,
});
const ModelItem = Type.Object({
  id: Type.String(),
  version: Type.String({ description: 'what results would carry' }),
  policy: Type.String({ description: 'version of the policy that decided on what they measured' }),
  origin: Type.String({ description: 'which weights they are' }),
  inShadow: Type.Boolean(),
  dropped: Type.Integer({
    minimum: 0,
    description: 'captures that they were not asked about, since too many waited or not in time',
  }),
  failed: Count,
  createdAt: Time,
});
const ShadowWeightsItem = Type.Object({
  version: Type.String({ description: 'version of the engine with them' }),
  fingerprint: Type.String({ description: 'SHA-256 of all, which `serve --weights` takes' }),
  changed: Type.Array(Type.Object({ name: Type.String(), file: Type.String(), sha256: Type.String() }), {
    description: 'those that are none of the manifest',
  }),
  policy: Type.Union([Type.String(), Type.Null()], {
    description:
      'version of the decision policy beside them; null where what decides for the resource is asked',
  }),
});
const Moved = {
  operatingPoint: Type.Optional(Choice(['strict', 'balanced', 'convenience'] as const)),
  realface: Type.Number({ minimum: -100, maximum: 100, description: 'least score called realface' }),
  spoofface: Type.Number({ minimum: -100, maximum: 100, description: 'largest score called spoofface' }),
};
const Uploaded = Type.Object(
  {
    engine: Type.String({ maxLength: 100 }),
    policy: Type.String({ maxLength: 100 }),
    set: Type.String({ maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]*$' }),
    simulated: Type.Boolean({ description: 'whether simulated presentations are among it' }),
    counts: Type.Array(
      Type.Object(
        {
          species: Type.String({
            maxLength: 80,
            pattern: '^[^\\u0000-\\u001f\\u007f]*$',
            description: 'empty for bona fide',
          }),
          n: Count,
          scored: Count,
          errors: Count,
          uncertain: Count,
        },
        { additionalProperties: false },
      ),
      { maxItems: 200 },
    ),
  },
  { additionalProperties: false },
);
const Score = Type.Union([Type.Number(), Type.Null()]);

/** Candidates of the lab: which decides, which scores in the shadow of live sessions, and what the latter would have decided. */
export function addCandidateRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { candidates, models, shadowWeights, moveThresholds, shadow, resources, installed, access } = parts;
  const tags = ['policy'];
  const base = '/resources/:name/policy/candidates';

  app.get(
    base,
    {
      schema: {
        summary:
          'Decision policies that the lab has found, the installed one, and other weights in the shadow; newest first',
        tags,
        params: ByName,
        response: {
          200: Type.Object({
            installed: Type.Object({ version: Type.String(), numbers: Numbers }),
            candidates: Type.Array(CandidateItem),
            shadowWeights: Type.Union([ShadowWeightsItem, Type.Null()], {
              description:
                'other weights that the service was started with, which score where the policy says `shadowModel: on`',
            }),
            models: Type.Array(ModelItem, { description: 'weights that scored live sessions, or do' }),
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      const found = await candidates.list(resource);
      const deciding = await candidates.decidingVersion(resource);
      return {
        installed: { version: installed.version, numbers: toNumbers(installed) },
        candidates: found.map((candidate) => toItem(candidate, resource)),
        shadowWeights: shadowWeights && toWeights(shadowWeights),
        models: (await models.list(resource)).map((model) => ({
          ...toModel(model),
          inShadow: isInShadow(model, resource, shadowWeights, deciding),
        })),
      };
    },
  );

  app.post(
    base,
    {
      schema: {
        summary: 'Make a candidate of thresholds that were moved by hand, with what is to be expected of it',
        description:
          'On an evaluation of the lab, which is decided again here, or on another one of this engine and installed policy, ' +
          'of which counts are given.',
        tags,
        params: ByName,
        body: Type.Object(
          {
            ...Moved,
            run: Type.Optional(ById.properties.id),
            report: Type.Optional(Uploaded),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ id: Type.String(), origin: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, MEASURE);
      const { operatingPoint = resource.policy.operatingPoint, realface, spoofface } = request.body;
      const id = await moveThresholds(
        resource,
        { operatingPoint, realface, spoofface },
        movedOn(request.body),
        person.name,
      );
      const { origin } = await candidates.get(resource, id);
      return reply.code(201).send({ id, origin });
    },
  );

  app.post(
    `${base}/:id/adopt`,
    {
      schema: {
        summary: 'Let a candidate decide from now on: a new version of the policy',
        description: 'One with a shortfall is adopted by whoever acknowledges it, word for word.',
        tags,
        params: ById,
        body: Type.Object(
          { acknowledged: Type.Optional(Type.String({ maxLength: 4000 })) },
          { additionalProperties: false },
        ),
        response: { 200: ResourcePolicy },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, CHANGE);
      const { acknowledged } = request.body;
      const who = { resource, resources, by: person.name };
      return (await candidates.adopt(who, request.params.id, acknowledged)).policy;
    },
  );

  app.delete(
    `${base}/:id`,
    {
      schema: {
        summary:
          'Delete a candidate that was never adopted, policy or model, with what it said in the shadow',
        tags,
        params: ById,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, CHANGE);
      await candidates.remove(resource, request.params.id, person.name);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/resources/:name/policy/rollback',
    {
      schema: {
        summary:
          'Let decide again what decided before: a new version of the policy, whose other members stay',
        tags,
        params: ByName,
        response: { 200: ResourcePolicy },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, CHANGE);
      return (await candidates.rollBack({ resource, resources, by: person.name })).policy;
    },
  );

  app.get(
    `${base}/:id/shadow`,
    {
      schema: {
        summary:
          'What a candidate, policy or model, would have decided on live sessions: counts, and where it differs, newest first',
        description: 'Counts are of all sessions so far; differences are listed while their session is kept.',
        tags,
        params: ById,
        querystring: Type.Object({
          next: Type.String({ pattern: '^(\\d{1,15}\\.[0-9a-f-]{36})?$', default: '' }),
          top: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: {
          200: Type.Object({
            counts: Type.Array(Type.Object({ live: Decision, shadow: Decision, count: Count })),
            differences: Type.Array(
              Type.Object({
                session: Type.String(),
                attempt: Type.Integer(),
                at: Time,
                live: Decision,
                liveScore: Score,
                shadow: Decision,
                shadowScore: Score,
              }),
            ),
            next: NullableText,
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      const id = await candidates.idOf(resource, request.params.id);
      const { next, top } = request.query;
      const [, atMs = '', sessionId = ''] = /^(\d+)\.(.+)$/.exec(next) ?? [];
      const before = sessionId === '' ? undefined : { atMs: Number(atMs), sessionId };
      const found = await shadow.disagreements(id, { before, top: top + 1 });
      const shown = found.slice(0, top);
      const last = shown.at(-1);
      return {
        counts: await shadow.counts(id),
        differences: shown.map(
          ({ sessionId: session, attemptId: attempt, atMs: at, candidateId: _, ...said }) => ({
            ...said,
            session,
            attempt,
            at: toTime(at),
          }),
        ),
        next: found.length > top && last ? `${last.atMs}.${last.sessionId}` : null,
      };
    },
  );
}

/** @throws ServiceError unless it is one of both, and its counts can be */
function movedOn({
  run,
  report,
}: {
  run?: string | undefined;
  report?: Static<typeof Uploaded> | undefined;
}): MovedOn {
  const refused = (message: string) => new ServiceError('InvalidRequestBody', { message });
  if (run !== undefined && report === undefined) return { run };
  if (!report || run !== undefined) throw refused('Give either run or report.');
  const { counts } = report;
  if (new Set(counts.map(({ species }) => species)).size < counts.length)
    throw refused('report.counts: one row a species.');
  if (counts.some(({ n, scored, errors, uncertain }) => scored > n || errors + uncertain > n))
    throw refused('report.counts: more than there are.');
  return report;
}

function toItem(candidate: ListedCandidate, { policy }: Resource) {
  const { id, version, origin, runId, bonaFide, species, stale, createdBy, acceptedBy } = candidate;
  return {
    ...{ id, version, origin, run: runId, bonaFide, species, stale, createdBy, acceptedBy },
    numbers: candidate.policy && toNumbers(candidate.policy),
    shortfall: shortfallOf(candidate),
    decides: policy.decisionPolicy === id && !stale,
    inShadow: policy.shadowPolicy === id && !stale,
    createdAt: toTime(candidate.createdAtMs),
    acceptedAt: toNullableTime(candidate.acceptedAtMs),
  };
}

const toModel = ({ id, version, policy, origin, dropped, failed, createdAtMs }: ModelCandidate) => ({
  ...{ id, version, policy, origin, dropped, failed },
  createdAt: toTime(createdAtMs),
});

const toWeights = ({ engine, fingerprint, changed, policy }: ShadowWeights) => ({
  ...{ version: engine, fingerprint, policy },
  changed: [...changed],
});

function toNumbers({ operatingPoints, cues }: Policy) {
  const thresholds = (at: OperatingPoint) => {
    const { realface, spoofface } = operatingPoints[at];
    return { realface: realface.value, spoofface: spoofface.value };
  };
  return {
    thresholds: {
      strict: thresholds('strict'),
      balanced: thresholds('balanced'),
      convenience: thresholds('convenience'),
    },
    weights: Object.fromEntries(Object.entries(cues).map(([name, { weight }]) => [name, weight.value])),
  };
}
