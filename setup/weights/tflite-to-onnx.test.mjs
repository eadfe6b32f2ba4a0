import { Builder } from 'flatbuffers';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { convertTflite } from './tflite-to-onnx.mjs';

// Numbers of TensorFlow Lite's schema.
const FLOAT32 = 0;
const FLOAT16 = 1;
const INT32 = 2;
const SAME = 0;
const VALID = 1;
const RELU = 1;

/** A TensorFlow Lite file; tensors are {name, shape, type, values}, options a function that fills a table. */
function tflite({ tensors, inputs, outputs, operators }) {
  const b = new Builder(1024);
  const vector = (offsets) => {
    b.startVector(4, offsets.length, 4);
    offsets.toReversed().forEach((offset) => b.addOffset(offset));
    return b.endVector();
  };
  const ints = (values) => {
    b.startVector(4, values.length, 4);
    values.toReversed().forEach((value) => b.addInt32(value));
    return b.endVector();
  };
  const table = (fields, fill) => {
    b.startObject(fields);
    fill();
    return b.endObject();
  };
  const buffers = tensors.map(({ values }) => {
    const data = values && b.createByteVector(new Uint8Array(values.buffer));
    return table(1, () => data && b.addFieldOffset(0, data, 0));
  });
  const tensorTables = tensors.map(({ name, shape, type = FLOAT32 }, index) => {
    const [nameAt, shapeAt] = [b.createString(name), ints(shape)];
    return table(4, () => {
      b.addFieldOffset(0, shapeAt, 0);
      b.addFieldInt8(1, type, 0);
      b.addFieldInt32(2, index, -1);
      b.addFieldOffset(3, nameAt, 0);
    });
  });
  const operatorTables = operators.map(({ inputs, outputs, options }, index) => {
    const [inputsAt, outputsAt] = [ints(inputs), ints(outputs)];
    const optionsAt = options ? table(8, () => options(b)) : 0;
    return table(5, () => {
      b.addFieldInt32(0, index, -1);
      b.addFieldOffset(1, inputsAt, 0);
      b.addFieldOffset(2, outputsAt, 0);
      if (optionsAt) b.addFieldOffset(4, optionsAt, 0);
    });
  });
  const codes = operators.map(({ code }) => table(4, () => b.addFieldInt32(3, code, 0)));
  const parts = [vector(tensorTables), ints(inputs), ints(outputs), vector(operatorTables)];
  const graph = table(5, () => parts.forEach((part, field) => b.addFieldOffset(field, part, 0)));
  const [codesAt, graphsAt, buffersAt] = [vector(codes), vector([graph]), vector(buffers)];
  const model = table(5, () => {
    b.addFieldOffset(1, codesAt, 0);
    b.addFieldOffset(2, graphsAt, 0);
    b.addFieldOffset(4, buffersAt, 0);
  });
  b.finish(model, 'TFL3');
  return b.asUint8Array();
}

const window =
  ({ padding, stride, activation = 0, activationField = 3 }) =>
  (b) => {
    b.addFieldInt8(0, padding, -1);
    b.addFieldInt32(1, stride, 0);
    b.addFieldInt32(2, stride, 0);
    b.addFieldInt8(activationField, activation, 0);
  };

/** Runs a network made of `description` on NHWC values of a square input. */
async function run(description, names, size, values) {
  const model = convertTflite(tflite(description), names);
  const session = await InferenceSession.create(onnxProto.onnx.ModelProto.encode(model).finish());
  const channels = values.length / size ** 2;
  const planar = Float32Array.from(
    values,
    (_, at) => values[(at % size ** 2) * channels + Math.floor(at / size ** 2)],
  );
  const outputs = await session.run({ input: new Tensor('float32', planar, [1, channels, size, size]) });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: Array.from(data) }]),
  );
}

const count = (length) => Float32Array.from({ length }, (_, at) => at + 1);

it('pads a convolution of stride 2 as TensorFlow does: the odd pixel at the end', async () => {
  // 4 x 4 input 1..16, 3 x 3 sum kernel: SAME with stride 2 needs one row and column, at bottom and right.
  const { sums } = await run(
    {
      tensors: [
        { name: 'in', shape: [1, 4, 4, 1] },
        { name: 'kernel', shape: [1, 3, 3, 1], values: new Float32Array(9).fill(1) },
        { name: 'bias', shape: [1], values: Float32Array.of(-60) },
        { name: 'out', shape: [1, 2, 2, 1] },
      ],
      inputs: [0],
      outputs: [3],
      operators: [
        {
          code: 3,
          inputs: [0, 1, 2],
          outputs: [3],
          options: window({ padding: SAME, stride: 2, activation: RELU }),
        },
      ],
    },
    { out: 'sums' },
    4,
    count(16),
  );
  // Window sums by hand: 54, 45, 72, 54; minus 60, then ReLU.
  expect(sums).toEqual({ dims: [1, 1, 2, 2], data: [0, 0, 12, 0] });
});

