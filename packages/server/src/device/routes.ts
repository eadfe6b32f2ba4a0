import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LIVENESS_ERRORS } from '@bonafide/protocol';
import { ServiceError } from '../errors.js';
import { KIND_PATHS, type Face } from '../face.js';
import { toResultBody } from '../face-v1-1/wire.js';
import { isJson, parseJsonObject, readBody } from '../http/body.js';
import { resourceOf, sessionOf } from '../http/callers.js';
import { readChoice, readText, toFields, type Fields } from '../http/fields.js';
import { readCapture, toCall } from './capture-request.js';
import { allowOrigin, answerPreflight } from './cors.js';
import { detectOperation, endOperation, startOperation } from './operations.js';

/** The four routes of devices, the same in every version: a session behaves as the generation that created it. */
export function mountDeviceRoutes(app: FastifyInstance, face: Face): void {
  const { attempts, captures, callers, resources, clock } = face;

  void app.register(async (device) => {
    device.addHook('onRequest', (request, reply) => allowOrigin(request, reply, resources));
    const byToken = { onRequest: callers.device };
    const detects = KIND_PATHS.map(({ kind, path }) => ({ kind, path: `/${path}/singleModal` }));
    for (const path of ['/session/start', ...detects.map((detect) => detect.path), '/session/attempt/end'])
      device.options(path, answerPreflight);

    device.post('/session/start', { ...byToken, schema: startOperation }, async (request) => {
      const fields = await readFields(request);
      return attempts.start(resourceOf(request), sessionOf(request), {
        deviceCorrelationId: readId(fields, 'deviceCorrelationId', 'InvalidDeviceCorrelationId'),
        userCorrelationId: readId(fields, 'userCorrelationId', 'InvalidUserCorrelationId'),
        light: readChoice(fields, 'light', 'InvalidRequestBody', ['on', 'off']) !== 'off',
      });
    });

    for (const { kind, path } of detects)
      device.post(path, { ...byToken, schema: detectOperation(kind) }, async (request, reply) => {
        const session = sessionOf(request);
        if (session.kind !== kind) throw new ServiceError('Forbidden');
        const call = toCall(request, clock);
        const answer = await captures.judge(resourceOf(request), session, call, () => readCapture(request));
        reply.header('x-bonafide-digest', answer.digest);
        if (answer.refusal) throw answer.refusal;
        const { outcome } = answer;
        return session.settings.sendResults && outcome ? toResultBody(outcome) : reply.code(204).send();
      });

    device.post('/session/attempt/end', { ...byToken, schema: endOperation }, async (request, reply) => {
      const fields = await readFields(request);
      const reason = readChoice(fields, 'reason', 'InvalidRequestBody', LIVENESS_ERRORS);
      await attempts.end(sessionOf(request), reason ?? 'UserCanceledSession');
      return reply.code(204).send();
    });
  });
}

/** Bodies of start and end are small; ours alone. */
const MAX_FIELDS_BYTES = 16 * 1024;
const MAX_CORRELATION_ID = 64;

async function readFields(request: FastifyRequest): Promise<Fields> {
  const body = await readBody(request, MAX_FIELDS_BYTES);
  if (body.length > 0 && !isJson(request)) throw new ServiceError('UnsupportedMediaType');
  return toFields(parseJsonObject(body));
}

function readId(
  fields: Fields,
  name: string,
  row: 'InvalidDeviceCorrelationId' | 'InvalidUserCorrelationId',
): string | null {
  const id = readText(fields, name, row, MAX_CORRELATION_ID);
  if (id === '') throw new ServiceError(row);
  return id;
}
