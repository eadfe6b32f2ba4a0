// Converts a float TensorFlow Lite network to ONNX for the engine: planar (NCHW) tensors, batch of one, float32 weights.
import onnxProto from 'onnx-proto';
import { readTflite } from './tflite.mjs';

const { onnx } = onnxProto;
const FLOAT = onnx.TensorProto.DataType.FLOAT;
const INT64 = onnx.TensorProto.DataType.INT64;
const { INT, INTS, FLOAT: REAL, STRING } = onnx.AttributeProto.AttributeType;

/** TensorFlow Lite's tensor types, by their number in its schema. */
const FLOAT32 = 0;
const FLOAT16 = 1;
const INT32 = 2;

/** TensorFlow Lite's SAME padding; the other one, VALID, is 1. */
const SAME = 0;

/**
 * Makes an ONNX file of a TensorFlow Lite file. Only what the named outputs need is kept.
 * @param {Uint8Array} bytes the .tflite file
 * @param {Record<string, string>} outputs name of an output tensor in the file -> its name in the result, in order
 * @returns {Uint8Array} the .onnx file: one input `input` (1x3xHxW), the outputs in the order given
 */
export function convertTflite(bytes, outputs) {
  const source = readTflite(bytes);
  const graph = new GraphWriter(source);
  const wanted = Object.entries(outputs).map(([theirs, ours]) => {
    const index = source.outputs.find((output) => source.tensors[output].name === theirs);
    if (index === undefined) throw new Error(`the network has no output named ${theirs}`);
    return { index, name: ours };
  });
  for (const operator of neededOperators(source, wanted)) graph.add(operator);
  return graph.finish(wanted);
}

/** The operators that the wanted tensors depend on, in the file's order, which is an order of execution. */
function neededOperators(source, wanted) {
  const needed = new Set(wanted.map(({ index }) => index));
  const operators = [];
  for (const operator of source.operators.toReversed()) {
    if (!operator.outputs.some((output) => needed.has(output))) continue;
    operator.inputs.forEach((input) => needed.add(input));
    operators.unshift(operator);
  }
  return operators;
}

/** Writes one ONNX graph, operator by operator. */
class GraphWriter {
  nodes = [];
  initializers = [];
  /** Values of constant tensors, float weights widened to float32: tensor index -> {shape, values}. */
  constants = new Map();
  /** ONNX name of each computed tensor; by default `t` and the index. */
  names = new Map();

  constructor(source) {
    this.source = source;
    source.tensors.forEach((tensor, index) => {
      if (tensor.data.byteLength > 0)
        this.constants.set(index, { shape: tensor.shape, values: readValues(tensor) });
    });
    this.names.set(source.inputs[0], 'input');
  }

  name(index) {
    return this.names.get(index) ?? `t${index}`;
  }

  /** Shape of a tensor as the ONNX graph sees it: NCHW when it has four dimensions, batch of one. */
  shape(index) {
    const [, ...rest] = this.source.tensors[index].shape;
    if (rest.length !== 3) return [1, ...rest];
    const [height, width, channels] = rest;
    return [1, channels, height, width];
  }

  constant(index) {
    const constant = this.constants.get(index);
    if (!constant) throw new Error(`tensor ${index} has to be constant`);
    return constant;
  }

