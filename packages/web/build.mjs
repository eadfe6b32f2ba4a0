// Bundles the element (ESM and IIFE), its workers, and puts everything that it loads later into one folder of assets.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create as describeElements, ts } from '@custom-elements-manifest/analyzer';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const dist = join(folder, 'dist');
const assets = join(dist, 'assets');
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

rmSync(assets, { recursive: true, force: true });
mkdirSync(join(assets, 'strings'), { recursive: true });

const common = {
  bundle: true,
  minify: true,
  target: 'es2022',
  platform: 'browser',
  conditions: ['source'],
  logLevel: 'warning',
  define: { BONAFIDE_VERSION: JSON.stringify(version) },
  legalComments: 'none',
};
const src = (file) => join(folder, 'src', file);

await build({
  ...common,
  entryPoints: { 'bonafide-liveness': src('index.ts') },
  format: 'esm',
  outdir: dist,
});
await build({
  ...common,
  entryPoints: { 'bonafide-liveness.iife': src('index.ts') },
  format: 'iife',
  globalName: 'Bonafide',
  outdir: dist,
  // A classic script knows where it came from only while it runs for the first time.
  define: { ...common.define, 'import.meta.url': 'document.currentScript.src' },
});
await build({
  ...common,
  entryPoints: { 'face-finder': src('face-finder-worker.ts'), webp: src('webp-worker.ts') },
  format: 'esm',
  outdir: assets,
  // Emscripten's code asks for Node's modules where it runs in Node.
  external: ['module', 'fs', 'path', 'crypto', 'worker_threads', 'perf_hooks', 'os'],
});

const files = [
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  '@jsquash/webp/codec/enc/webp_enc.wasm',
  '@jsquash/webp/codec/enc/webp_enc_simd.wasm',
  '@vladmandic/human/models/blazeface.json',
  '@vladmandic/human/models/blazeface.bin',
  '@vladmandic/human/models/facemesh.json',
  '@vladmandic/human/models/facemesh.bin',
];
for (const file of files) cpSync(findFile(file), join(assets, file.split('/').at(-1)));

const { LANGUAGES } = await import('@bonafide/protocol');
for (const language of LANGUAGES) {
  const { default: strings } = await import(`./dist/strings/${language}.js`);
  writeFileSync(join(assets, 'strings', `${language}.json`), JSON.stringify(strings));
}

// What editors and wrappers of frameworks know the element by.
const described = ['element.ts', 'azure.ts'].map((file) =>
  ts.createSourceFile(`src/${file}`, readFileSync(src(file), 'utf8'), ts.ScriptTarget.ES2022, true),
);
writeFileSync(
  join(dist, 'custom-elements.json'),
  JSON.stringify(describeElements({ modules: described }), null, 2),
);

/** A file inside an installed package, wherever npm has put it; exports maps do not hide it. */
function findFile(path) {
  for (const base of require.resolve.paths(path) ?? []) {
    const candidate = join(base, path);
    try {
      readFileSync(candidate);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${path} is not installed`);
}
