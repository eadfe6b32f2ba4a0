// From the files of a package to the file that the engine loads.
import onnxProto from 'onnx-proto';
import { convertDlib } from './dlib-to-onnx.mjs';
import { optimise } from './optimise.mjs';
import { convertTflite } from './tflite-to-onnx.mjs';

/**
 * Makes a weight's file as its manifest row says.
 * @param {{file: string, description?: string, slice?: [number, number], convert?: 'tflite' | 'onnx' | 'dlib',
 *   outputs?: Record<string, string>}} source `slice` cuts [start, end) out of the file; `convert` says what it then
 *   is; a file without `convert` stays as it is
 * @param {Map<string, Uint8Array>} files the package's files by path
 * @returns {Uint8Array}
 */
export function convert(source, files) {
  const whole = files.get(source.file);
  const bytes = source.slice ? whole.subarray(...source.slice) : whole;
  switch (source.convert) {
    case 'tflite':
      return optimise(convertTflite(bytes, source.outputs));
    case 'onnx':
      return optimise(onnxProto.onnx.ModelProto.decode(bytes));
    case 'dlib':
      return optimise(convertDlib(bytes, JSON.parse(Buffer.from(files.get(source.description)).toString())));
    case undefined:
      return bytes;
    default:
      throw new Error(`unknown conversion ${source.convert}`);
  }
}
