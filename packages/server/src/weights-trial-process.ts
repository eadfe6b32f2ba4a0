import { openNetworks, type Networks } from '@bonafide/engine';
import type { Trial, TrialResult } from './weights-trial.js';

// Entry of the process of a trial: opens every network, runs each once on nothing, and says what is wrong.

/** How many values each output of a network holds, in order. */
const OUTPUTS: Record<keyof Networks, readonly number[]> = {
  detector: [2304 * 16, 2304],
  mesh: [468 * 3, 1],
  fasnet: [3],
  tree: [8],
  mobilefacenet: [192],
  fr512: [512],
};

const { folder, checksums } = JSON.parse(process.argv[2] ?? '') as Trial;
const result: TrialResult = await tryAll().then(
  () => ({ fault: null }),
  ({ message }: Error) => ({ fault: message }),
);
process.send?.(result, () => process.disconnect());

async function tryAll(): Promise<void> {
  const networks = await openNetworks(folder, undefined, checksums);
  for (const name of Object.keys(OUTPUTS) as (keyof Networks)[]) await tryOne(networks[name], OUTPUTS[name]);
}

async function tryOne({ name, inputShape, run }: Networks[keyof Networks], lengths: readonly number[]) {
  const outputs = await run(new Float32Array(inputShape.reduce((product, size) => product * size, 1)));
  const found = outputs.map(({ length }) => length);
  if (found.join() !== lengths.join())
    throw new RangeError(
      `the weight ${name} in ${folder} must give ${lengths.join(' and ')} values, and gives ${found.join(' and ')}`,
    );
  if (!outputs.every((values) => values.every(Number.isFinite)))
    throw new RangeError(`the weight ${name} in ${folder} gives values that are no numbers`);
}
