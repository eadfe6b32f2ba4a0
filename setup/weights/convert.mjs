// From the files of a package to the file that the engine loads.
import { zeroDenormals } from './onnx-model.mjs';
import { convertTflite } from './tflite-to-onnx.mjs';

/**
 * Makes a weight's file as its manifest row says.
 * @param {{file: string, slice?: [number, number], convert?: 'tflite' | 'onnx', outputs?: Record<string, string>}}
 *   source `slice` cuts [start, end) out of the file; `convert` says what it then is: a TensorFlow Lite network, an
 *   ONNX network to clean, or, when left out, a file to keep as it is
 * @param {Map<string, Uint8Array>} files the package's files by path
 * @returns {Uint8Array}
 */
export function convert(source, files) {
  const whole = files.get(source.file);
  const bytes = source.slice ? whole.subarray(...source.slice) : whole;
  switch (source.convert) {
    case 'tflite':
      return convertTflite(bytes, source.outputs);
    case 'onnx':
      return zeroDenormals(bytes);
    case undefined:
      return bytes;
    default:
      throw new Error(`unknown conversion ${source.convert}`);
  }
}
