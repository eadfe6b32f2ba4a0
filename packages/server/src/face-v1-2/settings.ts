import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../errors.js';
import type { Face } from '../face.js';
import { parseJsonObject, mediaType, readBody } from '../http/body.js';
import { resourceOf } from '../http/callers.js';
import { readFlag, toFields, type Fields } from '../http/fields.js';
import type { ResourcePolicy } from '../resource-policy.js';
import { settingsOperations } from './operations.js';

const MAX_BODY_BYTES = 16 * 1024;
const MEDIA_TYPES = ['', 'application/json', 'text/json', 'application/merge-patch+json'];

/**
 * `/settings` of v1.3-preview.1: the switch of a resource's abuse monitoring. The contract was revised and has two shapes for
 * a change; each is answered in its own.
 */
export function mountSettings(app: FastifyInstance, { callers, resources }: Face): void {
  const byKey = { onRequest: callers.application };

  app.get('/settings', { ...byKey, schema: settingsOperations.get }, async (request) =>
    toWire(resourceOf(request).policy),
  );

  app.patch('/settings', { ...byKey, schema: settingsOperations.patch }, async (request) => {
    if (!MEDIA_TYPES.includes(mediaType(request))) throw new ServiceError('UnsupportedMediaType');
    const { enabled, short } = readChange(toFields(parseJsonObject(await readBody(request, MAX_BODY_BYTES))));
    const { name } = resourceOf(request);
    const { policy } =
      enabled === null
        ? await resources.get(name)
        : await resources.setPolicy(name, { abuseMonitoring: enabled ? 'on' : 'off' });
    return short
      ? { name: 'liveness-abuse-monitoring', enabled: policy.abuseMonitoring === 'on' }
      : toWire(policy);
  });
}

function toWire({ abuseMonitoring }: ResourcePolicy) {
  return { livenessAbuseMonitoring: { enabled: abuseMonitoring === 'on' } };
}

/** `enabled` is null where nothing is to change. */
function readChange(fields: Fields): { enabled: boolean | null; short: boolean } {
  if (fields.has('enabled')) return { enabled: readSwitch(fields), short: true };
  const member = fields.get('livenessabusemonitoring') ?? null;
  if (member === null) return { enabled: null, short: false };
  if (typeof member !== 'object' || Array.isArray(member)) throw new ServiceError('InvalidRequestBody');
  const inner = toFields(member as Record<string, unknown>);
  return { enabled: inner.has('enabled') ? readSwitch(inner) : null, short: false };
}

function readSwitch(fields: Fields): boolean {
  if (fields.get('enabled') === null || fields.get('enabled') === '')
    throw new ServiceError('InvalidRequestBody');
  return readFlag(fields, 'enabled');
}
