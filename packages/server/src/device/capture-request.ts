import { basename } from 'node:path/posix';
import type { FastifyRequest } from 'fastify';
import { CONTENT_LIMITS } from '@bonafide/engine';
import type { Capture, CaptureCall } from '../captures.js';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import { clientRequestId } from '../http/app.js';
import { mediaType, readBody } from '../http/body.js';
import { parseMultipart } from '../http/multipart.js';

/** Content and reference image at their limits, and room for the metadata. */
const MAX_BODY_BYTES = CONTENT_LIMITS.bytes + 6 * 1024 * 1024 + 512 * 1024;
/** Longer texts of a request are cut in its audit entry. */
const MAX_AUDITED_LENGTH = 2_048;
/** What the contract calls the capture. */
const DEFAULT_FILE_NAME = 'video.webp';
const MAX_FILE_NAME_LENGTH = 128;

/**
 * Reads the parts `Content`, `Metadata` and `VerifyImage` of a detect call.
 * @throws ServiceError `UnsupportedMediaType`, `PayloadTooLarge`, `BadArgument`, `InvalidRequestBody` (no `Content`)
 */
export async function readCapture(request: FastifyRequest): Promise<Capture> {
  if (mediaType(request) !== 'multipart/form-data') throw new ServiceError('UnsupportedMediaType');
  const body = await readBody(request, MAX_BODY_BYTES);
  const parts = await parseMultipart(body, request.headers['content-type'] ?? '');
  const content = parts.get('content');
  if (!content) throw new ServiceError('InvalidRequestBody');
  if (content.bytes.length > CONTENT_LIMITS.bytes) throw new ServiceError('PayloadTooLarge');
  return {
    content: content.bytes,
    metadata: parts.get('metadata')?.bytes ?? new Uint8Array(),
    fileName: toFileName(content.fileName),
    reference: parts.get('verifyimage')?.bytes ?? null,
  };
}

/** The call as its audit entry tells of it. */
export function toCall(request: FastifyRequest, clock: Clock): CaptureCall {
  const { headers, raw } = request;
  const contentLength = headers['content-length'];
  return {
    requestId: request.id,
    clientRequestId: clientRequestId(request),
    receivedAtMs: clock(),
    request: {
      url: cut(raw.url ?? ''),
      method: request.method,
      ...(contentLength !== undefined && { contentLength: Number(contentLength) }),
      ...(headers['content-type'] !== undefined && { contentType: cut(headers['content-type']) }),
      ...(headers['user-agent'] !== undefined && { userAgent: cut(headers['user-agent']) }),
      clientIp: request.ip,
    },
  };
}

function cut(text: string): string {
  return text.slice(0, MAX_AUDITED_LENGTH);
}

/** A file's own name, without folders and control characters. */
function toFileName(sent: string | null): string {
  const name = basename((sent ?? '').replaceAll('\\', '/')).replace(/\p{Cc}/gu, '');
  return name.slice(0, MAX_FILE_NAME_LENGTH) || DEFAULT_FILE_NAME;
}
