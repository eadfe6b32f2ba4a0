// What no implementation around the networks can spare: their own inference and the decoding of the clip.
import {
  createEngine,
  createLocalInference,
  decodeFrames,
  loadPolicy,
  openNetworks,
  readSource,
  type AnalysisRequest,
  type Networks,
} from '@bonafide/engine';

/** CPU time of one check in one thread, ms, and where it goes. */
export interface Floor {
  /** Inference of each network, and `decode`. */
  stages: Map<string, Stage>;
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

/** Runs a check over and over in this thread. */
export async function measureFloor(modelsFolder: string, request: AnalysisRequest): Promise<Floor> {
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
  return { stages, floorMs, totalMs };
}

/** CPU time of this process and all its threads since then, ms. */
export function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
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
