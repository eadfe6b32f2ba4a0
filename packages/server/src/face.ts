import type { Engine } from '@bonafide/engine';
import type { FastifyReply } from 'fastify';
import type { Captures } from './captures.js';
import type { Clock } from './clock.js';
import type { Faces } from './faces.js';
import type { Callers } from './http/callers.js';
import type { Resource, Resources } from './resources.js';
import type { SignedResults } from './signed-results.js';
import type { SessionKind } from './session.js';
import type { Attempts } from './attempts.js';
import type { Sessions } from './sessions.js';

/** What the routes of every API generation work with. */
export interface Face {
  resources: Resources;
  attempts: Attempts;
  sessions: Sessions;
  captures: Captures;
  faces: Faces;
  engine: Engine;
  callers: Callers;
  results: SignedResults;
  /** Version of the engine and of the policy that decides for a resource, as answers print it. */
  modelVersion(resource: Resource): Promise<string>;
  clock: Clock;
}

/** How paths call the kinds of sessions. */
export const KIND_PATHS: readonly { kind: SessionKind; path: string }[] = [
  { kind: 'liveness', path: 'detectLiveness' },
  { kind: 'livenessWithVerify', path: 'detectLivenessWithVerify' },
];

/** Parameters of a route with a session id. */
export interface WithSessionId {
  Params: { sessionId: string };
}

/** Tells the application which photo rules lowered `qualityForRecognition`; the contract's body has no place for them. */
export function namePhotoRules(reply: FastifyReply, failedRules: readonly string[]): void {
  if (failedRules.length > 0) reply.header('x-bonafide-photo-rules', failedRules.join(', '));
}
