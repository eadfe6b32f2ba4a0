// Installs the packages of the lock file when the clone does not hold them yet. Plain Node: runs before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, runBeside, root } from './run.mjs';

const marker = join(root, 'node_modules', '.bonafide-installed');

/**
 * Runs `npm ci` unless node_modules was installed from this very lock file by this Node. The one native module may have to be
 * compiled, which takes longer than much of what comes next and needs nothing of it: the promise is kept once it is there.
 */
export async function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.version)
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.log('Installing packages (once; a minute or two) ...');
  const env = installEnvironment();
  run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], { env });
  await runBeside('npm', ['rebuild', 'better-sqlite3', '--loglevel=error'], { env });
  writeFileSync(marker, wanted);
}

/** Native modules without a prebuilt binary compile against the headers that came with this Node, where they did. */
function installEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
  return { ...process.env, ...headers };
}
