import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';

/** A sender that is silent for so long has gone, ms. */
const SILENCE_MS = 10_000;
/** Where an Upgrade is offered, Node reports no broken chunks: silence alone tells of them, and no device offers one; ms. */
const UPGRADE_SILENCE_MS = 4_000;

/**
 * Reads a request's body whole. A body that is declared larger than the limit is refused before a byte is read.
 * @throws ServiceError `PayloadTooLarge`, `UnsupportedMediaType` (a compressed body), `RequestTimeout`, `BadArgument` (cut short)
 */
export function readBody({ raw, headers }: FastifyRequest, limitBytes: number): Promise<Buffer> {
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > limitBytes) return Promise.reject(new ServiceError('PayloadTooLarge'));
  if ((headers['content-encoding'] ?? 'identity').trim().toLowerCase() !== 'identity')
    return Promise.reject(new ServiceError('UnsupportedMediaType'));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const silenceMs = headers.upgrade === undefined ? SILENCE_MS : UPGRADE_SILENCE_MS;
    const silence = setTimeout(() => finish(new ServiceError('RequestTimeout')), silenceMs);
    const finish = (error: ServiceError | null) => {
      clearTimeout(silence);
      raw.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
      if (error) reject(error);
      else resolve(Buffer.concat(chunks, length));
    };
    const onData = (chunk: Buffer) => {
      silence.refresh();
      length += chunk.length;
      if (length > limitBytes) finish(new ServiceError('PayloadTooLarge'));
      else chunks.push(chunk);
    };
    const onEnd = () => finish(null);
    const onCut = () => finish(new ServiceError('BadArgument'));
    raw.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}

/** The media type of a request, lower case and without parameters; empty when it names none. */
export function mediaType({ headers }: FastifyRequest): string {
  return (headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** Whether a request says that its body is JSON; one that says nothing may be. */
export function isJson(request: FastifyRequest): boolean {
  return ['', 'application/json', 'text/json'].includes(mediaType(request));
}

/**
 * Parses a JSON object; no bytes are an empty object.
 * @throws ServiceError `JsonParsingError` (also for bytes that are not UTF-8), `BadArgument` (JSON, but no object)
 */
export function parseJsonObject(body: Uint8Array): Record<string, unknown> {
  const value = body.length === 0 ? {} : parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ServiceError('BadArgument');
  return value as Record<string, unknown>;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(body));
  } catch (cause) {
    throw new ServiceError('JsonParsingError', { cause });
  }
}

/** UTF-8 to text, without its byte-order mark. Throws a TypeError where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
