import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { OpenAPIV3_1 } from 'openapi-types';
import type { ManagementApp } from './app.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the management API, once the server is ready. */
    managementDocument(): OpenAPIV3_1.Document;
  }
}

/** How the management API is written down: from the schemas that check its requests, so that the two cannot differ. */
export const DOCUMENT: FastifyDynamicSwaggerOptions & { decorator: 'managementDocument' } = {
  mode: 'dynamic',
  decorator: 'managementDocument',
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Bonafide management API',
      version: 'v1',
      description:
        'Resources, people, sessions, webhooks and everything else of the portal. Every call needs the cookie of a sign-in ' +
        'but those tagged sign-in; every call but GET also needs the header x-csrf-token with the csrfToken of the sign-in.',
    },
    components: {
      securitySchemes: {
        signIn: { type: 'apiKey', in: 'cookie', name: '__Host-bonafide' },
        csrfToken: { type: 'apiKey', in: 'header', name: 'x-csrf-token' },
      },
    },
    security: [{ signIn: [], csrfToken: [] }],
  },
};

/** Adds the route that gives the document. */
export function addDocument(app: ManagementApp): void {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.managementDocument());
}
