import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Value } from '@sinclair/typebox/value';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { ServiceError } from '../errors.js';
import { parseJsonObject } from '../http/body.js';
import { ResourcePolicyError } from '../resource-policy.js';
import { ResourceError } from '../resources.js';

/** Lets the schemas of a route type its handler. */
interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

/** A part of the HTTP server whose routes say by schemas what they take and give. */
export type ManagementApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  SchemaTypes
>;

/** No request of the management API is larger, but for uploads that say so themselves. */
const MAX_BODY_BYTES = 64 * 1024;

/** Nothing of the API is a page: browsers must not show, frame, keep or run any of it. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Makes a part of the server check every request by its route's schemas, and answer as an API for pages of its own origin. */
export function prepare(scope: FastifyInstance): ManagementApp {
  scope.setValidatorCompiler(compileCheck);
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body: Buffer, done) => {
      try {
        done(null, parseJsonObject(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  // A body of another kind would be passed over, and a change that changes nothing answered as done.
  scope.removeContentTypeParser('*');
  scope.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body: Buffer, done) => {
      const refusal = new ServiceError('UnsupportedMediaType', {
        message: 'A body is JSON, and its content-type says application/json.',
      });
      done(body.length > 0 ? refusal : null);
    },
  );
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  // The service's own handler prints it.
  scope.setErrorHandler((error) => {
    throw toServiceError(error);
  });
  return scope.withTypeProvider<SchemaTypes>();
}

const compileCheck: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  const wanted = schema as TSchema;
  const compiled = TypeCompiler.Compile(wanted);
  return (given: unknown) => {
    const members = { ...(given as object | undefined) };
    // A body is taken as it is: what a change leaves out stays as it was.
    const value: unknown =
      httpPart === 'body' ? members : Value.Default(wanted, Value.Convert(wanted, members));
    if (compiled.Check(value)) return { value };
    const fault = compiled.Errors(value).First();
    const member = fault?.path.slice(1).replaceAll('/', '.') ?? '';
    const message = `${member === '' ? 'The request' : member}: ${fault?.message ?? 'not as expected'}.`;
    return { error: new ServiceError('InvalidRequestBody', { message }) };
  };
};

const ROW_OF_RESOURCE_ERROR = {
  unknown: 'UnknownName',
  taken: 'NameTaken',
  name: 'InvalidRequestBody',
  key: 'NotPossible',
} as const satisfies Record<ResourceError['reason'], string>;

function toServiceError(error: unknown): unknown {
  if (error instanceof ResourceError)
    return new ServiceError(ROW_OF_RESOURCE_ERROR[error.reason], { message: error.message });
  if (error instanceof ResourcePolicyError)
    return new ServiceError('InvalidRequestBody', { message: error.message });
  return error;
}

/** One of some texts. */
export function Choice<const T extends readonly string[]>(
  choices: T,
  options: { description?: string; default?: T[number] } = {},
) {
  return Type.Unsafe<T[number]>(
    Type.Union(
      choices.map((choice) => Type.Literal(choice)),
      options,
    ),
  );
}

/** A text that may be missing in an answer. */
export const NullableText = Type.Union([Type.String(), Type.Null()]);

/** A time as the management API prints it: ISO 8601 in UTC, ms. */
export const Time = Type.String({ description: 'ISO 8601, UTC' });
export const NullableTime = Type.Union([Time, Type.Null()]);

export function toTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

export function toNullableTime(timeMs: number | null): string | null {
  return timeMs === null ? null : toTime(timeMs);
}

/** An answer without a body. */
export const Nothing = Type.Null({ description: 'done' });
