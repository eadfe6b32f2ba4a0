import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendPage } from './pages.js';

/** The portal as it is built in its own folder. */
const PORTAL_FOLDER = fileURLToPath(new URL('../../../apps/portal/dist/page', import.meta.url));

/** The style elements that Observable Plot 0.6.17 puts into a drawing and its legend; a browser test fails on any other. */
const PLOT_STYLES = [
  "'sha256-rCZUQsEQJf1DmnfnMZmlj08XC7qbIZySA6bEtitbQ00='",
  "'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='",
];

/** Serves the operator's portal: one page for every address under `/portal`, and its files. Not built, it is not served. */
export function mountPortal(
  app: FastifyInstance,
  { endpoint, folder = PORTAL_FOLDER }: { endpoint: () => string; folder?: string },
): void {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return;
  const html = readFileSync(index, 'utf8');
  void app.register(fastifyStatic, {
    prefix: '/portal/assets/',
    root: folder,
    decorateReply: false,
    index: false,
    // The names of parts that are loaded later have a hash; the others are asked for again each time.
    setHeaders: (reply, path) =>
      reply.header(
        'cache-control',
        /-[A-Z0-9]{8}\.js$/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
  for (const path of ['/portal', '/portal/*'])
    app.get(path, async (_request, reply) => sendPage(reply, html, endpoint(), PLOT_STYLES));
}
