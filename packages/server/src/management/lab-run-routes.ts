import { Type } from '@sinclair/typebox';
import {
  compareEvaluations,
  renderComparison,
  type Calibration,
  type Evaluation,
  type Report,
} from '@bonafide/engine/evaluation';
import type { FastifyReply } from 'fastify';
import { ServiceError } from '../errors.js';
import type { Run } from '../lab/runs.js';
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

const SEE = 'see resources, policies, sessions, usage and the audit log';
const RECORD = 'record, see, correct, delete and export presentations of the lab';
const MEASURE = 'measure and calibrate on the lab';

const ByTwo = Type.Object({ ...ById.properties, before: ById.properties.id });
const OperatingPoint = Choice(['strict', 'balanced', 'convenience'] as const);
const RunItem = {
  id: Type.String(),
  kind: Choice(['evaluation', 'calibration'] as const),
  state: Choice(['waiting', 'running', 'done', 'failed', 'cancelled'] as const),
  operatingPoint: OperatingPoint,
  engine: Type.String(),
  policy: Type.String({ description: 'version of the installed policy, by which the engine measures' }),
  decisionPolicy: Type.String({
    description: 'id of the candidate that decides; empty for the installed policy',
  }),
  total: Count,
  done: Count,
  createdBy: Type.String(),
  createdAt: Time,
  startedAt: NullableTime,
  endedAt: NullableTime,
  fault: NullableText,
};
const Page = Type.Unsafe<string>({
  description: 'a page that needs nothing else',
  content: { 'text/html': { schema: { type: 'string' } } },
});

/**
 * Pages that this service has made itself, from figures and escaped names: they may carry their style, and neither run nor load
 * anything.
 */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/** Measurements on the set of the lab, and what came of them: figures, which show nobody. */
