// What no implementation around the networks can spare: their own inference and the decoding of the clip. A process of its
// own, so that neither its memory nor its threads count as the service's.
import { readFileSync } from 'node:fs';
import {
  createEngine,
  createLocalInference,
  decodeFrames,
  loadPolicy,
  openNetworks,
  readSource,
  type Networks,
} from '@bonafide/engine';
import { cpuMs } from './cpu.js';

/** CPU time of some checks in one thread, ms in all, and where it goes. */
export interface Floor {
  rounds: number;
  /** Inference of each network, and `decode`. */
  stages: [name: string, Stage][];
  /** Sum of the stages. */
  floorMs: number;
  /** The whole checks. */
  totalMs: number;
}

export interface Stage {
  ms: number;
  calls: number;
}

/** What the bench asks of this process at first; afterwards, how many rounds to measure, as often as it likes. */
export interface FloorOrder {
  modelsFolder: string;
  clipFile: string;
}

const WARM_UP_ROUNDS = 5;

process.once('message', (order: FloorOrder) => {
  openFloor(order).then((measure) => {
    process.on('message', (rounds: number) => answer(measure(rounds)));
    process.send?.('ready');
  }, fail);
});

function answer(floor: Promise<Floor>): void {
  floor.then((found) => process.send?.(found), fail);
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

/** Runs a check over and over in this thread; the returned function measures so many rounds. */
async function openFloor({
  modelsFolder,
  clipFile,
}: FloorOrder): Promise<(rounds: number) => Promise<Floor>> {
  const request = { content: readFileSync(clipFile), allowUnbound: true, allowStill: false };
  const source = await readSource(request.content);
  const stages = new Map<string, Stage>();
  const networks = timed(await openNetworks(modelsFolder), stages);
  const engine = createEngine(createLocalInference(networks), loadPolicy());
  for (let k = 0; k < WARM_UP_ROUNDS; k++) await engine.analyse(request);

  return async (rounds) => {
    stages.clear();
    const start = process.cpuUsage();
    for (let k = 0; k < rounds; k++) await engine.analyse(request);
    const totalMs = cpuMs(start);
    const decoding = process.cpuUsage();
    for (let k = 0; k < rounds; k++) await decodeFrames(source);
    stages.set('decode', { ms: cpuMs(decoding), calls: rounds * source.timesMs.length });
    const floorMs = [...stages.values()].reduce((sum, { ms }) => sum + ms, 0);
    return { rounds, stages: [...stages], floorMs, totalMs };
  };
}

/** Networks that note the CPU time of each run: one thread runs one network at a time. */
function timed(networks: Networks, stages: Map<string, Stage>): Networks {
  const wrapped = Object.entries(networks).map(([key, network]) => [
    key,
    {
      ...network,
      run: async (input: Float32Array) => {
        const before = process.cpuUsage();
        const outputs = await network.run(input);
        const stage = stages.get(network.name) ?? { ms: 0, calls: 0 };
        stages.set(network.name, { ms: stage.ms + cpuMs(before), calls: stage.calls + 1 });
        return outputs;
      },
    },
  ]);
  return Object.fromEntries(wrapped) as Networks;
}
