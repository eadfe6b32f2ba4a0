// Bundles the portal: one script that every page needs, and parts that are loaded when somebody looks at them.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = at('dist/page');

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
await build({
  entryPoints: [at('src/portal.tsx')],
  outdir,
  bundle: true,
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.md': 'text' },
  minify: true,
  logLevel: 'warning',
});
for (const name of ['index.html', 'portal.css', 'icon.svg']) cpSync(at(`page/${name}`), `${outdir}/${name}`);
