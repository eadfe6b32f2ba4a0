// `npm run bench [-- --only checks|cues|sessions]`: measures the built code: a check's speed, CPU and memory, what each cue
// costs, and a store of a million sessions; ends with 1 when a limit is missed.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { importBundled } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

const only = /--only[= ](\S+)/.exec(process.argv.slice(2).join(' '))?.[1];
ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
const folder = modelsFolder(process.argv.slice(2));
await ensureModels(folder);
ensureBuilt();

const { benchChecks } = await importBundled('bench/checks.ts', 'bench/load.ts', 'bench/floor.ts');
const { benchCues } = await importBundled('bench/budget.ts');
const { benchSessions } = await importBundled('bench/sessions.ts');
const parts = { checks: benchChecks, cues: benchCues, sessions: benchSessions };
if (only !== undefined && !(only in parts)) {
  console.error(`--only is one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
let passed = true;
for (const [name, run] of Object.entries(parts))
  if (only === undefined || only === name)
    passed = (await run(folder, join(root, 'node_modules/.cache/bonafide-bench'))) && passed;
process.exitCode = passed ? 0 : 1;
