import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../src/models.js';
import { MODELS_FOLDER } from './clips.js';

/** Header of the last layer's weights in pad-fasnet.onnx: field 8, the name 784; field 9, 1536 bytes (onnx.proto3, TensorProto). */
const LAST_LAYER = Buffer.from([0x42, 3, ...Buffer.from('784'), 0x4a, 0x80, 0x0c]);
const LAST_LAYER_BYTES = 1536;

/** Fills a folder with the networks, of which `pad-fasnet` says the opposite of the manifest's. */
export function makeOtherWeights(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { file, input } of readManifest())
    if (input) copyFileSync(join(MODELS_FOLDER, file), join(folder, file));
  const path = join(folder, 'pad-fasnet.onnx');
  const bytes = readFileSync(path);
  const start = bytes.indexOf(LAST_LAYER) + LAST_LAYER.length;
  if (start < LAST_LAYER.length) throw new Error('pad-fasnet.onnx has no such layer');
  // The sign bit of each float32, little-endian.
  for (let at = start; at < start + LAST_LAYER_BYTES; at += 4)
    bytes.writeUInt8(bytes.readUInt8(at + 3) ^ 0x80, at + 3);
  writeFileSync(path, bytes);
}
