// Builds dlib's face recognition network (a ResNet of 29 convolutions, 128 outputs) from the 8-bit weights that
// @vladmandic/face-api ships. The architecture is that of dlib's examples/dnn_face_recognition_ex.cpp.
import { OnnxGraph } from './onnx-graph.mjs';

/** Mean of the training images, RGB 0..255, and the scale after its subtraction, as face-api uses them. */
const MEAN_RGB = [122.782, 117.001, 104.298];
const PIXEL_SCALE = 1 / 255;

/** Side of the aligned face chip, px. */
const INPUT_SIZE = 150;

/** Residual blocks in their order, their channels, and whether each halves the picture. */
const BLOCKS = [
  ...['conv32_1', 'conv32_2', 'conv32_3'].map((name) => ({ name, channels: 32, halves: false })),
  { name: 'conv64_down', channels: 64, halves: true },
  ...['conv64_1', 'conv64_2', 'conv64_3'].map((name) => ({ name, channels: 64, halves: false })),
  { name: 'conv128_down', channels: 128, halves: true },
  ...['conv128_1', 'conv128_2'].map((name) => ({ name, channels: 128, halves: false })),
  { name: 'conv256_down', channels: 256, halves: true },
  ...['conv256_1', 'conv256_2'].map((name) => ({ name, channels: 256, halves: false })),
  { name: 'conv256_down_out', channels: 256, halves: true },
];

/**
 * Makes an ONNX network of dlib's face recognition weights.
 * @param {Uint8Array} bytes the weights, one byte each, end to end
 * @param {{weights: {name: string, shape: number[], quantization: {scale: number, min: number}}[]}[]} description
 *   the list of weights that lies beside them
 * @returns an ONNX model object: `input` 1x3x150x150, RGB 0..255 -> `embedding` 1x128
 */
export function convertDlib(bytes, description) {
  const network = new DlibNetwork(dequantise(bytes, description));
  let tensor = network.normalise('input');
  tensor = network.convolution('conv32_down', tensor, { stride: 2, relu: true });
  tensor = network.node('MaxPool', [tensor], 'pool', { kernel_shape: [3, 3], strides: [2, 2] });
  let shape = { channels: 32, size: windows(windows(INPUT_SIZE, 7, 2), 3, 2) };
  for (const block of BLOCKS) {
    tensor = block.halves ? network.halvingBlock(block, tensor, shape) : network.block(block, tensor);
    shape = { channels: block.channels, size: block.halves ? windows(shape.size, 2, 2) : shape.size };
  }
  return network.embedding(tensor);
}

/** How many windows of `extent` fit into `size` at a stride, without padding. */
function windows(size, extent, stride) {
  return Math.floor((size - extent) / stride) + 1;
}

class DlibNetwork extends OnnxGraph {
  #weights;

  constructor(weights) {
    super();
    this.#weights = weights;
  }

  /** (pixel - mean) / 255 for each colour. */
  normalise(input) {
    const mean = this.weight('mean', [3, 1, 1], Float32Array.from(MEAN_RGB));
    const scale = this.weight('scale', [], Float32Array.of(PIXEL_SCALE));
    return this.node('Mul', [this.node('Sub', [input, mean], 'centred'), scale], 'normalised');
  }

  /** A convolution and the channel-wise scale and shift after it, as one convolution. */
  convolution(name, input, { stride = 1, padding = 0, relu }) {
    const { shape, values } = this.#weights.get(`${name}/conv/filters`);
    const [height, width, inChannels, outChannels] = shape;
    const bias = this.#weights.get(`${name}/conv/bias`).values;
    const scale = this.#weights.get(`${name}/scale/weights`).values;
    const shift = this.#weights.get(`${name}/scale/biases`).values;
    const area = height * width;
    const planar = new Float32Array(values.length);
    for (let out = 0; out < outChannels; out++)
      for (let from = 0; from < inChannels; from++)
        for (let at = 0; at < area; at++)
          planar[(out * inChannels + from) * area + at] =
            values[(at * inChannels + from) * outChannels + out] * scale[out];
    const parameters = [
      this.weight(`${name}_filters`, [outChannels, inChannels, height, width], planar),
      this.weight(
        `${name}_bias`,
        [outChannels],
        bias.map((value, out) => value * scale[out] + shift[out]),
      ),
    ];
    const output = this.node('Conv', [input, ...parameters], `${name}_sum`, {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: Array(4).fill(padding),
    });
    return relu ? this.node('Relu', [output], name) : output;
  }

  block({ name }, input) {
    const first = this.convolution(`${name}/conv1`, input, { padding: 1, relu: true });
    const second = this.convolution(`${name}/conv2`, first, { padding: 1, relu: false });
    return this.node('Relu', [this.node('Add', [input, second], `${name}_add`)], name);
  }

  /**
   * A block whose shortcut is the averaged picture of half the size. The smaller side of the addition, in channels the
   * shortcut and in pixels the convolution, is filled up with zeros at its end.
   */
  halvingBlock({ name, channels }, input, from) {
    const first = this.convolution(`${name}/conv1`, input, { stride: 2, relu: true });
    const second = this.convolution(`${name}/conv2`, first, { padding: 1, relu: false });
    const pooled = this.node('AveragePool', [input], `${name}_pool`, {
      kernel_shape: [2, 2],
      strides: [2, 2],
    });
    const missing = windows(from.size, 2, 2) - windows(from.size, 3, 2);
    const terms = [
      this.#extend(pooled, [0, channels - from.channels, 0, 0]),
      this.#extend(second, [0, 0, missing, missing]),
    ];
    return this.node('Relu', [this.node('Add', terms, `${name}_add`)], name);
  }

  #extend(input, amounts) {
    if (amounts.every((amount) => amount === 0)) return input;
    const pads = this.weight(`${input}_pads`, [8], [0, 0, 0, 0, ...amounts]);
    return this.node('Pad', [input, pads], `${input}_extended`, { mode: 'constant' });
  }

  embedding(input) {
    const { shape, values } = this.#weights.get('fc');
    const mean = this.node('GlobalAveragePool', [input], 'mean_plane');
    const flat = this.node('Flatten', [mean], 'flat');
    const output = this.node('MatMul', [flat, this.weight('fc', shape, values)], 'product');
    return this.model(
      [1, 3, INPUT_SIZE, INPUT_SIZE],
      [{ tensor: output, name: 'embedding', shape: [1, shape[1]] }],
    );
  }
}

/** The weights by name, as {shape, values}; most are stored as bytes with value = byte x scale + min, some as float32. */
function dequantise(bytes, description) {
  const weights = new Map();
  let offset = 0;
  const take = (length) => bytes.slice(offset, (offset += length));
  for (const { name, shape, quantization } of description.flatMap((group) => group.weights)) {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = quantization
      ? Float32Array.from(take(length), (byte) => byte * quantization.scale + quantization.min)
      : new Float32Array(Uint8Array.from(take(4 * length)).buffer);
    weights.set(name, { shape, values });
  }
  if (offset !== bytes.length) throw new Error(`expected ${offset} bytes of weights, got ${bytes.length}`);
  return weights;
}
