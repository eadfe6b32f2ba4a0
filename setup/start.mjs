// `npm start`: installs, fetches the weights, builds and serves; with everything in place it only serves.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { ensureBuilt } from './build.mjs';
import { root } from './run.mjs';

const installed = ensureInstalled();
const options = process.argv.slice(2);
const { ensureModels, modelsFolder } = await import('./models.mjs');
// Weights of one's own are no concern of the manifest: the service holds them to their fingerprint.
if (!options.some((option) => /^(--help|-h|--weights(=.*)?)$/.test(option)))
  await ensureModels(modelsFolder(options));
ensureBuilt();
await installed;
const { run } = await import(pathToFileURL(join(root, 'packages/cli/dist/main.js')).href);
process.exitCode = await run(['serve', ...options]);
