// Makes the page: bundles its script, copies what stands still, and draws the icons from one picture.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import sharp from 'sharp';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = at('dist/page');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: [at('page/page.ts'), at('page/service-worker.ts')],
  outdir: out,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
});
for (const name of ['index.html', 'offline.html', 'page.css', 'app.webmanifest', 'icon.svg'])
  cpSync(at(`page/${name}`), `${out}/${name}`);
// Home screens want pixels; a maskable icon keeps its picture within the middle 80 % (W3C Manifest, safe zone).
for (const [name, size, scale] of [
  ['icon-180.png', 180, 1],
  ['icon-192.png', 192, 1],
  ['icon-512.png', 512, 1],
  ['icon-maskable-512.png', 512, 0.8],
]) {
  const inner = Math.round(size * scale);
  const picture = await sharp(at('page/icon.svg'), { density: 300 }).resize(inner, inner).png().toBuffer();
  await sharp({ create: { width: size, height: size, channels: 4, background: '#0b5c55' } })
    .composite([{ input: picture }])
    .png({ compressionLevel: 9 })
    .toFile(`${out}/${name}`);
}
