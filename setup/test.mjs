// `npm test`: set-up, every static check and every test. Further arguments go to vitest (`npm test -- engine`).
import { ensureInstalled } from './install.mjs';
import { ensureBuilt } from './build.mjs';
import { runBin } from './run.mjs';

const installed = ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
await ensureModels(modelsFolder([]));
ensureBuilt();
const { check } = await import('./check.mjs');
const only = process.argv.slice(2);
if (only.length === 0) await check();
await installed;
runBin('vitest', 'vitest.mjs', ['run', ...only]);
