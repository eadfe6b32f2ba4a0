import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** Where bundled files lie. */
const BENCH = 'node_modules/.cache/bonafide-bench';
/** As deep in the clone as the browser tests are, which find its root by their own place. */
const BROWSER = 'test/dist';

/**
 * Imports a TypeScript file of the clone that is not part of a package, bundled for this run.
 * @param beside files for threads of its own, bundled into the same folder
 */
export function importBundled(file, ...beside) {
  return bundleAndImport(BENCH, file, beside);
}

/** The same for a file that uses the browser tests' own. */
export function importBrowserScript(file) {
  return bundleAndImport(BROWSER, file, []);
}

async function bundleAndImport(folder, file, beside) {
  const { build } = await import('esbuild');
  const outdir = join(root, folder);
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints: [file, ...beside].map((path) => join(root, path)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return import(pathToFileURL(join(outdir, basename(file).replace(/\.ts$/, '.mjs'))).href);
}
