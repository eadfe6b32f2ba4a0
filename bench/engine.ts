// How fast and how lean a check is: one analysis alone, many at once, and where the time goes. Every ratio is taken from
// one run, because absolute times depend on the machine and on what else it does.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createEngine,
  createLocalInference,
  decodeFrames,
  loadPolicy,
  openNetworks,
  readSource,
  type AnalysisRequest,
  type Engine,
  type Networks,
} from '@bonafide/engine';
import { createAnalysisPool, OverloadedError } from '@bonafide/server';
import { ANNA, swayingClip } from '../packages/engine/test/clips.js';

/** Aim and limit of the server's share of one 12-frame check of 480 x 640 on two idle cores, ms. */
const AIM_MS = 300;
const LIMIT_MS = 400;
/** A check may cost this many times what its networks and the decoder cost by themselves. */
const CPU_RATIO_LIMIT = 1.3;
/** Delay of the main thread's event loop that 99 % of its turns stay under, ms. */
const LOOP_LIMIT_MS = 20;
const ROUNDS = 20;
const LOADS = [1, 8, 32];
const LOAD_SECONDS = 6;

/** Runs the whole bench and prints it; false when a limit is missed. */
export async function benchEngine(modelsFolder: string): Promise<boolean> {
  const request: AnalysisRequest = {
    content: await swayingClip(ANNA, 12, 100, modelsFolder),
    allowUnbound: true,
    allowStill: false,
  };
  const bare = await measureStages(modelsFolder, request);
  const pool = await createAnalysisPool({ modelsFolder, policy: loadPolicy() });
  try {
    const { workers } = pool.stats();
    const single = await measureSingle(pool, request);
    const ratio = single.cpuMs / bare.floorMs;
    console.log(
      `One check of 12 frames of 480 x 640 (${kilobytes(request.content)} kB) on ${workers} workers`,
    );
    row(
      'wall, median',
      `${round(single.wallMs)} ms`,
      `${(single.wallMs / AIM_MS).toFixed(2)} x the aim of ${AIM_MS} ms, limit ${(LIMIT_MS / AIM_MS).toFixed(2)} x`,
    );
    row(
      'CPU',
      `${round(single.cpuMs)} ms`,
      `${ratio.toFixed(2)} x its networks and decode (${round(bare.floorMs)} ms), limit ${CPU_RATIO_LIMIT} x`,
    );
    console.log('\nBudget of its CPU time, one thread');
    for (const [name, { ms, calls }] of bare.stages)
      row(name, `${round(ms)} ms`, `${calls} x ${(ms / calls).toFixed(2)} ms`);
    row('everything else', `${round(bare.totalMs - bare.floorMs)} ms`, 'crops, quality, decision');
    console.log('\nMany at once');
    let loopMs = 0;
    for (const load of LOADS) loopMs = Math.max(loopMs, await measureLoad(pool, request, load));
    const { maxRSS } = process.resourceUsage();
    row('peak memory', `${round(maxRSS / 1024)} MB`, 'whole process, all workers');
    return single.wallMs <= LIMIT_MS && ratio <= CPU_RATIO_LIMIT && loopMs <= LOOP_LIMIT_MS;
  } finally {
    await pool.close();
  }
}

/** One check after another: median wall time and mean CPU time of the whole process. */
async function measureSingle(engine: Engine, request: AnalysisRequest) {
  for (let k = 0; k < ROUNDS / 2; k++) await engine.analyse(request);
  const cpu = process.cpuUsage();
  const wallMs: number[] = [];
  for (let k = 0; k < ROUNDS; k++) {
    const start = performance.now();
    await engine.analyse(request);
    wallMs.push(performance.now() - start);
  }
  return { wallMs: median(wallMs), cpuMs: cpuMs(cpu) / ROUNDS };
}

/** Time inside each network and the decoder during a check in one thread: what no implementation around them can spare. */
async function measureStages(modelsFolder: string, request: AnalysisRequest) {
  const networks = await openNetworks(modelsFolder);
  const stages = new Map<string, { ms: number; calls: number }>();
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

function timed(networks: Networks, stages: Map<string, { ms: number; calls: number }>): Networks {
  const wrapped = Object.entries(networks).map(([key, network]) => [
    key,
    {
      ...network,
      run: async (input: Float32Array) => {
        const start = performance.now();
        const outputs = await network.run(input);
        const stage = stages.get(network.name) ?? { ms: 0, calls: 0 };
        stages.set(network.name, { ms: stage.ms + performance.now() - start, calls: stage.calls + 1 });
        return outputs;
      },
    },
  ]);
  return Object.fromEntries(wrapped) as Networks;
}

/** Clients that send one check after another; those turned away come again. Returns the p99 of the event loop's delay, ms. */
async function measureLoad(engine: Engine, request: AnalysisRequest, clients: number): Promise<number> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const wallMs: number[] = [];
  let refused = 0;
  const start = performance.now();
  const end = start + 1000 * LOAD_SECONDS;
  loop.enable();
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const sent = performance.now();
        try {
          await engine.analyse(request);
          wallMs.push(performance.now() - sent);
        } catch (error) {
          if (!(error instanceof OverloadedError)) throw error;
          refused++;
          await delay(200);
        }
      }
    }),
  );
  loop.disable();
  const seconds = (performance.now() - start) / 1000;
  const p99 = loop.percentile(99) / 1e6;
  const figures = [
    `p50 ${round(median(wallMs))} ms`,
    `p95 ${round(quantile(wallMs, 0.95))} ms`,
    `CPU ${round(cpuMs(cpu) / wallMs.length)} ms a check`,
    `refused ${refused}`,
    `event loop p99 ${p99.toFixed(1)} ms (limit ${LOOP_LIMIT_MS})`,
  ];
  row(`${clients} at once`, `${(wallMs.length / seconds).toFixed(1)} checks/s`, figures.join(', '));
  return p99;
}

function row(name: string, figure: string, more: string): void {
  console.log(`  ${name.padEnd(24)} ${figure.padStart(14)}   ${more}`);
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function median(values: number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

function round(value: number): string {
  return value.toFixed(0);
}

function kilobytes(bytes: Uint8Array): string {
  return round(bytes.length / 1024);
}
