import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';
import type { NewSession } from '../sessions.js';
import { decodeUtf8, isJson, mediaType, parseJsonObject, readBody } from './body.js';
import { readChoice, readFlag, readNumber, readText, toFields, type Fields } from './fields.js';
import { parseMultipart, type Parts } from './multipart.js';

/** The body of a create request, whichever of its forms it came in. */
export interface CreateBody {
  fields: Fields;
  /** The `VerifyImage` part. */
  image: Buffer | null;
  isMultipart: boolean;
}

/** As large as a capture may be: a reference image above its own limit gets the error that names that limit. */
const MAX_BODY_BYTES = 8 * 1024 * 1024 + 64 * 1024;
/** Correlation ids are opaque; GUIDs in the documentation, anything in published samples. */
const MAX_CORRELATION_ID = 64;
/** Default of the documentation: matchConfidence from which faces are identical. */
const DEFAULT_VERIFY_THRESHOLD = 0.5;
const DEFAULT_TOKEN_TTL_S = 600;

/**
 * Reads a create request as JSON, as generation A's parts `Parameters` (JSON) and `VerifyImage`, or as generation B's flat
 * form fields; published clients send each of them to both generations.
 */
export async function readCreateBody(request: FastifyRequest): Promise<CreateBody> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (mediaType(request) === 'multipart/form-data')
    return fromParts(await parseMultipart(body, request.headers['content-type'] ?? ''));
  if (!isJson(request)) throw new ServiceError('UnsupportedMediaType');
  // One published client announces JSON and sends a form.
  const boundary = /^--([^\r\n]{1,70})\r\n/.exec(body.toString('latin1', 0, 74))?.[1];
  if (boundary !== undefined)
    return fromParts(await parseMultipart(body, `multipart/form-data; boundary="${boundary}"`));
  return { fields: toFields(parseJsonObject(body)), image: null, isMultipart: false };
}

function fromParts(parts: Parts): CreateBody {
  const parameters = parts.get('parameters');
  const texts = [...parts].filter(([name]) => name !== 'parameters' && name !== 'verifyimage');
  const members = texts.map(([name, { bytes }]): [string, unknown] => [name, textOf(bytes)]);
  return {
    fields: new Map([...members, ...(parameters ? toFields(parseJsonObject(parameters.bytes)) : [])]),
    image: parts.get('verifyimage')?.bytes ?? null,
    isMultipart: true,
  };
}

function textOf(bytes: Buffer): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new ServiceError('BadArgument', { cause });
  }
}

/** What both generations ask for alike; each adds its own. */
export function readNewSession(
  { fields, image, isMultipart }: CreateBody,
  kind: NewSession['kind'],
  modes: readonly NewSession['settings']['mode'][],
): NewSession {
  const wrongMode = modes.length === 1 ? 'InvalidLivenessOperationMode' : 'InvalidLivenessOperationModeOfTwo';
  const mode = readChoice(fields, 'livenessOperationMode', wrongMode, modes);
  if (mode === null) throw new ServiceError(wrongMode);
  const verifies = kind === 'livenessWithVerify';
  if (verifies && isMultipart && !image) throw new ServiceError('InvalidRequestBody');
  const deviceIdFromClient = readFlag(fields, 'deviceCorrelationIdSetInClient');
  const deviceCorrelationId = readText(
    fields,
    'deviceCorrelationId',
    'InvalidDeviceCorrelationId',
    MAX_CORRELATION_ID,
  );
  if (!deviceIdFromClient && !deviceCorrelationId) throw new ServiceError('InvalidDeviceCorrelationId');
  return {
    kind,
    deviceCorrelationId,
    userCorrelationId: null,
    reference: verifies ? image : null,
    settings: {
      mode,
      tokenTtlSeconds:
        readNumber(fields, 'authTokenTimeToLiveInSeconds', 'InvalidTokenLifetime', {
          min: 60,
          max: 86_400,
          whole: true,
        }) ?? DEFAULT_TOKEN_TTL_S,
      sendResults: false,
      sessionImage: readFlag(fields, 'enableSessionImage'),
      verifyImageHash: readFlag(fields, 'returnVerifyImageHash'),
      verifyThreshold:
        readNumber(fields, 'verifyConfidenceThreshold', 'InvalidRequestBody', { min: 0, max: 1 }) ??
        DEFAULT_VERIFY_THRESHOLD,
      attemptsAllowed: 3,
      endsWithDecision: false,
      deviceIdFromClient,
      userIdFromClient: false,
      expectedClientIp: null,
      abuseMonitoring: false,
    },
  };
}

/** The user's correlation id, which follows the rules of the device's, but may be left out. */
export function readUserCorrelationId(fields: Fields): Pick<NewSession, 'userCorrelationId'> {
  return {
    userCorrelationId: readText(fields, 'userCorrelationId', 'InvalidUserCorrelationId', MAX_CORRELATION_ID),
  };
}
