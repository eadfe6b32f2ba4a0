// `npm run bench [-- --only checks|cues|sessions|journeys|lab] [--journeys 20]`: measures the built code: a check's speed, CPU and
// memory, what each cue costs, a store of a million sessions, and how long people need; walks the whole way of a lab; ends with
// 1 when a limit is missed.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { importBrowserScript, importBundled } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './run.mjs';

const option = (name) => new RegExp(`--${name}[= ](\\S+)`).exec(process.argv.slice(2).join(' '))?.[1];
const only = option('only');
const journeys = Number(option('journeys') ?? 20);
await ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
const folder = modelsFolder(process.argv.slice(2));
await ensureModels(folder);
ensureBuilt();

const { benchChecks } = await importBundled('bench/checks.ts', 'bench/load.ts', 'bench/floor.ts');
const { benchCues } = await importBundled('bench/budget.ts');
const { benchSessions } = await importBundled('bench/sessions.ts');
const { benchJourneys } = await importBrowserScript('bench/journeys.ts');
const { benchLab } = await importBrowserScript('bench/lab.ts');
const parts = {
  checks: benchChecks,
  cues: benchCues,
  sessions: benchSessions,
  journeys: (models) => benchJourneys(models, journeys),
  lab: benchLab,
};
if (only !== undefined && !(only in parts)) {
  console.error(`--only is one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
if (!(Number.isInteger(journeys) && journeys > 0)) {
  console.error('--journeys is how many of each way');
  process.exit(2);
}
let passed = true;
for (const [name, run] of Object.entries(parts))
  if (only === undefined || only === name)
    passed = (await run(folder, join(root, 'node_modules/.cache/bonafide-bench'))) && passed;
process.exitCode = passed ? 0 : 1;
