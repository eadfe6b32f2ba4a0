import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.js';
import type { CallLimits } from '../http/call-limits.js';
import type { Accounts } from '../people/index.js';
import type { Recognition } from '../recognition.js';
import type { Resources } from '../resources.js';
import type { Sessions } from '../sessions.js';
import type { Store } from '../store/sqlite.js';
import { createAccess, type Access } from './access.js';
import { prepare, type ManagementApp } from './app.js';
import { addAuditRoutes } from './audit-routes.js';
import { addMeRoutes } from './me-routes.js';
import { addPeopleRoutes } from './people-routes.js';
import { addRecognitionRoutes } from './recognition-routes.js';
import { addResourceRoutes } from './resource-routes.js';
import { addSessionRoutes } from './session-routes.js';
import { addSignInRoutes } from './sign-in-routes.js';

/** What the routes of the management API work with. */
export interface Management extends Accounts {
  store: Store;
  resources: Resources;
  sessions: Sessions;
  recognition: Recognition;
  limits: CallLimits;
  endpoint: () => string;
  clock: Clock;
}

/** {@link Management} and who may do what with it. */
export type ManagementParts = Management & { access: Access };

export const MANAGEMENT_PREFIX = '/management/v1';

/** The API of the portal, for people who sign in; applications and devices have the Face API. docs/management-api.md lists it. */
export function mountManagement(app: FastifyInstance, management: Management): void {
  void app.register(
    async (scope) => {
      await scope.register(fastifyCookie);
      scope.decorateRequest('signIn', null);
      const parts: ManagementParts = { ...management, access: createAccess(management) };
      const open = prepare(scope);
      open.addHook('onRequest', parts.access.ownPages);
      addSignInRoutes(open, parts);
      // Nothing in here is reached by those who are not signed in.
      await open.register(async (closed: ManagementApp) => {
        closed.addHook('onRequest', parts.access.signedIn);
        addMeRoutes(closed, parts);
        addPeopleRoutes(closed, parts);
        addResourceRoutes(closed, parts);
        addRecognitionRoutes(closed, parts);
        addSessionRoutes(closed, parts);
        addAuditRoutes(closed, parts);
      });
    },
    { prefix: MANAGEMENT_PREFIX },
  );
}
