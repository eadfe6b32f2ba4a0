import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../browser.js';
import { portrait } from '../person/portrait.js';

/** What a page needs that shows the element's states: `/gallery` of {@link startSite} with these files. */
export async function bundleGallery(): Promise<Record<string, string | Buffer>> {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['source'],
    entryPoints: [join(root, 'test/e2e/gallery/gallery.ts')],
    write: false,
    legalComments: 'none',
  });
  return { '/gallery.js': outputFiles[0]?.text ?? '', '/face.png': await portrait(11), '/gallery': GALLERY };
}

const GALLERY = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <title>States of the element</title>
    <script type="module" src="/gallery.js"></script>
  </head>
  <body><bonafide-liveness></bonafide-liveness></body>
</html>`;
