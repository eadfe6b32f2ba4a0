import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readManifest } from './models.js';
import { openNetwork } from './onnx.js';

/** The weights that the set-up has put into the clone. */
const models = fileURLToPath(new URL('../../../models', import.meta.url));

/** Values of each output, by network, in the manifest's order. */
const OUTPUT_LENGTHS: Record<string, number[]> = {
  'face-detector': [2304 * 16, 2304],
  'face-mesh': [468 * 3, 1],
  'pad-fasnet': [3],
  'pad-tree': [8],
  'embedding-mobilefacenet': [192],
  'embedding-fr512': [512],
  'embedding-dlib': [128],
};

describe.each(readManifest().filter(({ input }) => input))('$name', ({ name, input, outputs }) => {
  it('takes and gives what the manifest says', async () => {
    const network = await openNetwork(models, name);
    expect(network.inputShape).toEqual(input?.shape);
    const length = network.inputShape.reduce((product, size) => product * size, 1);
    const results = await network.run(Float32Array.from({ length }, (_, at) => Math.sin(at)));
    expect(results.map((values) => values.length)).toEqual(OUTPUT_LENGTHS[name]);
    expect(results.length).toBe(Object.keys(outputs ?? {}).length);
    expect(results.every((values) => values.every(Number.isFinite))).toBe(true);
    await expect(network.run(new Float32Array(length - 1))).rejects.toThrow(RangeError);
    await network.close();
  });
});
