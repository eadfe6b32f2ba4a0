// `node setup/browser.mjs screenshots|measure|journeys`: what is looked at or read, and not tested, in a real browser.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

const scripts = ['screenshots', 'measure', 'journeys'];
const [script, ...args] = process.argv.slice(2);
if (!scripts.includes(script)) {
  console.error(`usage: node setup/browser.mjs ${scripts.join('|')} [FOLDER or NUMBER]`);
  process.exit(2);
}
ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
await ensureModels(modelsFolder([]));
ensureBuilt();

const { build } = await import('esbuild');
// As deep in the clone as the sources are, which find its root by their own place.
const folder = join(root, 'test', 'dist');
await build({
  entryPoints: [join(root, 'test/e2e', `${script}.ts`)],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'error',
});
const { run } = await import(pathToFileURL(join(folder, `${script}.mjs`)).href);
if ((await run(args)) === false) process.exitCode = 1;
