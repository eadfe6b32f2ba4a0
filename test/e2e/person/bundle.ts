import { join } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { root } from '../browser.js';

/** The scripts that put a simulated person before the page's camera, by the paths that they are served under. */
export async function bundlePerson(): Promise<Record<string, string>> {
  const folder = join(root, 'test/e2e/person');
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['source'],
    entryPoints: { camera: join(folder, 'camera.ts'), worker: join(folder, 'worker.ts') },
    outdir: folder,
    write: false,
    legalComments: 'none',
  });
  return Object.fromEntries(
    outputFiles.map(({ path, text }) => [`/person/${path.slice(folder.length + 1)}`, text]),
  );
}

/** Puts the person before the camera of every page of a context, whoever serves it and whatever its policy is. */
export async function bringPerson(
  context: BrowserContext,
  scripts: Readonly<Record<string, string>>,
): Promise<void> {
  const script = (path: string) => scripts[path] ?? '';
  await context.addInitScript({ content: `{${script('/person/camera.js')}}` });
  await context.route('**/person/worker.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script('/person/worker.js') }),
  );
}
