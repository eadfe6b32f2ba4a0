import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Scripts and styles of the pages that the service hosts, as built from `pages/`. */
const PAGES_FOLDER = fileURLToPath(new URL('../dist/pages', import.meta.url));
/** The client SDK as it is built in its own package. */
const CLIENT_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** Browsers ask again after so long, s; the files have no version in their names. */
const MAX_AGE_S = 300;

/**
 * Serves the client SDK under `/client/`, to pages of every origin, the files of the service's own pages under `/pages/`, and
 * `/check`, where a person or an operator tests a device. A folder that was not built is not served.
 */
export function mountPages(
  app: FastifyInstance,
  { endpoint, clientFolder = CLIENT_FOLDER }: { endpoint: () => string; clientFolder?: string | undefined },
): void {
  const serve = (prefix: string, root: string, headers: Record<string, string>) => {
    if (!existsSync(root)) return;
    void app.register(fastifyStatic, {
      prefix,
      root,
      setHeaders: (reply: FastifyReply) => void reply.headers(headers),
      decorateReply: false,
      index: false,
      redirect: false,
      maxAge: MAX_AGE_S * 1000,
      dotfiles: 'ignore',
    });
  };
  serve('/client/', clientFolder, {
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  serve('/pages/', PAGES_FOLDER, { 'cross-origin-resource-policy': 'same-origin' });
  app.get('/check', async (_request, reply) =>
    sendPage(reply, await readFile(join(PAGES_FOLDER, 'check.html'), 'utf8'), endpoint()),
  );
}

/**
 * Sends a page of the service. Its policy (Content Security Policy Level 3) allows the scripts, workers and WebAssembly of the
 * service itself, pictures that the SDK makes, and calls to the endpoint; nothing inline, no `unsafe-eval`, no other host.
 * @param styles hashes of style elements that a library puts into the page
 */
export function sendPage(
  reply: FastifyReply,
  html: string,
  endpoint: string,
  styles: readonly string[] = [],
): FastifyReply {
  return reply
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        `connect-src 'self' ${new URL(endpoint).origin}`,
        ["style-src 'self'", ...styles].join(' '),
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'permissions-policy': 'camera=(self), screen-wake-lock=(self), fullscreen=(self)',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    })
    .type('text/html; charset=utf-8')
    .send(html);
}
