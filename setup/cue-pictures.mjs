// `node setup/cue-pictures.mjs [CUE ...]`: draws the pictures of docs/cues anew from simulated clips.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { importBundled } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

await ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
const folder = modelsFolder([]);
await ensureModels(folder);
ensureBuilt();
const { drawCues } = await importBundled('bench/cue-pictures.ts');
await drawCues(folder, join(root, 'docs/cues'), process.argv.slice(2));
