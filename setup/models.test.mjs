import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modelsFolder, prepareModels, readManifest } from './models.mjs';
import { root } from './run.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Three weights, two of them from one package. */
const manifest = {
  packages: [
    { name: 'faces', version: '1.0.0', integrity: 'sha512-a', bytes: 10 },
    { name: 'voices', version: '2.0.0', integrity: 'sha512-b', bytes: 10 },
  ],
  weights: [
    weight('eye', 'faces', 'eye.bin'),
    weight('mouth', 'faces', 'sub/mouth.bin'),
    weight('voice', 'voices', 'v.bin'),
  ],
};
function weight(name, source, file) {
  return {
    name,
    file: `${name}.onnx`,
    sha256: sha256(`${source}:${file}`),
    source: { package: source, file },
  };
}

/** A registry whose file contents are package:path; it remembers what was asked for. */
function registry(changes = {}) {
  const asked = [];
  const fetchFiles = async ({ name }, paths) => {
    asked.push(`${name}: ${paths.join(', ')}`);
    if (changes[name] instanceof Error) throw changes[name];
    return new Map(paths.map((path) => [path, Buffer.from(changes[name] ?? `${name}:${path}`)]));
  };
  const progress = { advance() {}, done() {}, stop() {} };
  return { asked, parts: { manifest, fetchFiles, progress } };
}

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-models-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('fetches each package once and takes only the files of the manifest', async () => {
  const { asked, parts } = registry();
  await prepareModels(folder, parts);
  expect(asked.sort()).toEqual(['faces: eye.bin, sub/mouth.bin', 'voices: v.bin']);
  expect(readdirSync(folder).sort()).toEqual(['eye.onnx', 'mouth.onnx', 'voice.onnx']);
  expect(readFileSync(join(folder, 'mouth.onnx'), 'utf8')).toBe('faces:sub/mouth.bin');
});

it('asks for nothing when everything is in place', async () => {
  await prepareModels(folder, registry().parts);
  const { asked, parts } = registry();
  await prepareModels(folder, parts);
  expect(asked).toEqual([]);
});

it('keeps what arrived before an interruption and then fetches only the rest', async () => {
  const broken = registry({ voices: new Error('socket hang up') });
  await expect(prepareModels(folder, broken.parts)).rejects.toThrow(
    /Could not fetch voices@2.0.0 .*socket hang up.*--models-dir/,
  );
  expect(readdirSync(folder).sort()).toEqual(['eye.onnx', 'mouth.onnx']);
  rmSync(join(folder, 'mouth.onnx'));
  const { asked, parts } = registry();
  await prepareModels(folder, parts);
  expect(asked.sort()).toEqual(['faces: sub/mouth.bin', 'voices: v.bin']);
});

it('writes nothing when a file comes out otherwise than the manifest says', async () => {
  const { parts } = registry({ voices: 'something else' });
  await expect(prepareModels(folder, parts)).rejects.toThrow(
    `voice came out with SHA-256 ${sha256('something else')}`,
  );
  expect(readdirSync(folder).sort()).toEqual(['eye.onnx', 'mouth.onnx']);
});

it('neither uses nor replaces an existing file with another content', async () => {
  const path = join(folder, 'eye.onnx');
  writeFileSync(path, 'tampered');
  const { asked, parts } = registry();
  await expect(prepareModels(folder, parts)).rejects.toThrow(
    `${path} is not the expected weight: its SHA-256 is ${sha256('tampered')}`,
  );
  expect(asked).toEqual([]);
  expect(readFileSync(path, 'utf8')).toBe('tampered');
});

it('ends with one line and exit code 1 when a weight is wrong', () => {
  const path = join(folder, readManifest().weights[0].file);
  writeFileSync(path, 'tampered');
  const script = `import { ensureModels } from ${JSON.stringify(new URL('./models.mjs', import.meta.url))};
    await ensureModels(${JSON.stringify(folder)});`;
  const options = { encoding: 'utf8' };
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`${path} is not the expected weight`)]);
});

it('says which folder cannot be written, before it fetches anything', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { asked, parts } = registry();
  await expect(prepareModels(join(file, 'models'), parts)).rejects.toThrow(
    `cannot write weights to ${join(file, 'models')}`,
  );
  expect(asked).toEqual([]);
});

it('says which weight cannot be written, and leaves no part of it', async () => {
  writeFileSync(join(folder, 'sub'), '');
  const blocked = { ...manifest, weights: [{ ...manifest.weights[0], file: 'sub/eye.onnx' }] };
  await expect(prepareModels(folder, { ...registry().parts, manifest: blocked })).rejects.toThrow(
    `cannot write the weight ${join(folder, 'sub/eye.onnx')}`,
  );
  expect(readdirSync(folder)).toEqual(['sub']);
});

it('leaves a weight without a package to the operator', async () => {
  const { asked, parts } = registry();
  const own = { name: 'own', file: 'own.onnx', sha256: sha256('mine') };
  const extended = { ...manifest, weights: [...manifest.weights, own] };
  await expect(prepareModels(folder, { ...parts, manifest: extended })).rejects.toThrow(
    `${join(folder, 'own.onnx')} is missing, and its manifest row names no package`,
  );
  expect(asked).toEqual([]);
  writeFileSync(join(folder, 'own.onnx'), 'mine');
  await prepareModels(folder, { ...parts, manifest: extended });
  expect(asked).toHaveLength(2);
});

it('reads the folder from the options of the service', () => {
  expect(modelsFolder(['--port', '1'])).toBe(join(root, 'models'));
  expect(modelsFolder(['--models-dir', 'a/b', '--port', '1'])).toBe(resolve('a/b'));
  expect(modelsFolder(['--models-dir=c'])).toBe(resolve('c'));
});

it('pins every package and every weight, and describes each in the documents', () => {
  const { packages, weights } = readManifest();
  const guide = readFileSync(join(root, 'docs/models.md'), 'utf8');
  const notice = readFileSync(join(root, 'NOTICE'), 'utf8');
  for (const { name, version, integrity, bytes } of packages) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(integrity, name).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(bytes, name).toBeGreaterThan(0);
    expect(guide).toContain(`${name} ${version}`);
    expect(notice).toContain(name);
  }
  for (const weight of weights) {
    expect(weight.sha256, weight.name).toMatch(/^[0-9a-f]{64}$/);
    expect(packages.map(({ name }) => name)).toContain(weight.source.package);
    for (const member of ['licence', 'origin', 'trainingData', 'purpose'])
      expect(weight[member], member).toBeTruthy();
    if (weight.file.endsWith('.onnx')) expect(guide).toContain(weight.name);
  }
  const files = weights.map(({ file }) => file);
  expect(new Set(files).size).toBe(files.length);
  expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('models/');
});
