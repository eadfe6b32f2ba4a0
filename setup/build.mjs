// Compiles every package and bundles the browser parts, unless nothing changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run, runBin } from './run.mjs';

const marker = join(root, 'node_modules', '.bonafide-built');
const bundles = [
  'packages/server/build.mjs',
  'packages/web/build.mjs',
  'apps/portal/build.mjs',
  'examples/app-server/build.mjs',
];

/** Folders that hold no source: packages, and what examples/mobile generates. */
const notRead = ['node_modules', 'android', 'ios'];

/** Builds when a source file, a bundle script or the lock file is newer or other than at the last build. */
export function ensureBuilt() {
  if (existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint()) return;
  console.log('Building ...');
  // The portal's types of the management API are the API's own document.
  const types = ['docs/openapi/management.json', '--output', 'apps/portal/src/management-api.d.ts'];
  runBin('openapi-typescript', 'bin/cli.js', types, { stdio: ['ignore', 'ignore', 'inherit'] });
  runBin('typescript', 'bin/tsc', ['-b']);
  for (const bundle of bundles) {
    if (existsSync(join(root, bundle))) run(process.execPath, [join(root, bundle)]);
  }
  // Only now, as the folders that the build wrote are part of it.
  writeFileSync(marker, fingerprint());
}

/** Names, sizes and times of everything that the build reads, and whether what it wrote is there. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name === 'dist') hash.update(`${path} is built`);
        else if (!notRead.includes(entry.name)) visit(path);
      } else if (!entry.name.endsWith('.tsbuildinfo')) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}:${size}:${mtimeMs}`);
      }
    }
  };
  for (const folder of ['packages', 'apps', 'examples', 'docs/openapi'])
    if (existsSync(join(root, folder))) visit(join(root, folder));
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await (await import('./install.mjs')).ensureInstalled();
  ensureBuilt();
}
