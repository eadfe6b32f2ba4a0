import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MODELS_FOLDER } from '../test/clips.js';
import { makeOtherWeights } from '../test/other-weights.js';
import { openNetwork } from './onnx.js';
import { verifyNetworks } from './networks.js';
import { inspectWeights, versionOfWeights } from './own-weights.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('weights as the manifest has them add nothing to the version of an engine', async () => {
  const weights = await inspectWeights(MODELS_FOLDER);
  expect(weights.changed).toEqual([]);
  expect(versionOfWeights(weights)).toBe('');
});

it('other weights are named with their checksums, and are used only by whoever expects these', async () => {
  makeOtherWeights(folder);
  const weights = await inspectWeights(folder);
  expect(weights.changed).toEqual([
    { name: 'pad-fasnet', file: 'pad-fasnet.onnx', sha256: weights.checksums['pad-fasnet'] },
  ]);
  expect(weights.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(versionOfWeights(weights)).toBe(`~${weights.fingerprint.slice(0, 8)}`);

  await expect(verifyNetworks(folder)).rejects.toMatchObject({ code: 'altered' });
  await verifyNetworks(folder, weights.checksums);
  // What was looked at is what is loaded.
  appendFileSync(join(folder, 'pad-fasnet.onnx'), 'x');
  const error = await verifyNetworks(folder, weights.checksums).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'altered', message: expect.stringContaining('before') as string });
  expect((await inspectWeights(folder)).fingerprint).not.toBe(weights.fingerprint);
});

it('another embedding is refused: kept faces would be compared with what they are not comparable to', async () => {
  makeOtherWeights(folder);
  appendFileSync(join(folder, 'embedding-fr512.onnx'), 'x');
  await expect(inspectWeights(folder)).rejects.toMatchObject({ code: 'altered' });
  rmSync(join(folder, 'embedding-fr512.onnx'));
  await expect(inspectWeights(folder)).rejects.toMatchObject({ code: 'missing' });
});

it('a file that is no network is named before a worker meets it', async () => {
  makeOtherWeights(folder);
  appendFileSync(join(folder, 'pad-fasnet.onnx'), 'x');
  const { checksums } = await inspectWeights(folder);
  const error = await verifyNetworks(folder, checksums).catch((cause: unknown) => cause);
  expect(error).toMatchObject({
    code: 'unusable',
    message: expect.stringContaining('pad-fasnet') as string,
  });
});

it('a network that takes something else than the one it stands for is not opened', async () => {
  makeOtherWeights(folder);
  const { checksums } = await inspectWeights(folder);
  copyFileSync(join(folder, 'face-mesh.onnx'), join(folder, 'pad-tree.onnx'));
  const own = { ...checksums, 'pad-tree': checksums['face-mesh'] ?? '' };
  const error = await openNetwork(folder, 'pad-tree', own).catch((cause: unknown) => cause);
  expect(error).toMatchObject({
    code: 'unusable',
    message: expect.stringContaining('1 x 3 x 256 x 256') as string,
  });
});