  /** Adds an initializer and returns its name. */
  weight(name, shape, values) {
    const integer = !(values instanceof Float32Array);
    const data = integer ? BigInt64Array.from(values, BigInt) : values;
    this.initializers.push({
      name,
      dims: shape,
      dataType: integer ? INT64 : FLOAT,
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
    return name;
  }

  node(opType, inputs, output, attributes = {}) {
    this.nodes.push({
      opType,
      name: output,
      input: inputs,
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
  }

  add(operator) {
    const convert = converters[operator.code];
    if (!convert) throw new Error(`TensorFlow Lite operator ${operator.code} is not supported`);
    convert(this, operator);
  }

  /** A node whose result first goes through the activation that TensorFlow Lite fuses into the operator. */
  activated(opType, inputs, output, attributes, activation) {
    const name = this.name(output);
    if (activation === 0) return this.node(opType, inputs, name, attributes);
    this.node(opType, inputs, `${name}_linear`, attributes);
    if (activation === 1) this.node('Relu', [`${name}_linear`], name);
    else if (activation === 3) this.relu6(`${name}_linear`, name);
    else throw new Error(`fused activation ${activation} is not supported`);
  }

  relu6(input, output) {
    const limits = [
      ['zero', 0],
      ['six', 6],
    ].map(([name, value]) =>
      this.initializers.some((known) => known.name === name)
        ? name
        : this.weight(name, [], Float32Array.of(value)),
    );
    this.node('Clip', [input, ...limits], output);
  }

  /** Name of an operand of element-wise arithmetic; a constant vector over NHWC channels becomes Cx1x1. */
  operand(index, rank) {
    const constant = this.constants.get(index);
    if (!constant) return this.name(index);
    const channels = constant.values.length;
    if (constant.shape.slice(0, -1).some((size) => size !== 1))
      throw new Error('only per-channel constants are supported in element-wise arithmetic');
    return this.weight(`w${index}`, rank === 4 ? [channels, 1, 1] : [channels], constant.values);
  }

  finish(wanted) {
    const tensorType = (shape) => ({
      tensorType: { elemType: FLOAT, shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
    });
    const nodes = fusePrelu(this.nodes, this.initializers);
    const rename = new Map(wanted.map(({ index, name }) => [this.name(index), name]));
    for (const node of nodes) {
      node.output = node.output.map((name) => rename.get(name) ?? name);
      node.input = node.input.map((name) => rename.get(name) ?? name);
    }
    const used = new Set(nodes.flatMap((node) => node.input));
    const [input] = this.source.inputs;
    return onnx.ModelProto.encode({
      irVersion: 7,
      opsetImport: [{ domain: '', version: 13 }],
      producerName: 'bonafide',
      graph: {
        name: 'network',
        node: nodes,
        initializer: this.initializers.filter(({ name }) => used.has(name)),
        input: [{ name: 'input', type: tensorType(this.shape(input)) }],
        output: wanted.map(({ index, name }) => ({ name, type: tensorType(this.shape(index)) })),
      },
    }).finish();
  }
}

/** What each operator becomes, by its number in TensorFlow Lite's schema; option fields by theirs. */
const converters = {
  0: arithmetic('Add'),
  1: pool('AveragePool'),
  /** CONCATENATION */
  2(graph, { inputs, outputs, options }) {
    const rank = graph.shape(outputs[0]).length;
    const axis = (options.int32(0) + rank) % rank;
    graph.node(
      'Concat',
      inputs.map((input) => graph.name(input)),
      graph.name(outputs[0]),
      { axis: rank === 4 ? [0, 2, 3, 1][axis] : axis },
    );
  },
  /** CONV_2D: weights OHWI */
  3(graph, operator) {
    const [, weights] = operator.inputs;
    const { shape, values } = graph.constant(weights);
    const [outChannels, height, width, inChannels] = shape;
    const planar = permute(values, shape, [0, 3, 1, 2]);
    convolution(graph, operator, {
      weights: graph.weight(`w${weights}`, [outChannels, inChannels, height, width], planar),
      kernel: [height, width],
      activation: operator.options.int8(3),
      dilations: [operator.options.int32(5, 1), operator.options.int32(4, 1)],
      group: 1,
    });
  },
  /** DEPTHWISE_CONV_2D: weights 1HWC */
  4(graph, operator) {
    const [input, weights] = operator.inputs;
    const { shape, values } = graph.constant(weights);
    const [, height, width, outChannels] = shape;
    const planar = permute(values, shape, [3, 0, 1, 2]);
    convolution(graph, operator, {
      weights: graph.weight(`w${weights}`, [outChannels, 1, height, width], planar),
      kernel: [height, width],
      activation: operator.options.int8(4),
      dilations: [operator.options.int32(6, 1), operator.options.int32(5, 1)],
      group: graph.shape(input)[1],
    });
  },
  /** DEQUANTIZE of float16 weights: `readValues` has widened them already. */
  6(graph, { inputs, outputs }) {
    graph.constants.set(outputs[0], graph.constant(inputs[0]));
  },
  /** FULLY_CONNECTED: weights OI; the input is flattened in NHWC order */
  9(graph, { inputs, outputs, options }) {
    const [input, weights, bias] = inputs;
    const { shape, values } = graph.constant(weights);
    const flat = reshape(graph, input, [1, shape[1]], `${graph.name(outputs[0])}_flat`);
    const parameters = [graph.weight(`w${weights}`, shape, values)];
    if (bias >= 0) parameters.push(graph.weight(`w${bias}`, [shape[0]], graph.constant(bias).values));
    graph.activated('Gemm', [flat, ...parameters], outputs[0], { transB: 1 }, options.int8(0));
  },
  17: pool('MaxPool'),
  18: arithmetic('Mul'),
  /** RELU */
  19(graph, { inputs, outputs }) {
    graph.node('Relu', [graph.name(inputs[0])], graph.name(outputs[0]));
  },
  /** RELU6 */
  21(graph, { inputs, outputs }) {
    graph.relu6(graph.name(inputs[0]), graph.name(outputs[0]));
  },
  /** RESHAPE */
  22(graph, { inputs, outputs }) {
    reshape(graph, inputs[0], graph.shape(outputs[0]), graph.name(outputs[0]));
  },
  /** RESIZE_BILINEAR */
  23(graph, { inputs, outputs, options }) {
    const sizes = graph.weight(`w${outputs[0]}_sizes`, [4], graph.shape(outputs[0]));
    const coordinates = options.int8(2) ? 'align_corners' : options.int8(3) ? 'half_pixel' : 'asymmetric';
    graph.node('Resize', [graph.name(inputs[0]), '', '', sizes], graph.name(outputs[0]), {
      mode: 'linear',
      coordinate_transformation_mode: coordinates,
    });
  },
  /** PAD with zeros: [before, after] of each NHWC dimension */
  34(graph, { inputs, outputs }) {
    const pads = graph.constant(inputs[1]).values;
    const order = graph.shape(outputs[0]).length === 4 ? [0, 3, 1, 2] : [0, 1, 2].slice(0, pads.length / 2);
    const values = [0, 1].flatMap((side) => order.map((dimension) => pads[2 * dimension + side]));
    const name = graph.weight(`w${outputs[0]}_pads`, [values.length], values);
    graph.node('Pad', [graph.name(inputs[0]), name], graph.name(outputs[0]), { mode: 'constant' });
  },
  41: arithmetic('Sub'),
  /** PRELU: slopes 11C */
  54(graph, { inputs, outputs }) {
    const [input, slopes] = inputs;
    const { values } = graph.constant(slopes);
    const name = graph.weight(`w${slopes}`, [values.length, 1, 1], values);
    graph.node('PRelu', [graph.name(input), name], graph.name(outputs[0]));
  },
  /** LEAKY_RELU */
  98(graph, { inputs, outputs, options }) {
    graph.node('LeakyRelu', [graph.name(inputs[0])], graph.name(outputs[0]), {
      alpha: new Float32Array([options.float32(0)]),
    });
  },
  /** ABS */
  101(graph, { inputs, outputs }) {
    graph.node('Abs', [graph.name(inputs[0])], graph.name(outputs[0]));
  },
};

function arithmetic(opType) {
  return (graph, { inputs, outputs, options }) => {
    const rank = graph.shape(outputs[0]).length;
    const operands = inputs.map((input) => graph.operand(input, rank));
    graph.activated(opType, operands, outputs[0], {}, options?.int8(0) ?? 0);
  };
}

function pool(opType) {
  return (graph, { inputs, outputs, options }) => {
    const strides = [options.int32(2), options.int32(1)];
    const kernel = [options.int32(4), options.int32(3)];
    const attributes = {
      kernel_shape: kernel,
      strides,
      pads: padding(graph, inputs[0], outputs[0], options.int8(0), kernel, strides),
    };
    graph.activated(opType, [graph.name(inputs[0])], outputs[0], attributes, options.int8(5));
  };
}

/** Field numbers of padding and strides are the same for both kinds of convolution. */
function convolution(graph, { inputs, outputs, options }, { weights, kernel, activation, dilations, group }) {
  const [input, , bias] = inputs;
  const strides = [options.int32(2, 1), options.int32(1, 1)];
  const extent = kernel.map((size, axis) => (size - 1) * dilations[axis] + 1);
  const parameters = [graph.name(input), weights];
  if (bias >= 0) {
    const { values } = graph.constant(bias);
    parameters.push(graph.weight(`w${bias}`, [values.length], values));
  }
  const attributes = {
    kernel_shape: kernel,
    strides,
    dilations,
    group,
    pads: padding(graph, input, outputs[0], options.int8(0), extent, strides),
  };
  graph.activated('Conv', parameters, outputs[0], attributes, activation);
}

/** ONNX pads [top, left, bottom, right] of a TensorFlow window; SAME puts the odd pixel at the end. */
function padding(graph, input, output, kind, extent, strides) {
  if (kind !== SAME) return [0, 0, 0, 0];
  const total = [0, 1].map((axis) => {
    const size = graph.shape(input)[2 + axis];
    const windows = graph.shape(output)[2 + axis];
    return Math.max(0, (windows - 1) * strides[axis] + extent[axis] - size);
  });
  const before = total.map((sum) => Math.floor(sum / 2));
  return [...before, ...total.map((sum, axis) => sum - before[axis])];
}

/** Reshapes in NHWC order: planes of more than one pixel are put back into that order first. */
function reshape(graph, input, shape, output) {
  const from = graph.shape(input);
  let name = graph.name(input);
  if (from.length === 4 && from[1] !== 1 && from[2] * from[3] !== 1) {
    graph.node('Transpose', [name], `${output}_nhwc`, { perm: [0, 2, 3, 1] });
    name = `${output}_nhwc`;
  }
  graph.node('Reshape', [name, graph.weight(`${output}_shape`, [shape.length], shape)], output);
  return output;
}

/**
 * Replaces relu(x) + w (x - |x|), which is how some exporters spell it, by PRelu with slopes 2w: one pass over the
 * data instead of five.
 */
function fusePrelu(nodes, initializers) {
  const producer = new Map(nodes.map((node) => [node.output[0], node]));
  const uses = new Map();
  for (const name of nodes.flatMap((node) => node.input)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const once = (name, opType) => {
    const node = producer.get(name);
    return node?.opType === opType && uses.get(name) === 1 ? node : undefined;
  };
  const dropped = new Set();
  for (const sum of nodes) {
    if (sum.opType !== 'Add') continue;
    const relu = once(sum.input[0], 'Relu');
    const product = once(sum.input[1], 'Mul');
    const difference = product && once(product.input[1], 'Sub');
    const absolute = difference && once(difference.input[1], 'Abs');
    const x = relu?.input[0];
    if (!absolute || difference.input[0] !== x || absolute.input[0] !== x) continue;
    const weight = initializers.find(({ name }) => name === product.input[0]);
    if (!weight) continue;
    const slopes = Float32Array.from(new Float32Array(weight.rawData.slice().buffer), (value) => 2 * value);
    weight.rawData = new Uint8Array(slopes.buffer);
    Object.assign(sum, { opType: 'PRelu', input: [x, weight.name] });
    [relu, product, difference, absolute].forEach((node) => dropped.add(node));
  }
  return nodes.filter((node) => !dropped.has(node));
}

/** An ONNX attribute of the type that its JavaScript value tells; a float is a Float32Array of one. */
function attribute(name, value) {
  if (typeof value === 'string') return { name, type: STRING, s: Buffer.from(value) };
  if (value instanceof Float32Array) return { name, type: REAL, f: value[0] };
  if (Array.isArray(value)) return { name, type: INTS, ints: value };
  return { name, type: INT, i: value };
}

/** Rearranges the dimensions of a dense array of four dimensions. */
function permute(values, shape, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]);
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  let at = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++)
        for (let d = 0; d < n3; d++) result[at++] = values[a * s0 + b * s1 + c * s2 + d * s3];
  return result;
}

/** Values of a constant tensor: Float32Array for float32 and float16, plain numbers for int32. */
function readValues({ type, data }) {
  const bytes = data.slice();
  if (type === FLOAT32) return new Float32Array(bytes.buffer);
  if (type === INT32) return Array.from(new Int32Array(bytes.buffer));
  if (type === FLOAT16) return Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat);
  throw new Error(`TensorFlow Lite tensor type ${type} is not supported: only float networks are`);
}

/** Value of an IEEE 754 half-precision number given by its 16 bits. */
function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