it('rearranges weights and keeps NHWC order in a reshape', async () => {
  // Two channels; the kernel swaps them and scales the first by 10. Weights are OHWI, half precision.
  const half = { 0: 0x0000, 1: 0x3c00, 10: 0x4900 };
  const { flat } = await run(
    {
      tensors: [
        { name: 'in', shape: [1, 2, 2, 2] },
        {
          name: 'halves',
          shape: [2, 1, 1, 2],
          type: FLOAT16,
          values: Uint16Array.of(half[0], half[1], half[10], half[0]),
        },
        { name: 'kernel', shape: [2, 1, 1, 2] },
        { name: 'conv', shape: [1, 2, 2, 2] },
        { name: 'shape', shape: [2], type: INT32, values: Int32Array.of(1, 8) },
        { name: 'out', shape: [1, 8] },
      ],
      inputs: [0],
      outputs: [5],
      operators: [
        { code: 6, inputs: [1], outputs: [2] },
        { code: 3, inputs: [0, 2], outputs: [3], options: window({ padding: VALID, stride: 1 }) },
        { code: 22, inputs: [3, 4], outputs: [5] },
      ],
    },
    { out: 'flat' },
    2,
    count(8),
  );
  expect(flat).toEqual({ dims: [1, 8], data: [2, 10, 4, 30, 6, 50, 8, 70] });
});

it('converts a depthwise convolution, an added constant, channel padding and pooling', async () => {
  const { out } = await run(
    {
      tensors: [
        { name: 'in', shape: [1, 2, 2, 2] },
        { name: 'kernel', shape: [1, 1, 1, 2], values: Float32Array.of(1, -1) },
        { name: 'scaled', shape: [1, 2, 2, 2] },
        { name: 'shift', shape: [2], values: Float32Array.of(100, 200) },
        { name: 'shifted', shape: [1, 2, 2, 2] },
        { name: 'pads', shape: [4, 2], type: INT32, values: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1) },
        { name: 'padded', shape: [1, 2, 2, 3] },
        { name: 'out', shape: [1, 1, 1, 3] },
      ],
      inputs: [0],
      outputs: [7],
      operators: [
        {
          code: 4,
          inputs: [0, 1],
          outputs: [2],
          options: window({ padding: VALID, stride: 1, activationField: 4 }),
        },
        { code: 0, inputs: [2, 3], outputs: [4] },
        { code: 34, inputs: [4, 5], outputs: [6] },
        {
          code: 17,
          inputs: [6],
          outputs: [7],
          options(b) {
            window({ padding: VALID, stride: 2, activationField: 5 })(b);
            b.addFieldInt32(3, 2, 0);
            b.addFieldInt32(4, 2, 0);
          },
        },
      ],
    },
    { out: 'out' },
    2,
    count(8),
  );
  // Channel 1 is 1, 3, 5, 7 + 100; channel 2 is -2, -4, -6, -8 + 200; channel 3 is zeros: the maxima.
  expect(out).toEqual({ dims: [1, 3, 1, 1], data: [107, 198, 0] });
});

it('keeps only what the wanted outputs need, also next to an operator that it does not know', async () => {
  const unknownOperator = 999;
  const description = {
    tensors: [
      { name: 'in', shape: [1, 2, 2, 1] },
      { name: 'positive', shape: [1, 2, 2, 1] },
      { name: 'strange', shape: [1, 2, 2, 1] },
    ],
    inputs: [0],
    outputs: [1, 2],
    operators: [
      { code: 19, inputs: [0], outputs: [1] },
      { code: unknownOperator, inputs: [0], outputs: [2] },
    ],
  };
  const { positive } = await run(description, { positive: 'positive' }, 2, Float32Array.of(-1, 2, -3, 4));
  expect(positive.data).toEqual([0, 2, 0, 4]);
  expect(() => convertTflite(tflite(description), { strange: 'strange' })).toThrow('999 is not supported');
});

it('refuses what is not a TensorFlow Lite file and outputs that are not there', () => {
  expect(() => convertTflite(Buffer.from('something else altogether'), {})).toThrow('TFL3');
  const description = {
    tensors: [{ name: 'in', shape: [1, 1, 1, 1] }],
    inputs: [0],
    outputs: [],
    operators: [],
  };
  expect(() => convertTflite(tflite(description), { leaves: 'leaves' })).toThrow('no output named leaves');
});
