import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const read = (file: string) => readFileSync(join(dist, file), 'utf8');

describe('the built element', () => {
  it.each(['bonafide-liveness.js', 'bonafide-liveness.iife.js'])(
    '%s stays under 60 kB gzipped, and asks for no eval',
    (file) => {
      const text = read(file);
      expect(gzipSync(text).length).toBeLessThan(60_000);
      expect(text).not.toMatch(/\beval\(|\bnew Function\b|\bFunction\(/);
    },
  );

  it('is what the package exports, and can be imported where there is no page', async () => {
    const { exports } = JSON.parse(read('../package.json')) as { exports: { '.': { default: string } } };
    const file = join(dist, '..', exports['.'].default);
    expect(readFileSync(file, 'utf8')).not.toContain('BONAFIDE_VERSION');
    expect(await import(file)).toMatchObject({ TAG: 'bonafide-liveness' });
  });

  it('names no host of its own: everything comes from the asset folder or the token', () => {
    const hosts = read('bonafide-liveness.js').match(/https?:\/\/[a-z][^\s"'`)\\]*/g) ?? [];
    expect(hosts.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('has its workers, WebAssembly and weights in one folder', () => {
    for (const file of [
      'face-finder.js',
      'webp.js',
      'tfjs-backend-wasm.wasm',
      'tfjs-backend-wasm-simd.wasm',
      'webp_enc.wasm',
      'webp_enc_simd.wasm',
      'blazeface.json',
      'blazeface.bin',
      'facemesh.json',
      'facemesh.bin',
    ])
      expect(existsSync(join(dist, 'assets', file)), file).toBe(true);
  });

  it('is described for editors: tag, attributes, properties and events', () => {
    const { customElements } = JSON.parse(read('../package.json')) as { customElements: string };
    const { modules } = JSON.parse(read(join('..', customElements))) as {
      modules: {
        declarations: { tagName?: string; attributes?: { name: string }[]; events?: { name: string }[] }[];
      }[];
    };
    const element = modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName);
    expect(element?.tagName).toBe('bonafide-liveness');
    expect(element?.attributes?.map(({ name }) => name)).toContain('asset-base');
    expect(element?.events?.map(({ name }) => name)).toContain('bonafide-phase');
  });
});
