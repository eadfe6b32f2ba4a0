// How fast and how lean a check is, over HTTP as devices send it: one alone, many at once, and where the time goes. Every
// ratio is taken from one run, because absolute times depend on the machine and on what else it does.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@bonafide/server';
import { ANNA, swayingClip } from '../packages/engine/test/clips.js';
import { ask, startCallers, type Load } from './callers.js';
import { quantile, row } from './figures.js';
import type { Floor, FloorOrder, Stage } from './floor.js';
import type { Order } from './load.js';

/** Aim and limit of the server's share of one 12-frame check of 480 x 640 on two idle cores, ms. */
const AIM_MS = 300;
const LIMIT_MS = 400;
/** A check may cost this many times what its networks and the decoder cost by themselves. */
const CPU_RATIO_LIMIT = 1.3;
/** Delay of the main thread's event loop that 99 % of its turns stay under, ms. */
const LOOP_LIMIT_MS = 20;
/** Checks alone and rounds of their floor take turns, as the speed of a machine that others use drifts within seconds. */
const TURNS = 5;
const CHECKS_A_TURN = 4;
const FLOOR_ROUNDS_A_TURN = 2;
const LOADS = [1, 8, 32];
const LOAD_SECONDS = 6;

/**
 * Runs this part of the bench and prints it; false when a limit is missed.
 * @param built folder of the built load.mjs and floor.mjs
 */
export async function benchChecks(modelsFolder: string, built: string): Promise<boolean> {
  const content = await swayingClip(ANNA, 12, 100, modelsFolder);
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-bench-'));
  const clipFile = join(folder, 'video.webp');
  writeFileSync(clipFile, content);
  const server = await createServer({ dataDir: join(folder, 'data'), modelsDir: modelsFolder, port: 0 });
  const callers = startCallers(join(built, 'load.mjs'));
  const floorProcess = fork(join(built, 'floor.mjs'));
  try {
    const endpoint = await server.listen();
    const { key1: key } = await server.resources.keys('default');
    const send = (clients: number, until: Order['until']) =>
      callers.send({ endpoint, key, clipFile, clients, until });

    await send(2, { checks: (TURNS * CHECKS_A_TURN) / 2 });
    await ask(floorProcess, { modelsFolder, clipFile } satisfies FloorOrder);
    const turns: { alone: Load; floor: Floor }[] = [];
    for (let turn = 0; turn < TURNS; turn++)
      turns.push({
        alone: await send(1, { checks: CHECKS_A_TURN }),
        floor: await ask<Floor>(floorProcess, FLOOR_ROUNDS_A_TURN),
      });
    const many = [];
    for (const clients of LOADS) many.push({ clients, ...(await send(clients, { seconds: LOAD_SECONDS })) });
    const peakMb = process.resourceUsage().maxRSS / 1024;
    const wallMs = quantile(
      turns.flatMap(({ alone }) => alone.seen.wallMs),
      0.5,
    );
    const aloneMs = mean(turns.map(({ alone }) => alone.cpuMs));
    const floor = aCheckOf(turns.map((turn) => turn.floor));
    const ratio = aloneMs / floor.floorMs;
    console.log(`One check over HTTP, 12 frames of 480 x 640 in ${(content.length / 1024).toFixed(0)} kB`);
    row(
      'wall, median',
      `${round(wallMs)} ms`,
      `${(wallMs / AIM_MS).toFixed(2)} x the aim of ${AIM_MS} ms; limit ${(LIMIT_MS / AIM_MS).toFixed(2)} x, on two idle cores`,
    );
    row(
      'its networks and decode on two cores',
      `${round(floor.floorMs / 2)} ms`,
      'what no code around them can go below on this machine',
    );
    row(
      'CPU, with its session',
      `${round(aloneMs)} ms`,
      `${ratio.toFixed(2)} x its networks and decode (${round(floor.floorMs)} ms); limit ${CPU_RATIO_LIMIT} x`,
    );
    console.log('\nBudget of its CPU time');
    for (const [name, { ms, calls }] of floor.stages)
      row(name, `${round(ms)} ms`, `${calls} x ${(ms / calls).toFixed(2)} ms`);
    row('the rest of the engine', `${round(floor.totalMs - floor.floorMs)} ms`, 'crops, quality, decision');
    row('the service around it', `${round(aloneMs - floor.totalMs)} ms`, 'HTTP, tokens, store, threads');
    console.log('\nMany at once');
    for (const { clients, seen, cpuMs: cpu, loopMs } of many)
      row(
        `${clients} at once`,
        `${(seen.wallMs.length / seen.seconds).toFixed(1)} checks/s`,
        [
          `p50 ${round(quantile(seen.wallMs, 0.5))} ms`,
          `p95 ${round(quantile(seen.wallMs, 0.95))} ms`,
          `CPU ${round(cpu)} ms a check`,
          `turned away ${seen.refused}`,
          `event loop p99 ${loopMs.p99.toFixed(1)} ms (limit ${LOOP_LIMIT_MS})`,
        ].join(', '),
      );
    row('peak memory', `${round(peakMb)} MB`, 'whole process, all workers');
    const loopMs = Math.max(...many.map((load) => load.loopMs.p99));
    return wallMs <= LIMIT_MS && ratio <= CPU_RATIO_LIMIT && loopMs <= LOOP_LIMIT_MS;
  } finally {
    callers.stop();
    floorProcess.kill();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** What one check costs, from the rounds of every turn. */
function aCheckOf(floors: Floor[]): Floor {
  const rounds = floors.reduce((sum, floor) => sum + floor.rounds, 0);
  const stages = new Map<string, Stage>();
  for (const [name, { ms, calls }] of floors.flatMap((floor) => floor.stages)) {
    const before = stages.get(name) ?? { ms: 0, calls: 0 };
    stages.set(name, { ms: before.ms + ms / rounds, calls: before.calls + calls / rounds });
  }
  const each = (of: (floor: Floor) => number) => floors.reduce((sum, floor) => sum + of(floor), 0) / rounds;
  return {
    rounds: 1,
    stages: [...stages],
    floorMs: each((floor) => floor.floorMs),
    totalMs: each((floor) => floor.totalMs),
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): string {
  return value.toFixed(0);
}
