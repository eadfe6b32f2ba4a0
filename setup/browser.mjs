// `node setup/browser.mjs screenshots|measure`: what is looked at or read, and not tested, in a real browser.
import { ensureBuilt } from './build.mjs';
import { importBrowserScript } from './bundle.mjs';
import { ensureInstalled } from './install.mjs';

const scripts = ['screenshots', 'measure'];
const [script, ...args] = process.argv.slice(2);
if (!scripts.includes(script)) {
  console.error(`usage: node setup/browser.mjs ${scripts.join('|')} [FOLDER]`);
  process.exit(2);
}
await ensureInstalled();
const { ensureModels, modelsFolder } = await import('./models.mjs');
await ensureModels(modelsFolder([]));
ensureBuilt();

const { run } = await importBrowserScript(`test/e2e/${script}.ts`);
await run(args);
