import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/**
 * Imports a TypeScript file of the clone that is not part of a package, bundled for this run.
 * @param beside files for threads of its own, bundled into the same folder
 */
export async function importBundled(file, ...beside) {
  const { build } = await import('esbuild');
  const outdir = join(root, 'node_modules/.cache/bonafide-bench');
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
