// Reads a TensorFlow Lite file: the flatbuffer fields that float networks use, as plain objects.
// Field numbers are those of tensorflow/compiler/mlir/lite/schema/schema.fbs (version 3).

/** A table of a flatbuffer: fields are looked up by their number in the schema. */
class Table {
  constructor(view, position) {
    this.view = view;
    this.position = position;
    this.vtable = position - view.getInt32(position, true);
    this.vtableSize = view.getUint16(this.vtable, true);
  }

  /** Byte position of a field, or 0 when the file leaves it at its default. */
  field(number) {
    const slot = 4 + 2 * number;
    const offset = slot < this.vtableSize ? this.view.getUint16(this.vtable + slot, true) : 0;
    return offset === 0 ? 0 : this.position + offset;
  }

  int8(number, fallback = 0) {
    const at = this.field(number);
    return at === 0 ? fallback : this.view.getInt8(at);
  }

  int32(number, fallback = 0) {
    const at = this.field(number);
    return at === 0 ? fallback : this.view.getInt32(at, true);
  }

  float32(number, fallback = 0) {
    const at = this.field(number);
    return at === 0 ? fallback : this.view.getFloat32(at, true);
  }

  table(number) {
    const at = this.field(number);
    return at === 0 ? null : new Table(this.view, at + this.view.getUint32(at, true));
  }

  /** Start and length of a vector or string; a missing one is empty. */
  span(number) {
    const at = this.field(number);
    if (at === 0) return { start: 0, length: 0 };
    const vector = at + this.view.getUint32(at, true);
    return { start: vector + 4, length: this.view.getUint32(vector, true) };
  }

  int32s(number) {
    const { start, length } = this.span(number);
    return Array.from({ length }, (_, i) => this.view.getInt32(start + 4 * i, true));
  }

  tables(number) {
    const { start, length } = this.span(number);
    return Array.from({ length }, (_, i) => {
      const at = start + 4 * i;
      return new Table(this.view, at + this.view.getUint32(at, true));
    });
  }

  bytes(number) {
    const { start, length } = this.span(number);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + start, length);
  }

  string(number) {
    return text(this.bytes(number));
  }
}

/**
 * The first subgraph of a TensorFlow Lite file: {tensors: [{name, shape, type, data}], inputs, outputs,
 * operators: [{code, inputs, outputs, options}]}. `type` and `code` are the schema's numbers; `data` is empty for
 * tensors that are computed; `options` is the operator's option table or null.
 * @param {Uint8Array} bytes the whole file
 */
export function readTflite(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8 || text(bytes.subarray(4, 8)) !== 'TFL3')
    throw new Error('not a TensorFlow Lite file: its identifier is not TFL3');
  const model = new Table(view, view.getUint32(0, true));
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

function text(bytes) {
  return Buffer.from(bytes).toString('utf8');
}
