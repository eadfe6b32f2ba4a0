import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { SCENARIOS } from '@bonafide/simulator';
import { forEachInParallel } from '../evaluate/parallel.js';
import { Failure } from '../failure.js';
import { count } from '@bonafide/engine/evaluation';
import { openSimulator } from '../simulate-pool.js';
import { requestOf } from '../simulate.js';
import { claimFolder, isWritten, manifestOf, rowsOfSet, writeClip } from '../simulated-set.js';
import * as option from './options.js';
import { addSceneOptions, checkScenario, type SceneOptions } from './simulate.js';

interface SetOptions extends SceneOptions {
  count: number;
  firstSeed: number;
  scenarios?: string[];
  workers: number;
}

/** Adds `simulate-set DIR`: many clips with the manifest that evaluate and calibrate read. */
export function addSimulateSet(program: Command): void {
  const command = program
    .command('simulate-set')
    .summary('render a labelled set for evaluate and calibrate')
    .description(
      'Renders clips of many people and scenarios with their companions, and a manifest.csv that labels them. The n-th ' +
        'clips of all scenarios show the same person with the same camera, light and challenge, so that nothing but the ' +
        'attack tells them apart. A run that was broken off goes on where it stopped, and set.json notes what ' +
        'shapes the clips, so that none of another kind come among them. Everything in it is simulated.',
    )
    .argument('<dir>', 'folder of the set')
    .option('--count <n>', 'clips of each scenario', option.wholeNumber(1, 100_000), 150)
    .option('--first-seed <n>', 'seed of the first', option.wholeNumber(0, 2 ** 30), 1)
    .option('--scenarios <names...>', 'only these; see simulate --list');
  addSceneOptions(command)
    .addOption(option.workers())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide simulate-set simulated --count 150
  npx --no bonafide simulate-set small --count 4 --scenarios live print-flat --size 360x480
  npx --no bonafide evaluate simulated/manifest.csv --by subject`,
    )
    .action(run);
}

async function run(dir: string, options: SetOptions): Promise<void> {
  const { count: perScenario, firstSeed, scenarios: names, workers, mode, light, ...scene } = options;
  names?.forEach(checkScenario);
  const chosen = SCENARIOS.filter(({ name }) => names === undefined || names.includes(name));
  const folder = resolve(dir);
  const rows = rowsOfSet(chosen, firstSeed, perScenario);
  makeFolder(folder);
  claimFolder(folder, rows, { mode, light, ...scene });
  for (const { name } of chosen) makeFolder(join(folder, name));
  const broken = new AbortController();
  const breakOff = () => {
    broken.abort(new Failure('broken off; the same command goes on from here'));
  };
  process.once('SIGINT', breakOff);
  const simulator = openSimulator(workers);
  const bar = new SingleBar({ format: 'clips {bar} {value}/{total}, {eta_formatted} left' });
  bar.start(rows.length, 0);
  try {
    await forEachInParallel(rows, workers, broken.signal, async ({ scenario, seed, path }) => {
      const file = join(folder, path);
      if (!isWritten(file)) {
        const request = requestOf(scenario.name, seed, { mode, light }, scene);
        writeClip(file, await simulator.render(request, broken.signal));
      }
      bar.increment();
    });
  } finally {
    bar.stop();
    process.off('SIGINT', breakOff);
    await simulator.close();
  }
  const manifest = join(folder, 'manifest.csv');
  writeFileSync(manifest, manifestOf(rows));
  console.log(`${manifest}: ${count(rows.length, 'simulated clip')} of ${count(chosen.length, 'scenario')}`);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new Failure(`${folder} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
