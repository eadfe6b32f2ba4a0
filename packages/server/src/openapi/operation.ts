import { Type, type TObject, type TSchema } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';

/** What a route takes and gives, as its readers and printers have it; for the OpenAPI document alone. */
export interface Operation {
  summary: string;
  description?: string;
  /** Whose call it is: an application's with a key, or a device's with a session token. */
  caller: 'application' | 'device';
  /** Bodies that it takes, by their media types. */
  body?: Record<string, TSchema>;
  params?: TObject;
  querystring?: TObject;
  /** The answer that is no error: its status, its body or null, its headers. */
  answer: Answer | Answer[];
}

interface Answer {
  status: number;
  description: string;
  body?: TSchema;
  mediaType?: string;
  headers?: Record<string, TSchema>;
}

/** Headers of every answer. */
const HEADERS = {
  'apim-request-id': Type.String({
    format: 'uuid',
    description: 'names the call, also in the log of the service',
  }),
};

/** A route's schemas in the framework's form. */
export function operation({
  summary,
  description,
  caller,
  body,
  params,
  querystring,
  answer,
}: Operation): FastifySchema {
  return {
    summary,
    ...(description !== undefined && { description }),
    tags: [caller === 'application' ? 'Applications' : 'Devices'],
    security: [caller === 'application' ? { key: [] } : { sessionToken: [] }],
    ...(body && { body: { content: toContent(body) } }),
    ...(params && { params }),
    ...(querystring && { querystring }),
    response: {
      ...Object.fromEntries([answer].flat().map((one) => [one.status, toResponse(one)])),
      default: {
        description: 'An error; docs/errors.md lists them all.',
        headers: {
          ...HEADERS,
          'x-ms-error-code': Type.String({ description: 'the code of the body' }),
          'retry-after': Type.Integer({ description: 'seconds, where coming again helps' }),
        },
        content: toContent({ 'application/json': Type.Unsafe({ $ref: 'Error#' }) }),
      },
    },
  };
}

function toResponse({ description, body, mediaType = 'application/json', headers }: Answer) {
  const head = { description, headers: { ...HEADERS, ...headers } };
  return body ? { ...head, content: toContent({ [mediaType]: body }) } : { ...head, type: 'null' };
}

function toContent(bodies: Record<string, TSchema>) {
  return Object.fromEntries(Object.entries(bodies).map(([mediaType, schema]) => [mediaType, { schema }]));
}

/** The body of every error, a component of the document. */
export const ErrorBody = Type.Object(
  { error: Type.Object({ code: Type.String(), message: Type.String() }) },
  { $id: 'Error' },
);

/** Parameters of routes that name a session. */
export const SessionParams = Type.Object({ sessionId: Type.String({ format: 'uuid' }) });

/** One of some texts; read in any case, printed in this one. */
export function OneOf(choices: readonly string[], description?: string) {
  return Type.Unsafe<string>({
    type: 'string',
    enum: [...choices],
    ...(description !== undefined && { description }),
  });
}

/** Bytes of a file. */
export const Bytes = (description: string) =>
  Type.Unsafe<string>({ type: 'string', contentMediaType: 'application/octet-stream', description });
