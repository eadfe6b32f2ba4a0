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

/** CPU time of one check in one thread, ms, and where it goes. */
export interface Floor {
  /** Inference of each network, and `decode`. */
  stages: [name: string, Stage][];
  /** Sum of the stages. */
  floorMs: number;
  /** The whole check. */
  totalMs: number;
}

export interface Stage {
  ms: number;
  calls: number;
}

const ROUNDS = 10;

/** What the bench asks of this process. */
export interface FloorOrder {
  modelsFolder: string;
  clipFile: string;
}

process.on('message', (order: FloorOrder) => {
  measureFloor(order).then(
    (floor) => process.send?.(floor),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

/** Runs a check over and over in this thread. */
async function measureFloor({ modelsFolder, clipFile }: FloorOrder): Promise<Floor> {
  const request = { content: readFileSync(clipFile), allowUnbound: true, allowStill: false };
  const networks = await openNetworks(modelsFolder);
  const stages = new Map<string, Stage>();
  const engine = createEngine(createLocalInference(timed(networks, stages)), loadPolicy());
  for (let k = 0; k < ROUNDS / 2; k++) await engine.analyse(request);
  stages.clear();
  const cpu = process.cpuUsage();
  for (let k = 0; k < ROUNDS; k++) await engine.analyse(request);
  const totalMs = cpuMs(cpu) / ROUNDS;
  await engine.close();
  const source = await readSource(request.content);
  const before = process.cpuUsage();
  for (let k = 0; k < ROUNDS; k++) await decodeFrames(source);
  stages.set('decode', { ms: cpuMs(before), calls: ROUNDS * source.timesMs.length });
  for (const stage of stages.values()) {
    stage.ms /= ROUNDS;
    stage.calls /= ROUNDS;
  }
  const floorMs = [...stages.values()].reduce((sum, { ms }) => sum + ms, 0);
  return { stages: [...stages], floorMs, totalMs };
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
