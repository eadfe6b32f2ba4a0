import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectWeights, loadPolicy, readManifest } from '@bonafide/engine';
import { onnx } from 'onnx-proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOtherWeights } from '../../engine/test/other-weights.js';
import { createAnalysisPool } from './analysis-pool.js';
import { tryWeights } from './weights-trial.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-weights-'));
  makeOtherWeights(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const attempt = async (program?: string) => tryWeights(folder, await inspectWeights(folder), program);
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'unusable', message: expect.stringMatching(message) as string });

/** Puts a network of a few operations in place of one of the folder's; it takes what that one takes. */
function replace(name: string, operations: string[]): void {
  const { file = '', input } = readManifest().find((weight) => weight.name === name) ?? {};
  const { FLOAT } = onnx.TensorProto.DataType;
  const shape = { dim: input?.shape.map((dimValue) => ({ dimValue })) ?? [] };
  const model = onnx.ModelProto.create({
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'network',
      node: operations.map((opType, at) => ({
        opType,
        name: opType,
        input: [`v${at}`],
        output: [`v${at + 1}`],
      })),
      input: [{ name: 'v0', type: { tensorType: { elemType: FLOAT, shape } } }],
      output: [{ name: `v${operations.length}`, type: { tensorType: { elemType: FLOAT } } }],
    },
  });
  writeFileSync(join(folder, file), onnx.ModelProto.encode(model).finish());
}

it('weights that give what they stand for may come in, other ones of the same form too', async () => {
  await attempt();
});

it.each([
  [
    'more values',
    'pad-fasnet',
    ['Abs'],
    /^the weight pad-fasnet in \S+ must give 3 values, and gives 49152$/,
  ],
  [
    'fewer values',
    'pad-tree',
    ['GlobalMaxPool'],
    /^the weight pad-tree in \S+ must give 8 values, and gives 3$/,
  ],
  ['one output for two', 'face-mesh', ['Abs'], /^the weight face-mesh must give 2 outputs, and gives 1$/],
  [
    'what is no number',
    'pad-fasnet',
    ['GlobalAveragePool', 'Log'],
    /^the weight pad-fasnet in \S+ gives values that are no numbers$/,
  ],
])('a network that gives %s is refused', async (_, name, operations, message) => {
  replace(name, operations);
  await expect(attempt()).rejects.toEqual(refused(message));
});

it('a network that takes the process down with it leaves this one standing', async () => {
  const program = join(folder, 'crash.mjs');
  writeFileSync(program, "process.kill(process.pid, 'SIGSEGV');");
  await expect(attempt(program)).rejects.toEqual(
    refused(/\(SIGSEGV\); none of the manifest's: pad-fasnet\.onnx$/),
  );
});

it('no pool starts with such weights', async () => {
  replace('pad-fasnet', ['Abs']);
  const weights = await inspectWeights(folder);
  const pool = createAnalysisPool({ modelsFolder: folder, policy: loadPolicy(), weights, workers: 1 });
  await expect(pool).rejects.toEqual(refused(/must give 3 values/));
});
