// `npm run stress`: the long forms of tests that `npm test` runs in a short one. `-- --seed N` makes other malformed requests.
import { ensureInstalled } from './install.mjs';
import { ensureBuilt } from './build.mjs';
import { runBin } from './run.mjs';

await ensureInstalled();
ensureBuilt();
const seed = process.argv.indexOf('--seed');
Object.assign(process.env, {
  BONAFIDE_MALFORMED: '2000',
  BONAFIDE_CRASH_SESSIONS: '50',
  BONAFIDE_CRASH_KILLS: '20',
  ...(seed >= 0 && { BONAFIDE_SEED: process.argv[seed + 1] }),
});
runBin('vitest', 'vitest.mjs', ['run', 'packages/server/test/malformed', 'packages/server/test/crash']);
