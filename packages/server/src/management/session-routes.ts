import { Type, type Static } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { appendAuditLog } from '../audit-log.js';
import type { Permission } from '../people/roles.js';
import { keptAfterMs } from '../resource-policy.js';
import { searchSessions, type FoundSession } from '../session-search.js';
import type { AuditEntry, Session } from '../session.js';
import { isExpired } from '../sessions.js';
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
import { ByName, readTime } from './resource-routes.js';

const SEE = 'see resources, policies, sessions, usage and the audit log';
const SEE_EVIDENCE = 'see evidence, clips, images and the log of one session';

const Kind = Choice(['liveness', 'livenessWithVerify'] as const);
const Status = Choice(['NotStarted', 'Started', 'Succeeded', 'Failed', 'Canceled'] as const);
export const Decision = Choice(['realface', 'spoofface', 'uncertain'] as const);
/** A session of a path. */
export const BySession = Type.Object({
  name: Type.String({ maxLength: 64 }),
  id: Type.String({ pattern: '^[0-9a-fA-F-]{36}$' }),
});

const Rectangle = Type.Object({
  top: Type.Number(),
  left: Type.Number(),
  width: Type.Number(),
  height: Type.Number(),
});

const Item = {
  id: Type.String(),
  kind: Kind,
  status: Status,
  decision: Type.Union([Decision, Type.Null()], { description: 'the latest' }),
  deviceCorrelationId: NullableText,
  userCorrelationId: NullableText,
  createdAt: Time,
  startedAt: NullableTime,
};

/** A call that brought a capture. */
const Call = Type.Object({
  id: Type.Integer(),
  attemptId: Type.Union([Type.Integer(), Type.Null()]),
  requestId: Type.String(),
  clientRequestId: NullableText,
  receivedAt: Time,
  latencyMs: Type.Number(),
  digest: Type.String(),
  contentSha256: NullableText,
  sessionImageId: NullableText,
  request: Type.Object({
    url: Type.String(),
    method: Type.String(),
    contentLength: Type.Optional(Type.Number()),
    contentType: Type.Optional(Type.String()),
    userAgent: Type.Optional(Type.String()),
    clientIp: Type.String(),
  }),
  outcome: Type.Union([
    Type.Object({
      decision: Decision,
      modelVersion: Type.String(),
      quality: Type.Array(Type.String()),
      faceRectangle: Type.Union([Rectangle, Type.Null()]),
      faceTimeMs: Type.Union([Type.Number(), Type.Null()]),
      verification: Type.Union([
        Type.Object({ matchConfidence: Type.Number(), isIdentical: Type.Boolean() }),
        Type.Null(),
      ]),
    }),
    Type.Object({ error: Type.String(), message: Type.String() }),
  ]),
});

const Detail = Type.Object({
  ...Item,
  expiresAt: Time,
  expired: Type.Boolean({ description: 'the token of the session has ended' }),
  starts: Type.Integer(),
  settings: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
    { description: 'what the application asked for' },
  ),
  reference: Type.Union([
    Type.Object({
      source: Choice(['app', 'device'] as const),
      sha256: Type.String(),
      faceRectangle: Rectangle,
      quality: Choice(['low', 'medium', 'high'] as const),
    }),
    Type.Null(),
  ]),
  attempts: Type.Array(
    Type.Object({
      attemptId: Type.Integer(),
      status: Choice(['open', 'running', 'succeeded', 'failed', 'canceled'] as const),
      bound: Type.Boolean({ description: 'a challenge was issued for it' }),
      challenge: Type.Unknown({
        description: 'what the person was asked to do; null for an unbound attempt',
      }),
      openedAt: Time,
      finishedAt: NullableTime,
      livenessError: NullableText,
      call: Type.Union([Type.Integer(), Type.Null()], { description: 'the id of the call that finished it' }),
    }),
  ),
  calls: Type.Array(Call, { description: 'oldest first, refused ones too' }),
});

/** The session of the path, whichever its kind, for those who may. @throws ServiceError `SessionNotFound` */
export async function sessionOf(
  { access, sessions }: ManagementParts,
  request: FastifyRequest,
  permission: Permission,
) {
  const { resource, person } = await access.resource(request, permission);
  const { id } = request.params as Static<typeof BySession>;
  const kind = (await sessions.find(id))?.kind ?? 'liveness';
  // Checks the resource and the age too.
  return { resource, person, session: await sessions.get(resource, kind, id) };
}