export function addLabRunRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { runs, runQueue, candidates, access } = parts;
  const tags = ['lab'];
  const base = '/resources/:name/lab/runs';

  const toItem = async ({ createdAtMs, startedAtMs, endedAtMs, ...run }: Run) => {
    const { id, kind, state, operatingPoint, engine, policy, decisionPolicy, total, createdBy, fault } = run;
    return {
      ...{ id, kind, state, operatingPoint, engine, policy, decisionPolicy, total, createdBy, fault },
      done: await runs.done({ id }),
      createdAt: toTime(createdAtMs),
      startedAt: toNullableTime(startedAtMs),
      endedAt: toNullableTime(endedAtMs),
    };
  };

  /** A report with its outcomes. @throws ServiceError where the run has none */
  async function evaluation(resource: Resource, id: string): Promise<Evaluation> {
    const { run, result } = await runs.result(resource, id);
    if (run.kind !== 'evaluation')
      throw new ServiceError('NotPossible', { message: 'A calibration has no report to compare.' });
    const scored = await runs.scores(run, resource.name);
    return { report: JSON.parse(result) as Report, outcomes: scored.map(({ outcome }) => outcome) };
  }

  const compare = async (resource: Resource, { before, id }: { before: string; id: string }) =>
    compareEvaluations(await evaluation(resource, before), await evaluation(resource, id));

  const sendPage = (reply: FastifyReply, page: string) =>
    reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(page);

  app.get(
    base,
    {
      schema: {
        summary: 'Measurements on the set of the lab, the newest 100',
        tags,
        params: ByName,
        response: { 200: Type.Array(Type.Object(RunItem)) },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      return Promise.all((await runs.list(resource, 100)).map(toItem));
    },
  );

  app.post(
    base,
    {
      schema: {
        summary:
          'Measure on what is recorded so far: one at a time, behind all checks, and on after a restart',
        tags,
        params: ByName,
        body: Type.Object(
          {
            kind: RunItem.kind,
            operatingPoint: Type.Optional(OperatingPoint),
            decisionPolicy: Type.Optional(
              Type.String({
                pattern: '^([0-9a-fA-F-]{36})?$',
                description:
                  'id of a candidate that decides in an evaluation, empty for the installed policy; as checks now when left out',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object(RunItem) },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, MEASURE);
      const { kind, operatingPoint = resource.policy.operatingPoint, decisionPolicy } = request.body;
      const candidate =
        kind === 'calibration' || decisionPolicy === ''
          ? null
          : decisionPolicy === undefined
            ? await candidates.deciding(resource)
            : await candidates.get(resource, decisionPolicy);
      const wanted = { kind, operatingPoint, decisionPolicy: candidate?.id ?? '' };
      const run = await runQueue.start(resource, wanted, person.name);
      return reply.code(201).send(await toItem(run));
    },
  );

  app.get(
    `${base}/:id`,
    {
      schema: {
        summary: 'A measurement: how far it is',
        tags,
        params: ById,
        response: { 200: Type.Object(RunItem) },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      return toItem(await runs.get(resource, request.params.id));
    },
  );

  app.post(
    `${base}/:id/cancel`,
    { schema: { summary: 'Break a measurement off', tags, params: ById, response: { 204: Nothing } } },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, MEASURE);
      await runQueue.cancel(resource, request.params.id, person.name);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    `${base}/:id`,
    {
      schema: {
        summary: 'Delete a measurement that has ended, with its scores',
        tags,
        params: ById,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, MEASURE);
      await runs.remove(resource, request.params.id, person.name);
      return reply.code(204).send(null);
    },
  );

  app.get(
    `${base}/:id/report`,
    {
      schema: {
        summary: 'The report of an evaluation (bonafide-report/1), or what a calibration found',
        tags,
        params: ById,
        response: { 200: Type.Unsafe<Report | Calibration>({ type: 'object', additionalProperties: true }) },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      const { result } = await runs.result(resource, request.params.id);
      return JSON.parse(result) as Report | Calibration;
    },
  );

  app.get(
    `${base}/:id/report.html`,
    {
      schema: {
        summary: 'The report of an evaluation as a page',
        tags,
        params: ById,
        response: { 200: Page },
      },
    },
    async (request, reply) => {
      const { resource } = await access.resource(request, SEE);
      const { page } = await runs.result(resource, request.params.id);
      if (page === null)
        throw new ServiceError('UnknownName', { message: 'A calibration has no such page.' });
      return sendPage(reply, page);
    },
  );

  app.get(
    `${base}/:id/scores`,
    {
      schema: {
        summary:
          'What was measured on each presentation, as `bonafide evaluate` writes scores.jsonl; audited',
        tags,
        params: ById,
        response: {
          200: Type.Unsafe<string>({
            description: 'an outcome a line',
            content: { 'application/x-ndjson': { schema: { type: 'string' } } },
          }),
        },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, RECORD);
      const run = await runs.get(resource, request.params.id);
      await runs.logExport(run, person.name);
      const lines = (await runs.scores(run, resource.name)).map(
        ({ outcome }) => `${JSON.stringify(outcome)}\n`,
      );
      return reply
        .header('content-disposition', `attachment; filename="scores-${run.id.slice(0, 8)}.jsonl"`)
        .type('application/x-ndjson')
        .send(lines.join(''));
    },
  );

  app.get(
    `${base}/:id/comparison/:before`,
    {
      schema: {
        summary: 'Two evaluations side by side, figure by figure',
        tags,
        params: ByTwo,
        response: {
          200: Type.Object({
            figures: Type.Array(Type.Unsafe<object>({ type: 'object', additionalProperties: true })),
            decisions: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      const { figures, decisions } = await compare(resource, request.params);
      return { figures, decisions };
    },
  );

  app.get(
    `${base}/:id/comparison/:before/report.html`,
    {
      schema: {
        summary: 'Two evaluations side by side as a page',
        tags,
        params: ByTwo,
        response: { 200: Page },
      },
    },
    async (request, reply) => {
      const { resource } = await access.resource(request, SEE);
      return sendPage(reply, renderComparison(await compare(resource, request.params)));
    },
  );
}
