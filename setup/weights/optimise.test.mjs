import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { OnnxGraph } from './onnx-graph.mjs';
import { optimise } from './optimise.mjs';

const { onnx } = onnxProto;
const SIZE = 8;

/** Reproducible values in -1..1. */
function values(length, seed) {
  return Float32Array.from({ length }, (_, at) => Math.sin(12.9898 * (at + 1) + 78.233 * seed));
}

/** A bottleneck of 13 channels with PReLU in both spellings and denormal weights. */
function bottleneck() {
  const graph = new OnnxGraph();
  const filters = values(13 * 16, 1);
  filters[0] = 1e-40;
  graph.weight('narrow', [13, 16, 1, 1], filters);
  graph.weight('bias', [13], values(13, 2));
  graph.weight('slopes', [13, 1, 1], values(13, 3));
  graph.weight('depthwise', [13, 1, 3, 3], values(13 * 9, 4));
  graph.weight('halfSlopes', [13, 1, 1], values(13, 5));
  graph.weight('wide', [16, 13, 1, 1], values(16 * 13, 6));
  graph.weight('unused', [1], values(1, 7));
  graph.node('Conv', ['input', 'narrow', 'bias'], 'a', { kernel_shape: [1, 1], group: 1 });
  graph.node('PRelu', ['a', 'slopes'], 'b');
  graph.node('Conv', ['b', 'depthwise'], 'c', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 13 });
  graph.node('Relu', ['c'], 'relu');
  graph.node('Abs', ['c'], 'abs');
  graph.node('Sub', ['c', 'abs'], 'sub');
  graph.node('Mul', ['halfSlopes', 'sub'], 'mul');
  graph.node('Add', ['relu', 'mul'], 'd');
  graph.node('Conv', ['d', 'wide'], 'e', { kernel_shape: [1, 1], group: 1 });
  graph.node('Add', ['e', 'input'], 'f');
  return graph.model([1, 16, SIZE, SIZE], [{ tensor: 'f', name: 'output', shape: [1, 16, SIZE, SIZE] }]);
}

async function run(file) {
  const session = await InferenceSession.create(file);
  const input = new Tensor('float32', values(16 * SIZE ** 2, 8), [1, 16, SIZE, SIZE]);
  return Array.from((await session.run({ input })).output.data);
}

it('gives the same results as the network it was given', async () => {
  const before = await run(onnx.ModelProto.encode(bottleneck()).finish());
  const after = await run(optimise(bottleneck()));
  before.forEach((value, at) => expect(after[at]).toBeCloseTo(value, 4));
});

it('aligns the channels, spells PReLU without a branch, and leaves no denormal or unused weight', () => {
  const { graph } = onnx.ModelProto.decode(optimise(bottleneck()));
  const dims = Object.fromEntries(graph.initializer.map((weight) => [weight.name, weight.dims.map(Number)]));
  expect(dims).toMatchObject({
    narrow: [16, 16, 1, 1],
    bias: [16],
    depthwise: [16, 1, 3, 3],
    wide: [16, 16, 1, 1],
  });
  expect(dims).not.toHaveProperty('unused');
  const operators = graph.node.map(({ opType }) => opType);
  expect(operators).not.toContain('PRelu');
  expect(operators).not.toContain('Abs');
  const narrow = graph.initializer.find(({ name }) => name === 'narrow');
  expect(new Float32Array(Uint8Array.from(narrow.rawData).buffer)[0]).toBe(0);
});
