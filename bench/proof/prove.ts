// What the cues other than the networks are worth against simulated attacks: error rates with their bounds, per species and
// per way of capture. Slow by design; every clip's line is kept, so that a run goes on where it was broken off.
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SCENARIOS } from '@bonafide/simulator';
import { manifestOf, rowsOfSet } from '../../packages/cli/src/simulated-set.js';
import type { JudgeOptions } from './judge.js';
import { WAYS, type Line, type Order, type Way } from './line.js';
import { summarise } from './tables.js';

export interface ProofOptions {
  modelsFolder: string;
  /** The built worker.ts. */
  worker: string;
  workers: number;
  /** The first seed, and how many: each is a clip of each species and way. */
  first: number;
  clips: number;
  /** The networks are asked about the clips of seeds up to this one. */
  networkClips: number;
  /** Folder of the clips and lines. */
  out: string;
  /** Of everything that a clip depends on, and of everything that its line depends on. */
  fingerprints: { clips: string; lines: string };
  /** Names of scenarios and ways; all without. */
  scenarios?: readonly string[];
  ways?: readonly string[];
}

/** Runs the proof and prints its tables. */
export async function prove(options: ProofOptions): Promise<Line[]> {
  const { modelsFolder, first, clips, networkClips, out, fingerprints } = options;
  const folder = join(out, `clips-${fingerprints.clips}`);
  mkdirSync(folder, { recursive: true });
  const journal = join(out, `lines-${fingerprints.lines}.jsonl`);
  const lines = readJournal(journal);
  const done = new Set(lines.map(keyOf));
  const wanted = <T extends string>(all: readonly T[], names: readonly string[] | undefined) =>
    names ? all.filter((one) => names.includes(one)) : all;
  const ways = wanted(Object.keys(WAYS) as Way[], options.ways);
  const scenarios = SCENARIOS.filter(({ name }) => options.scenarios?.includes(name) ?? true);
  for (const way of ways) {
    mkdirSync(join(folder, slugOf(way)), { recursive: true });
    writeFileSync(join(folder, slugOf(way), 'manifest.csv'), manifestOf(rowsOfSet(scenarios, first, clips)));
  }
  // Seed after seed, so that a run that is broken off has the same number of every species; and a seed in one thread, which
  // then paints its people once.
  const seeds = Array.from({ length: clips }, (_, k) =>
    ways.flatMap((way) => scenarios.map(({ name }): Order => ({ way, scenario: name, seed: first + k }))),
  ).map((orders) => orders.filter((order) => !done.has(keyOf(order))));
  const data: JudgeOptions = { modelsFolder, clips: folder, of: fingerprints.lines, networkClips };
  await Promise.all(
    Array.from({ length: options.workers }, async () => {
      const thread = new Worker(options.worker, { workerData: data, execArgv: [] });
      try {
        for (let seed = seeds.shift(); seed; seed = seeds.shift())
          for (const order of seed) {
            thread.postMessage(order);
            const [line] = (await once(thread, 'message')) as [Line];
            lines.push(line);
            appendFileSync(journal, JSON.stringify(line) + '\n');
          }
      } finally {
        await thread.terminate();
      }
    }),
  );
  const asked = lines.filter(
    ({ way, scenario, seed }) =>
      ways.includes(way) &&
      scenarios.some(({ name }) => name === scenario) &&
      seed >= first &&
      seed < first + clips,
  );
  const text = summarise(asked);
  writeFileSync(join(out, 'proof.md'), text + '\n');
  console.log(text);
  return asked;
}

/** Lines of an earlier run; the last one may have been broken off. */
export function readJournal(file: string): Line[] {
  if (!existsSync(file)) return [];
  const texts = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return texts.map((text) => JSON.parse(text) as Line);
}

function keyOf({ way, scenario, seed }: Order): string {
  return `${way}/${scenario}/${seed}`;
}

/** A way's folder. */
export function slugOf(way: Way): string {
  return way.replaceAll(/\W+/g, '-');
}