/** The sessions of a resource, as its operator sees them. */
export function addSessionRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { store, sessions, access, clock } = parts;
  const tags = ['sessions'];

  app.get(
    '/resources/:name/sessions',
    {
      schema: {
        summary: 'Sessions, newest first',
        description:
          'Filters go together. A page costs the same wherever it lies, however many sessions there are.',
        tags,
        params: ByName,
        querystring: Type.Object({
          kind: Type.Optional(Kind),
          status: Type.Optional(Status),
          decision: Type.Optional(Decision),
          from: Type.Optional(Time),
          to: Type.Optional(Time),
          correlationId: Type.Optional(
            Type.String({ minLength: 1, maxLength: 64, description: "the device's or the user's, whole" }),
          ),
          text: Type.Optional(
            Type.String({
              minLength: 3,
              maxLength: 64,
              description: "beginning of a session's id, correlation id, or the id of one of its calls",
            }),
          ),
          next: Type.String({ pattern: '^(\\d{1,15}\\.[0-9a-f-]{36})?$', default: '' }),
          top: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: {
          200: Type.Object({
            sessions: Type.Array(Type.Object(Item)),
            next: NullableText,
            incomplete: Type.Boolean({
              description:
                'so many begin with the text that not all were looked at; a longer text finds them',
            }),
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      const { from, to, next, top, ...filter } = request.query;
      const page = await searchSessions(
        store,
        {
          resourceId: resource.id,
          createdAfterMs: keptAfterMs(resource.policy, 'session', clock()),
        },
        {
          ...filter,
          ...(from !== undefined && { fromMs: readTime('from', from) }),
          ...(to !== undefined && { toMs: readTime('to', to) }),
        },
        { next, top },
      );
      return { ...page, sessions: page.sessions.map(toItem) };
    },
  );

  app.get(
    '/resources/:name/sessions/:id',
    {
      schema: {
        summary: 'One session: attempts, calls, decisions',
        tags,
        params: BySession,
        response: { 200: Detail },
      },
    },
    async (request) => {
      const { resource, session } = await sessionOf(parts, request, SEE);
      const calls = await sessions.audit(resource, session.kind, session.id, { start: '', top: 1000 });
      return toDetail(session, calls.reverse(), clock());
    },
  );

  app.get(
    '/resources/:name/sessions/:id/evidence',
    {
      schema: {
        summary:
          'What the engine measured and why it decided so, attempt by attempt; the audit log says who looked',
        tags,
        params: BySession,
        response: {
          200: Type.Array(
            Type.Object({
              attemptId: Type.Integer(),
              analysis: Type.Unknown({
                description: "the engine's Analysis, of its frames where the face was",
              }),
            }),
          ),
        },
      },
    },
    async (request) => {
      const { resource, person, session } = await sessionOf(parts, request, SEE_EVIDENCE);
      return store.transaction().execute(async (db) => {
        const rows = await db
          .selectFrom('attempts')
          .select(['attemptId', 'evidence'])
          .where('sessionId', '=', session.id)
          .where('evidence', 'is not', null)
          .orderBy('attemptId')
          .execute();
        await appendAuditLog(db, clock(), {
          event: 'evidence.shown',
          resourceId: resource.id,
          facts: { session: session.id, by: person.name },
        });
        return rows.map(({ attemptId, evidence }) => ({
          attemptId,
          analysis: JSON.parse(evidence ?? 'null') as unknown,
        }));
      });
    },
  );

  app.delete(
    '/resources/:name/sessions/:id',
    {
      schema: {
        summary: 'Delete a session and everything of it',
        tags,
        params: BySession,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person, session } = await sessionOf(
        parts,
        request,
        'delete sessions, export and erase what is held on a person',
      );
      await sessions.remove(resource, session.kind, session.id, person.name);
      return reply.code(204).send(null);
    },
  );
}

function toItem(session: FoundSession) {
  const { id, kind, status, decision, deviceCorrelationId, userCorrelationId } = session;
  return {
    id,
    kind,
    status,
    decision,
    deviceCorrelationId,
    userCorrelationId,
    createdAt: toTime(session.createdAtMs),
    startedAt: toNullableTime(session.startedAtMs),
  };
}

function toDetail(session: Session, calls: readonly AuditEntry[], nowMs: number): Static<typeof Detail> {
  const decided = session.attempts.findLast(({ entry }) => entry?.outcome.kind === 'decided')?.entry?.outcome;
  return {
    ...toItem({ ...session, decision: decided?.kind === 'decided' ? decided.decision : null }),
    expiresAt: toTime(session.expiresAtMs),
    expired: isExpired(session, nowMs),
    starts: session.starts,
    settings: { ...session.settings },
    reference: session.reference,
    attempts: session.attempts.map((attempt) => ({
      attemptId: attempt.attemptId,
      status: attempt.status,
      bound: attempt.challenge !== null,
      challenge: attempt.challenge,
      openedAt: toTime(attempt.openedAtMs),
      finishedAt: toNullableTime(attempt.finishedAtMs),
      livenessError: attempt.livenessError,
      call: attempt.entry?.id ?? null,
    })),
    calls: calls.map(toCall),
  };
}

function toCall(entry: AuditEntry): Static<typeof Call> {
  const { outcome } = entry;
  return {
    id: entry.id,
    attemptId: entry.attemptId,
    requestId: entry.requestId,
    clientRequestId: entry.clientRequestId,
    receivedAt: toTime(entry.receivedAtMs),
    latencyMs: entry.latencyMs,
    digest: entry.digest,
    contentSha256: entry.contentSha256,
    sessionImageId: entry.sessionImageId,
    request: entry.request,
    outcome:
      outcome.kind === 'refused'
        ? { error: outcome.code, message: outcome.message }
        : {
            decision: outcome.decision,
            modelVersion: outcome.modelVersion,
            quality: outcome.quality,
            faceRectangle: outcome.target?.faceRectangle ?? null,
            faceTimeMs: outcome.target?.timeMs ?? null,
            verification: outcome.verification && {
              matchConfidence: outcome.verification.matchConfidence,
              isIdentical: outcome.verification.isIdentical,
            },
          },
  };
}
