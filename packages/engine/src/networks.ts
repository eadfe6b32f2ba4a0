import { readWeight, type Checksums } from './models.js';
import { openNetwork, type Network } from './onnx.js';

/** Each network of the engine and its weight in the manifest. */
export const WEIGHTS = {
  detector: 'face-detector',
  mesh: 'face-mesh',
  fasnet: 'pad-fasnet',
  tree: 'pad-tree',
  mobilefacenet: 'embedding-mobilefacenet',
  fr512: 'embedding-fr512',
} as const;

/** The engine's networks, open and ready. */
export type Networks = Record<keyof typeof WEIGHTS, Network>;

/** That a network ran once, and how long it took, ms. */
export interface NetworkRun {
  network: string;
  ms: number;
}

/**
 * Opens every network of a weights folder, each on one thread. Throws ModelError.
 * @param onRun told of every run
 * @param own what weights must be instead of what the manifest says
 */
export async function openNetworks(
  folder: string,
  onRun?: (run: NetworkRun) => void,
  own?: Checksums,
): Promise<Networks> {
  const names = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[];
  const opened = await Promise.all(
    names.map(async (name) => {
      const network = await openNetwork(folder, WEIGHTS[name], own);
      return [name, onRun ? timed(network, onRun) : network] as const;
    }),
  );
  return Object.fromEntries(opened) as Networks;
}

function timed(network: Network, onRun: (run: NetworkRun) => void): Network {
  return {
    ...network,
    async run(input) {
      const start = performance.now();
      const outputs = await network.run(input);
      onRun({ network: network.name, ms: performance.now() - start });
      return outputs;
    },
  };
}

/**
 * Checks that a folder holds every weight of the engine's networks, unaltered; weights of one's own are opened too, since a
 * worker that cannot open one takes the process with it. Throws ModelError.
 */
export async function verifyNetworks(folder: string, own?: Checksums): Promise<void> {
  for (const weight of Object.values(WEIGHTS)) await readWeight(folder, weight, own);
  if (own) await closeNetworks(await openNetworks(folder, undefined, own));
}

/** Runs each network once on nothing: the first run of a session allocates and is several times slower. */
export async function warmUp(networks: Networks): Promise<void> {
  for (const network of Object.values(networks))
    await network.run(new Float32Array(network.inputShape.reduce((product, size) => product * size, 1)));
}

/** Gives the networks' memory back. */
export async function closeNetworks(networks: Networks): Promise<void> {
  await Promise.all(Object.values(networks).map((network) => network.close()));
}
