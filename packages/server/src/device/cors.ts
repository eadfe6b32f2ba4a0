import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Resources } from '../resources.js';

/** Headers that device SDKs send. */
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'x-ms-client-request-id',
  'client-request-id',
  'x-ms-return-client-request-id',
  'x-ms-azsdk-telemetry',
  'apim-recognition-model-preview-1904',
];
/** Headers of answers that a page may read: with the first it computes the digest, with the second it compares. */
const EXPOSED_HEADERS = ['apim-request-id', 'x-bonafide-digest', 'x-ms-error-code', 'Retry-After'];
/** How long a browser may keep the answer of a preflight, s. */
const MAX_AGE_S = 7_200;

/**
 * Lets web pages of allowed origins call the device routes (Fetch standard, CORS). A preflight carries no token, so that it
 * is answered for every origin that some resource allows; the call itself is checked against its own resource. No cookies
 * are involved.
 */
export async function allowOrigin(
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
  resources: Resources,
): Promise<void> {
  if (origin === undefined) return;
  reply.header('vary', 'Origin');
  const known = (await resources.list()).flatMap(({ policy }) => policy.allowedOrigins);
  if (!known.includes('*') && !known.includes(origin)) return;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
}

/** Answers a preflight, after {@link allowOrigin}. */
export function answerPreflight(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'POST')
    .header('access-control-allow-headers', ALLOWED_HEADERS.join(', '))
    .header('access-control-max-age', String(MAX_AGE_S))
    .send();
}
