import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { ErrorBody } from './operation.js';

/** The page runs scripts and styles of this service alone; the user interface sets styles of single elements. */
const PAGE_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** Describes the routes that are added to `scope` afterwards as OpenAPI 3.1, and shows them at `/docs`. */
export async function describeRoutes(scope: FastifyInstance): Promise<void> {
  scope.addSchema(ErrorBody);
  await scope.register(fastifySwagger, {
    hideUntagged: true,
    transform: ({ schema, url }) => ({ schema: joinChoices(schema) as FastifySchema, url }),
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, k) => ($id ? String($id) : `schema-${k}`),
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Bonafide Face API',
        version: '0.1.0',
        description:
          'Face liveness in the contract of Azure AI Face, both generations of it. Members are read in any case, texts are ' +
          'taken for numbers and booleans, unknown members are ignored; docs/api.md tells the rest.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'Applications', description: 'with the key of a resource' },
        { name: 'Devices', description: 'with the token of a session' },
      ],
      components: {
        securitySchemes: {
          key: { type: 'apiKey', in: 'header', name: 'Ocp-Apim-Subscription-Key' },
          sessionToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
  });
  await scope.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    uiConfig: { docExpansion: 'list', defaultModelsExpandDepth: -1 },
    // The bar has the logo of others, and a field for addresses that the page's policy forbids.
    theme: {
      title: 'Bonafide API',
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}

/** A choice of constants as the one list that readers and generators of code expect. */
function joinChoices(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(joinChoices);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { anyOf, ...rest } = schema as { anyOf?: { const?: unknown }[] };
  if (anyOf?.every((choice) => typeof choice.const === 'string'))
    return { ...rest, type: 'string', enum: anyOf.map((choice) => choice.const) };
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, joinChoices(value)]));
}
