import type { Socket } from 'node:net';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { WIRE_ERRORS, type ErrorBody, type WireErrorName } from '@bonafide/protocol';
import { newUuid, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import { isStoreFull } from '../store/sqlite.js';
import { answerUnknownRoute, collectRoutes } from './unknown-routes.js';

/** How the HTTP side of the service behaves, whatever its routes. */
export interface AppOptions {
  logger: Logger | undefined;
  random: Random;
  trustProxy: boolean | string | string[];
  https: { key: string | Buffer; cert: string | Buffer } | undefined;
  region: string | undefined;
}

/** A whole request may take so long, for an upload over a weak network; ms. */
const REQUEST_TIMEOUT_MS = 60_000;
/** A connection that is silent for so long is closed, ms; an analysis is over well before. */
const IDLE_TIMEOUT_MS = 90_000;
/** What the rest of a refused body may take to arrive and be thrown away, ms. */
const DISCARD_MS = 2_000;
/** A full disk is not emptied in a moment; s. */
const STORAGE_RETRY_S = 10;
/** A request id of the caller that is safe to print back in a header. */
const PRINTABLE = /^[\x21-\x7e]{1,128}$/;

/**
 * An HTTP server with the contract's tolerance (paths in any case, doubled and trailing slashes) and its shape of errors.
 * Bodies are left to the handlers, so that a refusal never waits for an upload.
 */
export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    ...(options.logger && { loggerInstance: options.logger }),
    ...(options.https && { https: options.https }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newUuid(options.random),
    trustProxy: options.trustProxy,
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 200,
    },
    exposeHeadRoutes: false,
    // Node would answer without a body; below it is an error like every other.
    http: { requireHostHeader: false },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler: answerBrokenHttp,
  }) as unknown as FastifyInstance;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  // The contract is looser than JSON Schema can say: schemas of routes are documentation, readers check the requests.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.decorateRequest('resource', null);
  app.decorateRequest('session', null);

  // Nor is an expectation a reason for an answer of Node's own: it may be ignored (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));

  app.addHook('onRequest', async (request, reply) => {
    reply.header('apim-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    if (options.region) reply.header('x-ms-region', options.region);
    // A name of this network serves other things over plain HTTP too, which the header would close for a year.
    if (request.protocol === 'https' && isPublicName(request.hostname))
      reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains; preload');
    const clientId = clientRequestId(request);
    if (clientId && headerOf(request, 'x-ms-return-client-request-id')?.toLowerCase() === 'true')
      reply.header('x-ms-client-request-id', clientId);
    // RFC 9112, 3.2.
    if (request.raw.httpVersion === '1.1' && headerOf(request, 'host') === undefined)
      throw new ServiceError('BadArgument');
  });
  app.addHook('onResponse', async (request, reply) => {
    discardRest(request);
    request.log.info(
      {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        resource: request.resource?.name,
        session: request.session?.id,
      },
      'request',
    );
  });
  const routes = collectRoutes(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) =>
    sendError(answerUnknownRoute(routes, request, reply), request, reply),
  );
  return app;
}

/** The caller's own id of its request, if it is fit to be printed. */
export function clientRequestId(request: FastifyRequest): string | null {
  const id = headerOf(request, 'x-ms-client-request-id') ?? headerOf(request, 'client-request-id');
  return id !== undefined && PRINTABLE.test(id) ? id : null;
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Answers with an error in the contract's shape; of faults of our own it tells nothing, and the log everything. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = error instanceof ServiceError ? error : toServiceError(error);
  const { status } = WIRE_ERRORS[answer.row];
  if (status >= 500 || answer.row === 'StorageFull')
    request.log.error({ requestId: request.id, err: answer.cause ?? answer }, answer.message);
  else request.log.debug({ requestId: request.id, err: answer }, answer.message);
  if (answer.retryAfterSeconds !== null) reply.header('retry-after', String(answer.retryAfterSeconds));
  const body: ErrorBody = { error: { code: answer.code, message: answer.message } };
  return reply
    .code(status)
    .header('x-ms-error-code', answer.code)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

function toServiceError(cause: unknown): ServiceError {
  if (isStoreFull(cause))
    return new ServiceError('StorageFull', { cause, retryAfterSeconds: STORAGE_RETRY_S });
  return new ServiceError(rowOf(cause), { cause });
}

/** Errors that the framework makes of broken requests. */
function rowOf(error: unknown): WireErrorName {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  if (status === 404 || status === 414) return 'NotFound';
  if (status === 413) return 'PayloadTooLarge';
  if (status === 415) return 'UnsupportedMediaType';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'BadArgument' : 'Unspecified';
}

/** A refused upload is thrown away for a moment, so that the sender gets to read the answer, and then cut off. */
function discardRest({ raw }: FastifyRequest): void {
  if (raw.complete || raw.readableEnded || raw.destroyed) return;
  raw.resume();
  setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, DISCARD_MS).unref();
}

/** Bytes that are not HTTP at all never reach a route. */
function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const { status, message } = WIRE_ERRORS[timedOut ? 'RequestTimeout' : 'BadArgument'];
  const code = timedOut ? 'RequestTimeout' : 'BadArgument';
  const body = JSON.stringify({ error: { code, message } } satisfies ErrorBody);
  socket.end(
    `HTTP/1.1 ${status} ${timedOut ? 'Request Timeout' : 'Bad Request'}\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `x-ms-error-code: ${code}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function isPublicName(name: string): boolean {
  return name.includes('.') && !/\.(local|localhost|internal|home\.arpa)$/.test(name);
}
