// Rewrites a network into an equal one that ONNX Runtime computes faster on a CPU. Results agree to about 1e-6 of
// their size; npm run bench tells the times.
import onnxProto from 'onnx-proto';
import { tensor } from './onnx-graph.mjs';

const { onnx } = onnxProto;

/** Smallest normal float32; anything nearer to zero is denormal, and slow to compute with on most processors. */
const SMALLEST_NORMAL = 2 ** -126;

/** ONNX Runtime's blocked convolutions take only multiples of this many channels (MLAS, nchwc_transformer.cc). */
const CHANNEL_ALIGNMENT = 4;

/**
 * Rewrites a network in place:
 * - relu(x) + w (x - |x|), an exporter's spelling of PReLU, becomes PReLU;
 * - the inner channels of narrow bottlenecks are filled up with zeros, so that blocked convolutions apply;
 * - PReLU becomes a x + relu((1 - a) x), or a x + (1 - a) relu(x) where a slope a exceeds 1: ONNX Runtime keeps both in the
 *   blocked layout and without a branch, and applies the relu of the first as it scales;
 * - denormal weights become zero;
 * - constants without a user are dropped.
 * @param {onnx.IModelProto} model
 * @returns {Uint8Array} the file
 */
export function optimise(model) {
  const { graph } = model;
  const weights = new Map(graph.initializer.map((weight) => [weight.name, weight]));
  graph.node = recognisePrelu(graph.node, weights);
  alignChannels(graph.node, weights);
  graph.node = graph.node.flatMap((node) => (node.opType === 'PRelu' ? spellPrelu(node, weights) : node));
  const used = new Set(graph.node.flatMap((node) => node.input));
  graph.initializer = [...weights.values()].filter(({ name }) => used.has(name));
  graph.initializer.forEach(zeroDenormals);
  return onnx.ModelProto.encode(model).finish();
}

function recognisePrelu(nodes, weights) {
  const producers = new Map(nodes.map((node) => [node.output[0], node]));
  const consumers = consumersOf(nodes);
  const only = (name, opType) => {
    const node = producers.get(name);
    return node?.opType === opType && consumers.get(name).length === 1 ? node : undefined;
  };
  const dropped = new Set();
  for (const sum of nodes.filter(({ opType }) => opType === 'Add')) {
    const relu = only(sum.input[0], 'Relu');
    const product = only(sum.input[1], 'Mul');
    const difference = product && only(product.input[1], 'Sub');
    const absolute = difference && only(difference.input[1], 'Abs');
    const factors = weights.get(product?.input[0]);
    const x = relu?.input[0];
    if (!absolute || !factors || difference.input[0] !== x || absolute.input[0] !== x) continue;
    // For x < 0 the term is w (x - |x|) = 2 w x.
    setFloats(
      factors,
      floatsOf(factors).map((factor) => 2 * factor),
    );
    Object.assign(sum, { opType: 'PRelu', input: [x, factors.name] });
    [relu, product, difference, absolute].forEach((node) => dropped.add(node));
  }
  return nodes.filter((node) => !dropped.has(node));
}

/** Fills up the channels between two convolutions wherever only channel-wise nodes lie between. */
function alignChannels(nodes, weights) {
  const consumers = consumersOf(nodes);
  for (const first of nodes.filter((node) => isFullConvolution(node))) {
    const channels = Number(weights.get(first.input[1]).dims[0]);
    const aligned = Math.ceil(channels / CHANNEL_ALIGNMENT) * CHANNEL_ALIGNMENT;
    const chain = aligned === channels ? [] : chainFrom(first, consumers);
    const last = chain.pop();
    if (!last || !isFullConvolution(last)) continue;
    for (const node of [first, ...chain]) {
      for (const parameter of node.input.slice(1)) padDimension(weights.get(parameter), 0, aligned);
      if (node !== first && node.opType === 'Conv') groupOf(node).i = aligned;
    }
    padDimension(weights.get(last.input[1]), 1, aligned);
  }
}

/** The single consumers after a node, up to and including the first that mixes channels or is no convolution. */
function chainFrom(first, consumers) {
  const chain = [];
  for (let node = first; node;) {
    const [next, ...others] = consumers.get(node.output[0]) ?? [];
    if (!next || others.length > 0) return chain;
    chain.push(next);
    const channelwise = next.opType === 'PRelu' || next.opType === 'Relu' || isDepthwise(next);
    node = channelwise ? next : undefined;
  }
  return chain;
}

function groupOf(node) {
  return node.attribute.find(({ name }) => name === 'group');
}

function isFullConvolution(node) {
  return node.opType === 'Conv' && Number(groupOf(node)?.i ?? 1) === 1;
}

function isDepthwise(node) {
  return node.opType === 'Conv' && !isFullConvolution(node);
}

/** Extends one dimension of a constant with zeros. */
function padDimension(weight, axis, size) {
  const dims = weight.dims.map(Number);
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = dims.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const values = floatsOf(weight);
  const padded = new Float32Array(outer * size * inner);
  for (let block = 0; block < outer; block++) {
    const row = values.subarray(block * dims[axis] * inner, (block + 1) * dims[axis] * inner);
    padded.set(row, block * size * inner);
  }
  weight.dims = dims.with(axis, size);
  setFloats(weight, padded);
}

function spellPrelu({ input: [x, slopes], output: [y] }, weights) {
  const { dims } = weights.get(slopes);
  const rest = floatsOf(weights.get(slopes)).map((slope) => 1 - slope);
  weights.set(`${y}_rest`, tensor(`${y}_rest`, dims, rest));
  const node = (opType, input, output) => ({ opType, name: output, input, output: [output] });
  const positive = rest.some((factor) => factor < 0)
    ? [node('Relu', [x], `${y}_relu`), node('Mul', [`${y}_relu`, `${y}_rest`], `${y}_positive`)]
    : [node('Mul', [x, `${y}_rest`], `${y}_scaled`), node('Relu', [`${y}_scaled`], `${y}_positive`)];
  return [...positive, node('Mul', [x, slopes], `${y}_all`), node('Add', [`${y}_all`, `${y}_positive`], y)];
}

function zeroDenormals(weight) {
  if (weight.dataType !== onnx.TensorProto.DataType.FLOAT || weight.rawData.length === 0) return;
  setFloats(
    weight,
    floatsOf(weight).map((value) => (Math.abs(value) < SMALLEST_NORMAL ? 0 : value)),
  );
}

/** A copy of a float constant's values; a copy, as protobuf data need not start at a multiple of four. */
function floatsOf(weight) {
  return new Float32Array(Uint8Array.from(weight.rawData).buffer);
}

function setFloats(weight, values) {
  weight.rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The nodes that read each tensor. */
function consumersOf(nodes) {
  const consumers = new Map();
  for (const node of nodes)
    for (const name of node.input) consumers.set(name, [...(consumers.get(name) ?? []), node]);
  return consumers;
}
