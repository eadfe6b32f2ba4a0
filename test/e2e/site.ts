import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { root } from './browser.js';

/** A page that embeds the element, as an application would serve it. */
export interface TestSite {
  origin: string;
  close(): Promise<void>;
}

const ELEMENT = '/web/bonafide-liveness.js';
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  wasm: 'application/wasm',
  bin: 'application/octet-stream',
  png: 'image/png',
};

/** @param scripts run before the element, in order */
const pageWith = (scripts: readonly string[]) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <title>A page with a face check</title>
    ${scripts.map((path) => `<script type="module" src="${path}"></script>`).join('\n    ')}
  </head>
  <body>
    <main><h1>An application</h1><bonafide-liveness></bonafide-liveness></main>
  </body>
</html>`;

/** What docs/web-sdk.md tells applications to send; nothing inline, no eval. */
export function contentSecurityPolicy(api: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `connect-src 'self' ${api}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Serves the built element under /web/ and further scripts by their path.
 * @param files path -> a script, page or picture, besides `/`
 */
export async function startSite(
  api: string,
  files: Readonly<Record<string, string | Buffer>> = {},
): Promise<TestSite> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    void read(path).then(
      (body) => {
        response.writeHead(200, {
          'content-type': TYPES[path.split('.').at(-1) ?? ''] ?? TYPES['html'],
          'content-security-policy': contentSecurityPolicy(api),
          'permissions-policy': 'camera=(self)',
          'x-content-type-options': 'nosniff',
          'cache-control': 'max-age=60',
        });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  const read = async (path: string): Promise<string | Buffer> => {
    if (path === '/') return pageWith([ELEMENT]);
    if (path === '/person') return pageWith(['/person/camera.js', ELEMENT]);
    const file = files[path];
    if (file !== undefined) return file;
    if (!path.startsWith('/web/')) throw new Error('not found');
    return readFile(join(root, 'packages/web/dist', normalize(path.slice('/web'.length))));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
