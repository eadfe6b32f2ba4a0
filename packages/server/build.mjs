// Bundles the scripts of the pages that the service hosts.
import { cpSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = at('dist/pages');

mkdirSync(outdir, { recursive: true });
await build({
  entryPoints: ['quick-link', 'check', 'echo-worker'].map((name) => at(`pages/${name}.ts`)),
  outdir,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  conditions: ['source'],
  logLevel: 'warning',
});
for (const name of ['check.html', 'pages.css']) cpSync(at(`pages/${name}`), `${outdir}/${name}`);
