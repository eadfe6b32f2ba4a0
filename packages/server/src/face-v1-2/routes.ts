import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../errors.js';
import { KIND_PATHS, namePhotoRules, type Face, type WithSessionId } from '../face.js';
import { parseRange } from '../http/addresses.js';
import { resourceOf } from '../http/callers.js';
import {
  readCreateBody,
  readNewSession,
  readUserCorrelationId,
  type CreateBody,
} from '../http/create-request.js';
import { readFlag, readNumber, readText } from '../http/fields.js';
import { mountSessionImages } from '../http/session-image-route.js';
import type { Resource } from '../resources.js';
import type { SessionKind } from '../session.js';
import type { NewSession } from '../sessions.js';
import { sessionOperations } from './operations.js';
import { mountSettings } from './settings.js';
import { toCreated, toWireSession, type VersionB } from './wire.js';

/** Routes of applications in generation B: sessions with attempts. */
export function mountGenerationB(app: FastifyInstance, face: Face, version: VersionB): void {
  const { sessions, callers, results, modelVersion } = face;
  if (version === 'v1.3-preview.1') mountSettings(app, face);
  const byKey = { onRequest: callers.application };
  mountSessionImages(app, face, '/sessionImages');

  for (const { kind, path } of KIND_PATHS) {
    const base = `/${path}-sessions`;
    const { create, get, remove } = sessionOperations(kind, version);

    app.post(base, { ...byKey, schema: create }, async (request, reply) => {
      const resource = resourceOf(request);
      const wanted = toNewSession(await readCreateBody(request), kind, version, resource);
      const { session, token, failedRules } = await sessions.create(resource, wanted);
      namePhotoRules(reply, failedRules);
      return toCreated(session, token, await modelVersion(resource));
    });

    app.get<WithSessionId>(`${base}/:sessionId`, { ...byKey, schema: get }, async (request, reply) => {
      const session = await sessions.get(resourceOf(request), kind, request.params.sessionId);
      await results.attach(reply, session);
      return toWireSession(session, version);
    });

    app.delete<WithSessionId>(`${base}/:sessionId`, { ...byKey, schema: remove }, async (request, reply) => {
      await sessions.remove(resourceOf(request), kind, request.params.sessionId);
      return reply.code(204).send();
    });
  }
}

/** v1.2 has no member for it; its documentation allows three device calls a token. */
const ATTEMPTS_OF_V1_2 = 3;
const MAX_RANGE_LENGTH = 64;

function toNewSession(
  body: CreateBody,
  kind: SessionKind,
  version: VersionB,
  resource: Resource,
): NewSession {
  const wanted = readNewSession(body, kind, ['Passive', 'PassiveActive']);
  const settings = { ...wanted.settings, endsWithDecision: true, attemptsAllowed: ATTEMPTS_OF_V1_2 };
  if (version === 'v1.2') return { ...wanted, settings };
  const { fields } = body;
  const attempts = readNumber(fields, 'numberOfClientAttemptsAllowed', 'InvalidRequestBody', {
    min: 0,
    max: 3,
    whole: true,
  });
  const userIdFromClient = readFlag(fields, 'userCorrelationIdSetInClient');
  const expectedClientIp = readText(
    fields,
    'expectedClientIpAddress',
    'InvalidRequestBody',
    MAX_RANGE_LENGTH,
  );
  if (expectedClientIp && !parseRange(expectedClientIp)) throw new ServiceError('InvalidRequestBody');
  return {
    ...wanted,
    ...readUserCorrelationId(fields),
    settings: {
      ...settings,
      // Clients send 0 where they set nothing.
      attemptsAllowed: attempts || 1,
      userIdFromClient,
      expectedClientIp: expectedClientIp || null,
      abuseMonitoring: resource.policy.abuseMonitoring === 'on',
    },
  };
}
