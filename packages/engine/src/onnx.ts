import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError, readWeight, weightOf, type Checksums } from './models.js';

/** A network that is ready to run. Hold it for the life of its worker and close it once. */
export interface Network {
  readonly name: string;
  /** Shape of the input, NCHW. */
  readonly inputShape: readonly number[];
  /**
   * Runs the network once.
   * @param input float32 values, planar, as many as `inputShape` holds
   * @returns the values of each output, in the manifest's order
   * @throws RangeError when the input has another length
   */
  run(input: Float32Array): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/**
 * Loads and verifies a weight and opens it for inference on one thread: requests run in parallel workers, where more
 * threads a session only take turns.
 * @param folder the weights folder
 * @param name of the weight in the manifest
 * @param own what weights must be instead of what the manifest says
 * @throws ModelError `unknown`, `missing`, `altered`, or `unusable` when the runtime refuses the network, or it takes or gives
 *   something else than the manifest says
 */
export async function openNetwork(folder: string, name: string, own?: Checksums): Promise<Network> {
  const bytes = await readWeight(folder, name, own);
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new ModelError('unusable', `the weight ${name} in ${folder} cannot be loaded`, { cause });
  });
  const inputShape = shapeOfOnlyInput(session, name);
  const { input: expected, outputs = {} } = weightOf(name);
  if (expected && expected.shape.join() !== inputShape.join())
    throw new ModelError(
      'unusable',
      `the weight ${name} must take ${expected.shape.join(' x ')} values, and takes ${inputShape.join(' x ')}`,
    );
  const count = Object.keys(outputs).length;
  if (session.outputNames.length !== count)
    throw new ModelError(
      'unusable',
      `the weight ${name} must give ${count} outputs, and gives ${session.outputNames.length}`,
    );
  const inputName = session.inputNames[0] ?? '';
  const length = inputShape.reduce((product, size) => product * size, 1);
  return {
    name,
    inputShape,
    async run(input) {
      if (input.length !== length)
        throw new RangeError(
          `${name} takes ${length} values (${inputShape.join(' x ')}), got ${input.length}`,
        );
      const outputs = await session.run({ [inputName]: new Tensor('float32', input, inputShape) });
      return session.outputNames.map((output) => floatsOf(outputs[output], name));
    },
    close: () => session.release(),
  };
}

function shapeOfOnlyInput(session: InferenceSession, name: string): number[] {
  const [input, ...more] = session.inputMetadata;
  const fixed =
    input?.isTensor && input.type === 'float32' && more.length === 0
      ? input.shape.filter((size) => typeof size === 'number')
      : [];
  if (!input?.isTensor || fixed.length !== input.shape.length)
    throw new ModelError('unusable', `the weight ${name} must have one float32 input of fixed size`);
  return fixed;
}

function floatsOf(tensor: Tensor | undefined, name: string): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new ModelError('unusable', `the weight ${name} gave an output that is not float32`);
}
