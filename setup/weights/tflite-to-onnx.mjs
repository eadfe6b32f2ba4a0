// Converts a float TensorFlow Lite network to ONNX for the engine: planar (NCHW) tensors, batch of one, float32 weights.
import { OnnxGraph } from './onnx-graph.mjs';
import { readTflite } from './tflite.mjs';

/** TensorFlow Lite's tensor types, by their number in its schema. */
const FLOAT32 = 0;
const FLOAT16 = 1;
const INT32 = 2;

/** TensorFlow Lite's SAME padding; the other one, VALID, is 1. */
const SAME = 0;

/** TensorFlow Lite's number of the convolution operator. */
const CONV_2D = 3;

/**
 * Makes an ONNX network of a TensorFlow Lite file. Only what the named outputs need is kept.
 * @param {Uint8Array} bytes the .tflite file
 * @param {Record<string, string>} outputs name of an output tensor in the file -> its name in the result, in order
 * @returns an ONNX model object: one input `input` (1x3xHxW), the outputs in the order given
 */
export function convertTflite(bytes, outputs) {
  const source = readTflite(bytes);
  const wanted = Object.entries(outputs).map(([theirs, name]) => {
    const index = source.outputs.find((output) => source.tensors[output].name === theirs);
    if (index === undefined) throw new Error(`the network has no output named ${theirs}`);
    return { index, name };
  });
  const graph = new PlanarGraph(source);
  for (const operator of neededOperators(source, wanted)) {
    const convert = converters[operator.code];
    if (!convert) throw new Error(`TensorFlow Lite operator ${operator.code} is not supported`);
    convert(graph, operator);
  }
  return graph.model(
    graph.shape(source.inputs[0]),
    wanted.map(({ index, name }) => ({ tensor: graph.name(index), name, shape: graph.shape(index) })),
  );
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

/** The ONNX network in the making, asked for tensors by their TensorFlow Lite index. */
class PlanarGraph extends OnnxGraph {
  #source;
  /** Values of constant tensors: index -> {shape, values}. */
  #constants = new Map();
  /** The operator that computes a tensor. */
  #producers = new Map();

  constructor(source) {
    super();
    this.#source = source;
    source.tensors.forEach((tensor, index) => {
      if (tensor.data.byteLength > 0)
        this.setConstant(index, { shape: tensor.shape, values: readValues(tensor) });
    });
    for (const operator of source.operators)
      for (const output of operator.outputs) this.#producers.set(output, operator);
  }

  name(index) {
    return index === this.#source.inputs[0] ? 'input' : `t${index}`;
  }

  /** Shape of a tensor as the ONNX network sees it: NCHW when it has four dimensions, batch of one. */
  shape(index) {
    const [, ...rest] = this.#source.tensors[index].shape;
    if (rest.length !== 3) return [1, ...rest];
    const [height, width, channels] = rest;
    return [1, channels, height, width];
  }

  setConstant(index, constant) {
    this.#constants.set(index, constant);
  }

  constant(index) {
    const constant = this.#constants.get(index);
    if (!constant) throw new Error(`tensor ${index} has to be constant`);
    return constant;
  }

  isConvolution(index) {
    return this.#producers.get(index)?.code === CONV_2D;
  }

  /** Name of an operand of element-wise arithmetic; a constant vector over NHWC channels becomes Cx1x1. */
  operand(index, rank) {
    if (!this.#constants.has(index)) return this.name(index);
    const { shape, values } = this.constant(index);
    if (shape.slice(0, -1).some((size) => size !== 1))
      throw new Error('only per-channel constants are supported in element-wise arithmetic');
    return this.weight(`w${index}`, rank === 4 ? [values.length, 1, 1] : [values.length], values);
  }

  /** A vector over the outputs of an operator, or nothing when the operator has no bias (index -1 or none). */
  bias(index = -1) {
    if (index < 0) return [];
    const { values } = this.constant(index);
    return [this.weight(`w${index}`, [values.length], values)];
  }

  /** A node whose result first goes through the activation that TensorFlow Lite fuses into the operator. */
  activated(opType, inputs, output, attributes, activation) {
    const name = this.name(output);
    if (activation === 0) return this.node(opType, inputs, name, attributes);
    const linear = this.node(opType, inputs, `${name}_linear`, attributes);
    if (activation === 1) return this.node('Relu', [linear], name);
    if (activation === 3) return this.relu6(linear, name);
    throw new Error(`fused activation ${activation} is not supported`);
  }

  relu6(input, output) {
    const zero = this.weight('zero', [], Float32Array.of(0));
    const six = this.weight('six', [], Float32Array.of(6));
    return this.node('Clip', [input, zero, six], output);
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
    graph.setConstant(outputs[0], graph.constant(inputs[0]));
  },
  /** FULLY_CONNECTED: weights OI; the input is flattened in NHWC order */
  9(graph, { inputs, outputs, options }) {
    const [input, weights, bias] = inputs;
    const { shape, values } = graph.constant(weights);
    const flat = reshape(graph, input, [1, shape[1]], `${graph.name(outputs[0])}_flat`);
    const parameters = [graph.weight(`w${weights}`, shape, values), ...graph.bias(bias)];
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
  /** LEAKY_RELU: the runtime fuses it into a convolution; elsewhere it is faster as PReLU (optimise.mjs) */
  98(graph, { inputs, outputs, options }) {
    const [, channels, ...plane] = graph.shape(outputs[0]);
    const slope = options.float32(0);
    const input = graph.name(inputs[0]);
    const output = graph.name(outputs[0]);
    if (graph.isConvolution(inputs[0]) || plane.length === 0)
      return graph.node('LeakyRelu', [input], output, { alpha: Float32Array.of(slope) });
    const slopes = graph.weight(`${output}_slopes`, [channels, 1, 1], new Float32Array(channels).fill(slope));
    return graph.node('PRelu', [input, slopes], output);
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
  const parameters = [graph.name(input), weights, ...graph.bias(bias)];
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
  const bytes = Uint8Array.from(data);
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
