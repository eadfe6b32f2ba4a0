// `npm run proof -- [--first 1] [--clips 150] [--out proof] [--scenarios a,b] [--ways "light alone;turn alone"]`: simulated attacks against every cue
// but the networks. Hours for 150 clips of everything; a run that was broken off goes on.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { importBundled } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({
  options: {
    first: { type: 'string', default: '1' },
    clips: { type: 'string', default: '150' },
    'network-clips': { type: 'string', default: '40' },
    out: { type: 'string', default: 'proof' },
    scenarios: { type: 'string' },
    ways: { type: 'string' },
    workers: { type: 'string' },
    'models-dir': { type: 'string' },
  },
});
await ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
const folder = modelsFolder(values['models-dir'] ? ['--models-dir', values['models-dir']] : []);
await ensureModels(folder);
ensureBuilt();
const { prove } = await importBundled('bench/proof/prove.ts', 'bench/proof/worker.ts');
const list = (text, separator = ',') => text?.split(separator).map((name) => name.trim());

// A clip is rendered anew when the simulator or the challenges change, and judged anew when the engine does.
const challenge = ['packages/engine/src/challenge.ts', 'packages/cli/src/simulate.ts'];
const clips = fingerprint('packages/simulator/src', 'packages/protocol/src', ...challenge);
const lines = fingerprint('packages/engine/src', 'packages/engine/policies', 'bench/proof/judge.ts');
await prove({
  modelsFolder: folder,
  worker: join(root, 'node_modules/.cache/bonafide-bench/worker.mjs'),
  workers: Number(values.workers ?? availableParallelism()),
  first: Number(values.first),
  clips: Number(values.clips),
  networkClips: Number(values['network-clips']),
  out: resolve(root, values.out),
  fingerprints: { clips, lines: `${clips}-${lines}` },
  scenarios: list(values.scenarios),
  ways: list(values.ways, ';'),
});

/** Eight characters for the content of files and folders, but for tests. */
function fingerprint(...paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else if (!path.includes('.test.')) hash.update(path.slice(root.length)).update(readFileSync(path));
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex').slice(0, 8);
}
