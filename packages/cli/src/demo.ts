import { createAppServer } from '@bonafide/example-app-server';
import type { FaceServer } from '@bonafide/server';

/** Where the demo is served. */
const DEMO_PATH = '/demo';
/** The pages of Capacitor's apps on Android and iOS, so that examples/mobile can be tried with this demo. */
const APP_ORIGINS = ['https://localhost', 'capacitor://localhost'];

/**
 * Serves the example app server under `/demo`, with the key of the development resource: the relying party of the tutorial
 * and the service at one address. Does nothing where there is no such resource. It shows decisions, which an app should not.
 */
export async function mountDemo({ app, resources, endpoint }: FaceServer): Promise<void> {
  const development = (await resources.list()).find((resource) => resource.development);
  if (!development) return;
  const demo = createAppServer({
    face: inProcess(app),
    key: async () => (await resources.keys(development.name)).key1,
    endpoint,
    basePath: DEMO_PATH,
    appOrigins: APP_ORIGINS,
    showResult: true,
  });
  for (const url of [DEMO_PATH, `${DEMO_PATH}/*`])
    app.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url,
      handler: (request, reply) => {
        reply.hijack();
        demo(request.raw, reply.raw);
      },
    });
}

/** Calls the service without the network, so that neither its address nor its certificate matters. */
function inProcess(app: FaceServer['app']): (path: string, options: RequestInit) => Promise<Response> {
  return async (path, options) => {
    const request = new Request(new URL(path, 'http://service'), options);
    const answer = await app.inject({
      method: request.method as 'GET' | 'POST' | 'DELETE',
      url: path,
      headers: Object.fromEntries(request.headers),
      payload: Buffer.from(await request.arrayBuffer()),
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
    const empty = answer.rawPayload.length === 0;
    return new Response(empty ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers,
    });
  };
}
