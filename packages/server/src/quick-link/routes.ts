import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../errors.js';
import { isJson, parseJsonObject, readBody } from '../http/body.js';
import { sessionOf, type Callers } from '../http/callers.js';
import { readText, toFields } from '../http/fields.js';
import type { Resources } from '../resources.js';
import { sendPage } from '../pages.js';
import { allowedCallback } from './callback.js';
import type { QuickLinks } from './links.js';
import { speak } from './languages.js';
import { quickLinkPage, uselessLinkPage } from './page.js';

const MAX_BODY_BYTES = 8 * 1024;
const MAX_ID_LENGTH = 64;
const MAX_CALLBACK_LENGTH = 4_096;

/**
 * Quick Link: an application that embeds no SDK swaps a session's token for a link, and the person opens it. The page of the
 * link gets the token only when the person begins, so that no preview of the link in a messenger uses it up.
 */
export function mountQuickLink(
  app: FastifyInstance,
  parts: { links: QuickLinks; callers: Callers; resources: Resources; endpoint: () => string },
): void {
  const { links, callers, resources, endpoint } = parts;

  async function resourceOfLink(id: string) {
    const session = await links.find(id);
    return session && (await resources.findById(session.resourceId));
  }

  app.post('/api/quicklink', { onRequest: callers.tokenHolder }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return { url: `/?s=${await links.create(sessionOf(request))}` };
  });

  app.get<{ Querystring: Record<string, unknown> }>('/', async ({ query, headers }, reply) => {
    const { s, callbackUrl } = query;
    const spoken = speak(headers['accept-language']);
    reply.header('vary', 'accept-language');
    if (s === undefined) {
      if (app.hasRoute({ method: 'GET', url: '/demo' })) return reply.redirect('/demo/');
      throw new ServiceError('NotFound');
    }
    const resource = typeof s === 'string' ? await resourceOfLink(s) : null;
    if (!resource) return sendPage(reply.code(404), uselessLinkPage('used', spoken), endpoint());
    const callback =
      callbackUrl === undefined || allowedCallback(String(callbackUrl), resource.policy.callbackUrls);
    if (!callback) return sendPage(reply.code(400), uselessLinkPage('callback', spoken), endpoint());
    return sendPage(reply, quickLinkPage(resource.policy, spoken), endpoint());
  });

  app.post('/api/quicklink/open', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    // A form of another site cannot send JSON, and a script of it is stopped by the preflight, which is not answered.
    if (!isJson(request)) throw new ServiceError('UnsupportedMediaType');
    const fields = toFields(parseJsonObject(await readBody(request, MAX_BODY_BYTES)));
    const id = readText(fields, 's', 'LinkNotFound', MAX_ID_LENGTH) ?? '';
    const wanted = readText(fields, 'callbackUrl', 'CallbackRefused', MAX_CALLBACK_LENGTH);
    const resource = await resourceOfLink(id);
    if (!resource) throw new ServiceError('LinkNotFound');
    const callback = wanted === null ? null : allowedCallback(wanted, resource.policy.callbackUrls);
    if (wanted !== null && !callback) throw new ServiceError('CallbackRefused');
    return { authToken: await links.open(id), callbackUrl: callback?.href ?? null };
  });
}
