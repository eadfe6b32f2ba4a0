// Builds an ONNX network of one input, node by node.
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const { DataType } = onnx.TensorProto;
const { INT, INTS, FLOAT, STRING } = onnx.AttributeProto.AttributeType;

/** Operator set 13 and its file version are understood by every runtime since 2021. */
const OPERATOR_SET = 13;
const FILE_VERSION = 7;

/** A network that is being written; `nodes` have to be added in an order of execution. */
export class OnnxGraph {
  #nodes = [];
  #weights = new Map();

  /**
   * Adds a constant, float32 for a Float32Array and int64 otherwise, and returns its name.
   * @param {string} name
   * @param {number[]} shape
   * @param {Float32Array | number[]} values
   */
  weight(name, shape, values) {
    this.#weights.set(name, tensor(name, shape, values));
    return name;
  }

  /**
   * Adds a node with one output, whose name is also the node's, and returns that name. An attribute is a string, an
   * integer, an array of integers, or a Float32Array of one for a float.
   */
  node(opType, inputs, output, attributes = {}) {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.#nodes.push({ opType, name: output, input: inputs, output: [output], attribute });
    return output;
  }

  /**
   * The whole network as an ONNX model object.
   * @param {number[]} inputShape shape of the one input, `input`
   * @param {{tensor: string, name: string, shape: number[]}[]} outputs tensors to give out, under another name
   */
  model(inputShape, outputs) {
    const names = new Map(outputs.map((output) => [output.tensor, output.name]));
    const renamed = (list) => list.map((name) => names.get(name) ?? name);
    return onnx.ModelProto.create({
      irVersion: FILE_VERSION,
      opsetImport: [{ domain: '', version: OPERATOR_SET }],
      producerName: 'bonafide',
      graph: {
        name: 'network',
        node: this.#nodes.map((node) => ({
          ...node,
          input: renamed(node.input),
          output: renamed(node.output),
        })),
        initializer: [...this.#weights.values()],
        input: [valueInfo('input', inputShape)],
        output: outputs.map(({ name, shape }) => valueInfo(name, shape)),
      },
    });
  }
}

/** An ONNX constant, as `OnnxGraph.weight` takes it. */
export function tensor(name, shape, values) {
  const floats = values instanceof Float32Array;
  const data = floats ? values : BigInt64Array.from(values, BigInt);
  return {
    name,
    dims: shape,
    dataType: floats ? DataType.FLOAT : DataType.INT64,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function valueInfo(name, shape) {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: DataType.FLOAT, shape: { dim } } } };
}

function attributeOf(name, value) {
  if (typeof value === 'string') return { name, type: STRING, s: Buffer.from(value) };
  if (value instanceof Float32Array) return { name, type: FLOAT, f: value[0] };
  if (Array.isArray(value)) return { name, type: INTS, ints: value };
  return { name, type: INT, i: value };
}
