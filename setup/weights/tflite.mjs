// Reads a TensorFlow Lite file: the fields that float networks use, as plain objects.
// Field numbers are those of tensorflow/compiler/mlir/lite/schema/schema.fbs (version 3).
import { ByteBuffer } from 'flatbuffers';

/** A table of a flatbuffer, whose fields are asked for by their number in the schema. */
class Table {
  constructor(buffer, position) {
    this.buffer = buffer;
    this.position = position;
  }

  /** Reads a field by `read(position)`, or gives the default when the file leaves it out. */
  #read(field, fallback, read) {
    const offset = this.buffer.__offset(this.position, 4 + 2 * field);
    return offset === 0 ? fallback : read(this.position + offset);
  }

  int8(field, fallback = 0) {
    return this.#read(field, fallback, (at) => this.buffer.readInt8(at));
  }

  int32(field, fallback = 0) {
    return this.#read(field, fallback, (at) => this.buffer.readInt32(at));
  }

  float32(field, fallback = 0) {
    return this.#read(field, fallback, (at) => this.buffer.readFloat32(at));
  }

  string(field) {
    return this.#read(field, '', (at) => this.buffer.__string(at));
  }

  table(field) {
    return this.#read(field, null, (at) => new Table(this.buffer, this.buffer.__indirect(at)));
  }

  tables(field) {
    return this.#vector(field, (at) => new Table(this.buffer, this.buffer.__indirect(at)));
  }

  int32s(field) {
    return this.#vector(field, (at) => this.buffer.readInt32(at));
  }

  bytes(field) {
    return this.#read(field, new Uint8Array(), (at) => {
      const vector = this.buffer.__indirect(at);
      return this.buffer.bytes().subarray(vector + 4, vector + 4 + this.buffer.readInt32(vector));
    });
  }

  /** Elements of a vector of four-byte values. */
  #vector(field, read) {
    return this.#read(field, [], (at) => {
      const vector = this.buffer.__indirect(at);
      const length = this.buffer.readInt32(vector);
      return Array.from({ length }, (_, index) => read(vector + 4 + 4 * index));
    });
  }
}

/**
 * The first subgraph of a TensorFlow Lite file: {tensors: [{name, shape, type, data}], inputs, outputs,
 * operators: [{code, inputs, outputs, options}]}. `type` and `code` are the schema's numbers; `data` is empty for
 * tensors that are computed; `options` is the operator's option table or null.
 * @param {Uint8Array} bytes the whole file
 */
export function readTflite(bytes) {
  const buffer = new ByteBuffer(bytes);
  if (bytes.byteLength < 8 || !buffer.__has_identifier('TFL3'))
    throw new Error('not a TensorFlow Lite file: its identifier is not TFL3');
  const model = new Table(buffer, buffer.readInt32(0));
  const codes = model.tables(1).map((code) => Math.max(code.int8(0), code.int32(3)));
  const buffers = model.tables(4);
  const [graph] = model.tables(2);
  if (!graph) throw new Error('the TensorFlow Lite file has no subgraph');
  return {
    tensors: graph.tables(0).map((tensor) => ({
      name: tensor.string(3),
      shape: tensor.int32s(0),
      type: tensor.int8(1),
      data: buffers[tensor.int32(2)]?.bytes(0) ?? new Uint8Array(),
    })),
    inputs: graph.int32s(1),
    outputs: graph.int32s(2),
    operators: graph.tables(3).map((operator) => ({
      code: codes[operator.int32(0)],
      inputs: operator.int32s(1),
      outputs: operator.int32s(2),
      options: operator.table(4),
    })),
  };
}
