// `npm run bench`: measures speed, CPU and memory of the built code; ends with 1 when a limit is missed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
const folder = modelsFolder(process.argv.slice(2));
await ensureModels(folder);
ensureBuilt();

const { build } = await import('esbuild');
const cache = join(root, 'node_modules/.cache/bonafide-bench');
mkdirSync(cache, { recursive: true });
await build({
  entryPoints: ['bench', 'load', 'floor'].map((name) => join(root, `bench/${name}.ts`)),
  outdir: cache,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'error',
});
const { bench } = await import(pathToFileURL(join(cache, 'bench.mjs')).href);
process.exitCode = (await bench(folder, cache)) ? 0 : 1;
