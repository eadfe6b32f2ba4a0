import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { ServiceError } from '../errors.js';
import type { Resource, Resources, Tier } from '../resources.js';
import type { Session } from '../session.js';
import type { Sessions } from '../sessions.js';
import type { SessionTokens } from '../tokens.js';
import { isWithin } from './addresses.js';
import type { CallLimit, CallLimits } from './call-limits.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose call this is, once its key or token was checked. */
    resource: Resource | null;
    /** The session of a device's call. */
    session: Session | null;
  }
}

/** The two audiences: applications bring a resource's key, devices a session's token. Neither opens the other's routes. */
export interface Callers {
  application: onRequestAsyncHookHandler;
  device: onRequestAsyncHookHandler;
  /** Whoever has a session's token, wherever from: an application that hands its session on, and not the device itself. */
  tokenHolder: onRequestAsyncHookHandler;
}

/** Calls of all applications and devices of a resource together. */
const TIER_LIMITS: Record<Tier, CallLimit> = {
  F0: { calls: 20, windowMs: 60_000 },
  S0: { calls: 10, windowMs: 1_000 },
};
/** Calls of one device (by its correlation id, else its session): three attempts are nine calls. */
const DEVICE_LIMIT: CallLimit = { calls: 30, windowMs: 60_000 };

export function createCallers(parts: {
  resources: Resources;
  sessions: Sessions;
  tokens: SessionTokens;
  limits: CallLimits;
  endpoint: () => string;
}): Callers {
  const { resources, sessions, tokens, limits, endpoint } = parts;

  function count(resource: Resource, caller: string, limit: CallLimit): void {
    if (resource.policy.rateLimits === 'off') return;
    const retryAfterSeconds = limits.take(`${resource.id} ${caller}`, limit);
    if (retryAfterSeconds !== null) throw new ServiceError('TooManyRequests', { retryAfterSeconds });
  }

  /** Finds the session and resource of a request's token. */
  async function identify(request: FastifyRequest): Promise<{ session: Session; resource: Resource }> {
    const { sessionId } = await tokens.verify(bearerOf(request));
    const session = await sessions.find(sessionId);
    const resource = session && (await resources.findById(session.resourceId));
    if (!session || !resource) throw new ServiceError('InvalidToken');
    request.session = session;
    request.resource = resource;
    return { session, resource };
  }

  function countDevice(resource: Resource, session: Session): void {
    count(resource, 'tier', TIER_LIMITS[resource.tier]);
    count(resource, `device ${session.deviceCorrelationId || session.id}`, DEVICE_LIMIT);
  }

  return {
    async application(request) {
      const key = request.headers['ocp-apim-subscription-key'];
      const resource = typeof key === 'string' ? await resources.findByKey(key.trim()) : null;
      if (!resource) throw new ServiceError('Unauthorized');
      request.resource = resource;
      count(resource, 'tier', TIER_LIMITS[resource.tier]);
    },

    async device(request) {
      const { session, resource } = await identify(request);
      checkOrigin(request, resource, endpoint());
      checkAddress(request, session);
      countDevice(resource, session);
    },

    async tokenHolder(request) {
      const { session, resource } = await identify(request);
      countDevice(resource, session);
    },
  };
}

/** The resource of a call whose key or token was checked. */
export function resourceOf({ resource }: FastifyRequest): Resource {
  if (!resource) throw new ServiceError('Unauthorized');
  return resource;
}

/** The session of a device's call. */
export function sessionOf({ session }: FastifyRequest): Session {
  if (!session) throw new ServiceError('InvalidToken');
  return session;
}

/** `Bearer TOKEN`; the tutorial prints `Bearer.TOKEN`. */
function bearerOf({ headers }: FastifyRequest): string {
  const token = /^bearer[. ]\s*([\w-]+\.[\w-]+\.[\w-]+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) throw new ServiceError('InvalidToken');
  return token;
}

/** The list is about pages of others: browsers name the origin of the service's own pages, such as a quick link's, as well. */
function checkOrigin({ headers: { origin } }: FastifyRequest, { policy }: Resource, endpoint: string): void {
  if (origin === undefined || origin === new URL(endpoint).origin) return;
  if (!policy.allowedOrigins.includes('*') && !policy.allowedOrigins.includes(origin))
    throw new ServiceError('OriginRefused');
}

function checkAddress({ ip }: FastifyRequest, { settings }: Session): void {
  const { expectedClientIp } = settings;
  if (expectedClientIp !== null && !isWithin(ip, expectedClientIp))
    throw new ServiceError('ClientAddressRefused');
}
