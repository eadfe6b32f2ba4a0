import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';

/** Methods by the segments of their path; a segment that begins with a colon takes anything. */
export type Routes = Map<string, { segments: string[]; methods: Set<string> }>;

/** Takes note of every route that is added from now on. */
export function collectRoutes(app: FastifyInstance): Routes {
  const routes: Routes = new Map();
  app.addHook('onRoute', ({ url, method }) => {
    const known = routes.get(url) ?? { segments: segmentsOf(url), methods: new Set() };
    for (const name of [method].flat()) known.methods.add(name);
    routes.set(url, known);
  });
  return routes;
}

/** 405 with `Allow` where the path is known under other methods, else 404, which names the right route where it can. */
export function answerUnknownRoute(
  routes: Routes,
  { url }: FastifyRequest,
  reply: FastifyReply,
): ServiceError {
  const [path = ''] = url.split('?', 1);
  const segments = segmentsOf(path);
  const methods = [...routes.values()]
    .filter((route) => matches(route.segments, segments))
    .flatMap((route) => [...route.methods]);
  if (methods.length > 0) {
    reply.header('allow', [...new Set(methods)].sort().join(', '));
    return new ServiceError('MethodNotAllowed');
  }
  const hint = HINTS.find(([pattern]) => pattern.test(segments.slice(2).join('/')))?.[1];
  return new ServiceError('NotFound', hint ? { message: `Resource not found; ${hint}` } : {});
}

/** Routes that documentation prints and that never were, and what is meant. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^livenesssessions\/[^/]+\/result$/,
    'the result of a session is GET /face/v1.2/detectLiveness-sessions/{sessionId}.',
  ],
  [/^livenesssessions\//, 'a liveness session is /face/v1.2/detectLiveness-sessions/{sessionId}.'],
  [
    /^livenesswithverifysessions\//,
    'a session with verification is /face/v1.2/detectLivenessWithVerify-sessions/{sessionId}.',
  ],
  [
    /^createlivenesswithverifysession$/,
    'a session with verification is created by POST /face/v1.2/detectLivenessWithVerify-sessions.',
  ],
  [/^createlivenesssession$/, 'a session is created by POST /face/v1.2/detectLiveness-sessions.'],
  [
    /^settings\/getclientassetsaccesstoken$/,
    'the client SDK is open to all and needs no access token for its assets.',
  ],
];

function segmentsOf(path: string): string[] {
  return path.toLowerCase().split('/').filter(Boolean);
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  return (
    route.length === path.length &&
    route.every((segment, k) => segment.startsWith(':') || segment === path[k])
  );
}
