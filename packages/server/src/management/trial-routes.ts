import { randomUUID } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import type { SessionSettings } from '../session.js';
import { Choice, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { ByName } from './resource-routes.js';

/** A check that an operator makes from the portal: like an application's of generation B, with a token for ten minutes. */
const SETTINGS: SessionSettings = {
  mode: 'PassiveActive',
  tokenTtlSeconds: 600,
  sendResults: false,
  sessionImage: true,
  verifyImageHash: false,
  verifyThreshold: 0.5,
  attemptsAllowed: 3,
  endsWithDecision: false,
  deviceIdFromClient: false,
  userIdFromClient: false,
  expectedClientIp: null,
  abuseMonitoring: false,
};

/** Sessions for trying a resource out, opened by those who could as well open them with its key. */
export function addTrialRoutes(app: ManagementApp, { sessions, access }: ManagementParts): void {
  app.post(
    '/resources/:name/trials',
    {
      schema: {
        summary: 'Open a session for trying the resource out; the reference photograph comes from the device',
        tags: ['sessions'],
        params: ByName,
        body: Type.Object(
          { kind: Choice(['liveness', 'livenessWithVerify'] as const) },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ sessionId: Type.String(), authToken: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { resource } = await access.resource(request, 'show and regenerate keys');
      const { session, token } = await sessions.create(resource, {
        kind: request.body.kind,
        settings: SETTINGS,
        deviceCorrelationId: randomUUID(),
        userCorrelationId: null,
        reference: null,
      });
      return reply.code(201).send({ sessionId: session.id, authToken: token });
    },
  );
}
