import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { SCENARIOS, type Scenario } from '@bonafide/simulator';
import { forEachInParallel } from '../evaluate/parallel.js';
import { companionPath } from '../companion.js';
import { Failure } from '../failure.js';
import { count } from '../format.js';
import { openSimulator, type Simulator } from '../simulate-pool.js';
import { requestOf } from '../simulate.js';
import * as option from './options.js';
import { addSceneOptions, checkScenario, type SceneOptions } from './simulate.js';

interface SetOptions extends SceneOptions {
  count: number;
  firstSeed: number;
  scenarios?: string[];
  workers: number;
}

interface Row {
  scenario: Scenario;
  seed: number;
  /** Relative to the set's folder. */
  path: string;
}

/** Adds `simulate-set DIR`: many clips with the manifest that evaluate and calibrate read. */
export function addSimulateSet(program: Command): void {
  const command = program
    .command('simulate-set')
    .summary('render a labelled set for evaluate and calibrate')
    .description(
      'Renders clips of many people and scenarios with their companions, and a manifest.csv that labels them. The n-th ' +
        'clips of all scenarios show the same person with the same camera, light and challenge, so that nothing but the ' +
        'attack tells them apart. A run that was broken off goes on where it stopped. Everything in it is simulated.',
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
  // Seed by seed, so that a set that was broken off is balanced.
  const rows: Row[] = Array.from({ length: perScenario }, (_, k) => firstSeed + k).flatMap((seed) =>
    chosen.map((scenario) => ({
      scenario,
      seed,
      path: `${scenario.name}/${String(seed).padStart(5, '0')}.webp`,
    })),
  );
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
      await write(
        join(folder, path),
        simulator,
        requestOf(scenario.name, seed, { mode, light }, scene),
        broken.signal,
      );
      bar.increment();
    });
  } finally {
    bar.stop();
    process.off('SIGINT', breakOff);
    await simulator.close();
  }
  const manifest = join(folder, 'manifest.csv');
  writeFileSync(
    manifest,
    ['path,label,species,subject,clip,source,media,licence', ...rows.map(line), ''].join('\n'),
  );
  console.log(`${manifest}: ${count(rows.length, 'simulated clip')} of ${count(chosen.length, 'scenario')}`);
}

/** Writes a clip and its companion, which is there last: with it the clip is whole. */
async function write(
  file: string,
  simulator: Simulator,
  request: Parameters<Simulator['render']>[0],
  signal: AbortSignal,
): Promise<void> {
  const companion = companionPath(file);
  if (existsSync(companion)) return;
  const clip = await simulator.render(request, signal);
  writeFileSync(file, clip.file);
  writeFileSync(`${companion}.new`, JSON.stringify(clip.companion));
  renameSync(`${companion}.new`, companion);
}

function line({ scenario, seed, path }: Row): string {
  const subject = `simulated-${seed}`;
  return [path, scenario.label, scenario.species, subject, path, 'simulated', 'clip', 'generated'].join(',');
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
