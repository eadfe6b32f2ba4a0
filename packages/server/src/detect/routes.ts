import { InputError, type DetectedFace, type Engine } from '@bonafide/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toServiceError } from '../engine-errors.js';
import { ServiceError } from '../errors.js';
import type { Face } from '../face.js';
import { isJson, mediaType, parseJsonObject, readBody } from '../http/body.js';
import { resourceOf } from '../http/callers.js';
import { readText, toFields } from '../http/fields.js';
import { toPrinted } from '../outcome.js';
import { checkImageSize, MAX_IMAGE_BYTES } from '../references.js';
import type { Resource } from '../resources.js';
import { fetchImage } from './image-url.js';
import { detectOperation, verifyOperation } from './operations.js';
import { readDetectQuery } from './query.js';
import { toWireFace } from './wire.js';

/** Of an image that is a little too large, the answer names the limit of images. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_URL_LENGTH = 2_048;
/** From this on two faces are called identical; the contract has no other. */
const IDENTICAL = 0.5;

/**
 * Finding faces in a picture and comparing two of them, the same in every version.
 * @param sessionImages whether the version knows session images, so that one can be detected in
 */
export function mountDetect(
  app: FastifyInstance,
  { callers, engine, faces, sessions }: Face,
  sessionImages: boolean,
): void {
  const byKey = { onRequest: callers.application };

  app.post('/detect', { ...byKey, schema: detectOperation(sessionImages) }, async (request, reply) => {
    const left = whenLeft(reply);
    const resource = resourceOf(request);
    const query = readDetectQuery(request);
    if (query.faceIds) checkRecognition(resource);
    const image = await readImage(request, resource);
    const found = await detect(engine, image, query.faceIds, left);
    const templates = found.flatMap(({ template }) => (template ? [template] : []));
    const ids = await faces.keep(resource, templates, query.faceIdTtlSeconds);
    return found.map((face, k) => toWireFace(face, ids[k] ?? null, query));
  });

  app.post('/verify', { ...byKey, schema: verifyOperation }, async (request) => {
    const resource = resourceOf(request);
    checkRecognition(resource);
    if (!isJson(request)) throw new ServiceError('UnsupportedMediaType');
    const fields = toFields(parseJsonObject(await readBody(request, MAX_URL_LENGTH)));
    if (fields.has('personid')) throw new ServiceError('NotFound', { message: NO_PERSONS });
    const [one, other] = ['faceId1', 'faceId2'].map((name) =>
      readText(fields, name, 'InvalidRequestBody', 64),
    );
    if (!one || !other) throw new ServiceError('InvalidRequestBody');
    const confidence = toPrinted(
      engine.compare(await faces.get(resource, one), await faces.get(resource, other)).matchConfidence,
    );
    return { isIdentical: confidence >= IDENTICAL, confidence };
  });

  /** The picture of the body itself, of a URL or of a session. */
  async function readImage(request: FastifyRequest, resource: Resource): Promise<Buffer> {
    if (mediaType(request) === 'application/octet-stream') {
      const image = await readBody(request, MAX_BODY_BYTES);
      checkImageSize(image);
      return image;
    }
    if (!isJson(request)) throw new ServiceError('UnsupportedMediaType');
    const fields = toFields(parseJsonObject(await readBody(request, 2 * MAX_URL_LENGTH)));
    const imageId = sessionImages ? readText(fields, 'sessionImageId', 'InvalidRequestBody', 64) : null;
    if (imageId) return sessions.image(resource, imageId);
    const url = readText(fields, 'url', 'InvalidUrl', MAX_URL_LENGTH);
    if (!url) throw new ServiceError('InvalidRequestBody');
    const image = await fetchImage(url, resource.policy.imageHosts, MAX_IMAGE_BYTES);
    checkImageSize(image);
    return image;
  }
}

const NO_PERSONS =
  'Resource not found; faces are verified in pairs, faceId1 and faceId2: persons are not kept here.';

function checkRecognition({ policy }: Resource): void {
  if (policy.recognition === 'off') throw new ServiceError('UnsupportedFeature');
}

/** Fires when the caller hangs up before the answer: a crowd need not be measured for nobody. */
function whenLeft({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => {
    // As of a body that was cut short; nobody reads it.
    if (!raw.writableFinished) left.abort(new ServiceError('BadArgument'));
  });
  return left.signal;
}

async function detect(
  engine: Engine,
  image: Uint8Array,
  templates: boolean,
  left: AbortSignal,
): Promise<DetectedFace[]> {
  try {
    return await engine.detectFaces(image, { templates }, left);
  } catch (error) {
    if (error instanceof InputError && error.code === 'TooManyPixels')
      throw new ServiceError('InvalidImageSize', {
        message: 'The image must have at most 40 megapixels.',
        cause: error,
      });
    throw toServiceError(error);
  }
}
