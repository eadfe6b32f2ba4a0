// The static checks: types of the tests, lint, format, import directions.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runBin } from './run.mjs';

/** Runs every static check; the first failure ends the process. */
export function check() {
  runBin('typescript', 'bin/tsc', ['-p', 'tsconfig.test.json']);
  runBin('eslint', 'bin/eslint.js', [
    '.',
    '--max-warnings',
    '0',
    '--cache',
    '--cache-location',
    'node_modules/.cache/eslint/',
  ]);
  runBin('prettier', 'bin/prettier.cjs', ['--check', '--log-level', 'warn', '--cache', '.']);
  runBin('dependency-cruiser', 'bin/dependency-cruise.mjs', [
    ...['packages', 'apps', 'examples'].filter((folder) => existsSync(join(root, folder))),
    '--config',
    '.dependency-cruiser.cjs',
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  (await import('./install.mjs')).ensureInstalled();
  (await import('./build.mjs')).ensureBuilt();
  check();
}
