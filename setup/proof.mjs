// `npm run proof -- [--clips 150] [--out proof] [--scenarios a,b] [--ways "light alone"]`: simulated attacks against every cue
// but the networks. Hours for 150 clips of everything; a run that was broken off goes on.
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { importBundled } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '150' },
    out: { type: 'string', default: 'proof' },
    scenarios: { type: 'string' },
    ways: { type: 'string' },
    'models-dir': { type: 'string' },
  },
});
ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
const folder = modelsFolder(values['models-dir'] ? ['--models-dir', values['models-dir']] : []);
await ensureModels(folder);
ensureBuilt();
const { prove } = await importBundled('bench/proof.ts');
const list = (text) => text?.split(',').map((name) => name.trim());
await prove({
  modelsFolder: folder,
  clips: Number(values.clips),
  out: resolve(root, values.out),
  scenarios: list(values.scenarios),
  ways: list(values.ways),
});
