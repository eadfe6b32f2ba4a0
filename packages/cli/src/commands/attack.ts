import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { SingleBar } from 'cli-progress';
import { openFaceService } from '../attack/face-service.js';
import { describe, doneOf } from '../attack/describe.js';
import { attackService, LEVELS, type Level, type LevelResult } from '../attack/red-team.js';
import { Failure } from '../failure.js';
import { openSimulator } from '../simulate-pool.js';
import * as option from './options.js';
import { frameSize } from './simulate.js';

interface AttackOptions {
  endpoint: string;
  key?: string;
  levels: Level[];
  count: number;
  people: number;
  seed: number;
  concurrency: number;
  uploads: number;
  workers: number;
  size?: { width: number; height: number };
  out?: string;
  json?: boolean;
}

/** What ends a run early, by hand or by a time limit; what was measured until then is told. */
const ENDS = ['SIGINT', 'SIGTERM'] as const;

const ALL = Object.keys(LEVELS) as Level[];

/** Adds `attack`: a red-team kit of five levels against a running service. */
export function addAttack(program: Command): void {
  program
    .command('attack')
    .summary('attack a running service with injected captures of rendered people')
    .description(
      'Opens sessions at a service with the key of the resource that you test, and sends captures which no camera made:\n' +
        ALL.map((level) => `  ${level}  ${LEVELS[level]}`).join('\n') +
        '\nThen it reads the decisions as the app server would. All people are rendered, so that figures are simulated; they ' +
        'say how the checks of a capture hold, not how well a deepfake of a real person fares. Test nothing but what is yours.',
    )
    .option('--endpoint <url>', 'of the service', 'http://127.0.0.1:8080')
    .addOption(
      new Option('--key <key>', 'of the resource that is tested')
        .env('BONAFIDE_ATTACK_KEY')
        .makeOptionMandatory(),
    )
    .addOption(new Option('--levels <names...>', 'which levels').choices(ALL).default(ALL, 'all'))
    .option('--count <n>', 'captures of each level', option.wholeNumber(1, 100_000), 60)
    .option(
      '--people <n>',
      'rendered people, each with one genuine capture',
      option.wholeNumber(1, 10_000),
      20,
    )
    .option('--seed <n>', 'the first person', option.wholeNumber(0, 2 ** 30), 1)
    .option('--concurrency <n>', 'sessions that are open at a time', option.wholeNumber(1, 256), 32)
    .option(
      '--uploads <n>',
      'captures that the service is given at a time; more than it has workers for only wait there',
      option.wholeNumber(1, 256),
      6,
    )
    .option('--workers <n>', 'threads that render', option.wholeNumber(1, 256), availableParallelism())
    .option('--size <WxH>', 'of the frames, px', frameSize)
    .option('--out <file>', 'also write the counts as JSON, after each level and when broken off')
    .addOption(option.json())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide attack --key "$KEY"
  npx --no bonafide attack --key "$KEY" --levels L0 L1 --count 1000 --concurrency 64 --out rates.json`,
    )
    .action(run);
}

async function run(options: AttackOptions): Promise<void> {
  const { endpoint, key = '', workers, uploads, out, json, ...team } = options;
  if (out !== undefined) tryToWrite(out);
  const broken = new AbortController();
  const breakOff = () => {
    broken.abort(new Failure('broken off'));
  };
  for (const end of ENDS) process.once(end, breakOff);
  const simulator = openSimulator(workers);
  const bar = new SingleBar({ format: '{level} {bar} {value}/{total}, {eta_formatted} left' });
  let results: readonly LevelResult[] = [];
  const write = () => {
    if (out !== undefined) writeFileSync(out, JSON.stringify({ seed: team.seed, results }, null, 2) + '\n');
  };
  try {
    await attackService({
      ...team,
      service: openFaceService({ endpoint, key, uploads, signal: broken.signal }),
      simulator,
      signal: broken.signal,
      onProgress(now) {
        results = now;
        const level = now.at(-1);
        if (!level) return;
        const done = doneOf(level);
        if (done === 0) bar.start(level.planned, 0, { level: level.level });
        else bar.update(done);
        if (done < level.planned) return;
        bar.stop();
        write();
      },
    });
  } finally {
    // Also of what was broken off: hours may lie in it.
    bar.stop();
    for (const end of ENDS) process.off(end, breakOff);
    if (results.length > 0) console.log(json ? JSON.stringify(results, null, 2) : describe(results));
    try {
      write();
    } finally {
      await simulator.close();
    }
  }
}

/** Finds out before hours are spent whether a file can be written; what is in it stays. */
function tryToWrite(file: string): void {
  try {
    appendFileSync(file, '');
  } catch (cause) {
    throw new Failure(
      `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}
