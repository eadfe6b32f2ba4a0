import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';
import { KIND_PATHS, namePhotoRules, type Face, type WithSessionId } from '../face.js';
import { resourceOf } from '../http/callers.js';
import { readCreateBody, readNewSession, type CreateBody } from '../http/create-request.js';
import { readFlag } from '../http/fields.js';
import { mountSessionImages } from '../http/session-image-route.js';
import type { Page } from '../session-rows.js';
import type { SessionKind } from '../session.js';
import type { NewSession } from '../sessions.js';
import { sessionOperations } from './operations.js';
import { toCreated, toWireEntry, toWireItem, toWireSession } from './wire.js';

/** Versions of generation A. */
export type VersionA = 'v1.1-preview.1' | 'v1.2-preview.1';

/** Routes of applications in generation A: sessions with a list and an audit. */
export function mountGenerationA(app: FastifyInstance, face: Face, version: VersionA): void {
  const { sessions, callers, results, clock } = face;
  const byKey = { onRequest: callers.application };
  if (version !== 'v1.1-preview.1') mountSessionImages(app, face, '/session/sessionImages');

  for (const { kind, path } of KIND_PATHS) {
    const base = `/${path}/singleModal/sessions`;
    const { create, list, get, remove, audit } = sessionOperations(kind);

    app.post(base, { ...byKey, schema: create }, async (request, reply) => {
      const wanted = toNewSession(await readCreateBody(request), kind, version);
      const { session, token, failedRules } = await sessions.create(resourceOf(request), wanted);
      namePhotoRules(reply, failedRules);
      return toCreated(session, token);
    });

    app.get(base, { ...byKey, schema: list }, async (request) => {
      const listed = await sessions.list(resourceOf(request), kind, readPage(request));
      return listed.map((session) => toWireItem(session, clock()));
    });

    app.get<WithSessionId>(`${base}/:sessionId`, { ...byKey, schema: get }, async (request, reply) => {
      const session = await sessions.get(resourceOf(request), kind, request.params.sessionId);
      await results.attach(reply, session);
      return toWireSession(session, clock());
    });

    // 200 with an empty body: the client of this generation takes 204 for a failure.
    app.delete<WithSessionId>(`${base}/:sessionId`, { ...byKey, schema: remove }, async (request, reply) => {
      await sessions.remove(resourceOf(request), kind, request.params.sessionId);
      return reply.code(200).send();
    });

    app.get<WithSessionId>(`${base}/:sessionId/audit`, { ...byKey, schema: audit }, async (request) => {
      const page = readPage(request);
      if (!/^\d*$/.test(page.start)) throw new ServiceError('InvalidStart');
      const entries = await sessions.audit(resourceOf(request), kind, request.params.sessionId, page);
      return entries.map(toWireEntry);
    });
  }
}

/** Members that came with v1.2-preview.1; the first version ignores them like any it does not know. */
const UNKNOWN_TO_V1_1 = new Set(['enablesessionimage', 'returnverifyimagehash', 'verifyconfidencethreshold']);

function toNewSession(body: CreateBody, kind: SessionKind, version: VersionA): NewSession {
  const sendResults = readFlag(body.fields, 'sendResultsToClient');
  if (version === 'v1.1-preview.1') {
    const fields = new Map([...body.fields].filter(([name]) => !UNKNOWN_TO_V1_1.has(name)));
    const { settings, ...wanted } = readNewSession({ ...body, fields }, kind, ['Passive']);
    return { ...wanted, settings: { ...settings, sendResults } };
  }
  const { settings, ...wanted } = readNewSession(body, kind, ['Passive', 'PassiveActive']);
  return { ...wanted, settings: { ...settings, sendResults } };
}

const MAX_START_LENGTH = 64;
const DEFAULT_TOP = 1000;

/** `start` and `top` of a list. */
function readPage({ query }: FastifyRequest): Page {
  const given = new Map(
    Object.entries(query as Record<string, unknown>).map(([k, v]) => [k.toLowerCase(), v]),
  );
  const start = given.get('start') ?? '';
  const top = given.get('top') ?? String(DEFAULT_TOP);
  if (typeof start !== 'string' || start.length > MAX_START_LENGTH) throw new ServiceError('InvalidStart');
  if (typeof top !== 'string' || !/^\d{1,4}$/.test(top) || Number(top) < 1 || Number(top) > 1000)
    throw new ServiceError('InvalidTop');
  return { start, top: Number(top) };
}
