import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ModelError, readManifest, readWeight } from './models.js';
import { openNetwork } from './onnx.js';

/** The weights that the set-up has put into the clone. */
const models = fileURLToPath(new URL('../../../models', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('reads a weight that is what the manifest says', async () => {
  const weight = readManifest().find(({ name }) => name === 'test-face-1');
  const bytes = await readWeight(models, 'test-face-1');
  expect(bytes.byteLength).toBe(weight?.bytes);
});

it('refuses a weight whose content was changed, and names the file', async () => {
  writeFileSync(join(folder, 'face-mesh.onnx'), 'tampered');
  const error = await readWeight(folder, 'face-mesh').catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({ code: 'altered' });
  expect(String(error)).toContain(join(folder, 'face-mesh.onnx'));
});

it('tells a missing weight from an unknown one', async () => {
  await expect(readWeight(folder, 'face-mesh')).rejects.toMatchObject({ code: 'missing' });
  await expect(readWeight(folder, 'face-mash')).rejects.toMatchObject({ code: 'unknown' });
});

it('says that a photograph is no network', async () => {
  mkdtempSync(join(folder, 'x'));
  await expect(openNetwork(models, 'test-face-1')).rejects.toMatchObject({ code: 'unusable' });
});
