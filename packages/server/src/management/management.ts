import fastifyCookie from '@fastify/cookie';
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createAccess } from './access.js';
import { prepare, type ManagementApp } from './app.js';
import { addAuditRoutes } from './audit-routes.js';
import { addCandidateRoutes } from './candidate-routes.js';
import { addDocument, DOCUMENT } from './document.js';
import { addLabRoutes } from './lab-routes.js';
import { addLabRunRoutes } from './lab-run-routes.js';
import { addMeRoutes } from './me-routes.js';
import { MANAGEMENT_PREFIX, type Management, type ManagementParts } from './parts.js';
import { addPeopleRoutes } from './people-routes.js';
import { addPictureRoutes } from './picture-routes.js';
import { addRecognitionRoutes } from './recognition-routes.js';
import { addResourceRoutes } from './resource-routes.js';
import { addSessionRoutes } from './session-routes.js';
import { addSignInRoutes } from './sign-in-routes.js';
import { addTrialRoutes } from './trial-routes.js';
import { addPersonalDataRoutes } from './personal-data-routes.js';
import { addPolicyRoutes } from './policy-routes.js';
import { addWebhookRoutes } from './webhook-routes.js';

/** The API of the portal, for people who sign in; applications and devices have the Face API. docs/management-api.md lists it. */
export function mountManagement(app: FastifyInstance, management: Management): void {
  void app.register(
    async (scope) => {
      await scope.register(fastifyCookie);
      await scope.register(fastifySwagger, DOCUMENT);
      scope.decorateRequest('signIn', null);
      const parts: ManagementParts = { ...management, access: createAccess(management) };
      const open = prepare(scope);
      open.addHook('onRequest', parts.access.ownPages);
      addDocument(open);
      addSignInRoutes(open, parts);
      // Nothing in here is reached by those who are not signed in.
      await open.register(async (closed: ManagementApp) => {
        closed.addHook('onRequest', parts.access.signedIn);
        addMeRoutes(closed, parts);
        addPeopleRoutes(closed, parts);
        addResourceRoutes(closed, parts);
        addRecognitionRoutes(closed, parts);
        addSessionRoutes(closed, parts);
        addPictureRoutes(closed, parts);
        addTrialRoutes(closed, parts);
        addPersonalDataRoutes(closed, parts);
        addPolicyRoutes(closed, parts);
        addCandidateRoutes(closed, parts);
        addWebhookRoutes(closed, parts);
        addLabRoutes(closed, parts);
        addLabRunRoutes(closed, parts);
        addAuditRoutes(closed, parts);
      });
    },
    { prefix: MANAGEMENT_PREFIX },
  );
}
