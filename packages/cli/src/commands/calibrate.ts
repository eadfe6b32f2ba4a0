import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { policySha256 } from '@bonafide/engine';
import { calibrate, calibratedPolicy, MIN_PER_CLASS, type Calibration } from '@bonafide/engine/evaluation';
import { readManifest } from '../evaluate/dataset.js';
import { withBar } from '../evaluate/progress.js';
import { evaluatePresentations, identify } from '../evaluate/run.js';
import { summariseCalibration } from '../evaluate/summary.js';
import { Failure } from '../failure.js';
import { openEngine } from '../open-engine.js';
import * as option from './options.js';

interface CalibrateOptions {
  out: string;
  policy?: string;
  modelsDir: string;
  weights?: string;
  workers: number;
}

/** Adds `calibrate MANIFEST`: weights and thresholds from anyone's labelled clips. */
export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .summary('weights and thresholds from your own labelled clips')
    .description(
      'Judges every clip and still of a manifest as evaluate does, then fits the weight of each cue and the thresholds of ' +
        'the three operating points on all of it. Error rates are of those found in the same way without the source (or ' +
        'the subjects, where one source has all of a class) that they are tried on. ' +
        'Writes policy.json, which serve, check and evaluate take with --policy, and calibration.json. With --out naming ' +
        'the folder of a finished evaluation of the same manifest, at whatever operating point, nothing is judged again. Weights of networks are never ' +
        'fitted on simulated clips.',
    )
    .argument('<manifest>', 'CSV file of labelled clips and stills, see evaluate')
    .option('--out <dir>', 'folder for scores, report and policy', 'calibration')
    .addOption(option.policyFile())
    .addOption(option.modelsDir())
    .addOption(option.weights())
    .addOption(option.workers())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide calibrate faces/manifest.csv
  npx --no bonafide calibrate faces/manifest.csv --out evaluation
  npx --no bonafide evaluate other/manifest.csv --policy calibration/policy.json`,
    )
    .action(run);
}

async function run(manifest: string, options: CalibrateOptions): Promise<void> {
  const { presentations, sha256 } = readManifest(manifest);
  expectEnough(presentations);
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  const open = await openEngine(options);
  const broken = new AbortController();
  const breakOff = () => {
    broken.abort(new Failure('broken off; the same command goes on from here'));
  };
  process.once('SIGINT', breakOff);
  try {
    const outcomes = await withBar('presentations', (show) =>
      evaluatePresentations({
        ...open,
        operatingPoint: null,
        identity: identify(open, sha256, null),
        presentations,
        folder: out,
        concurrency: options.workers,
        onProgress: (done) => {
          show(done, presentations.length);
        },
        signal: broken.signal,
      }),
    );
    const simulated = new Map(presentations.map((one) => [one.path, one.simulated]));
    const found = fit(
      outcomes.map((one) => ({ ...one, simulated: simulated.get(one.path) ?? false })),
      open.policy,
    );
    const origin = `calibrated on ${basename(manifest)} (${sha256.slice(0, 12)}), ${found.bonaFide} bona fide and ${found.attacks} attacks`;
    const { version } = open.policy;
    const fitted = calibratedPolicy(open.policy, found, version, origin);
    const policy = { ...fitted, version: `${version}+${policySha256(fitted).slice(0, 8)}` };
    writeFileSync(join(out, 'policy.json'), JSON.stringify(policy, null, 2) + '\n');
    writeFileSync(
      join(out, 'calibration.json'),
      JSON.stringify({ manifestSha256: sha256, ...found }, null, 2) + '\n',
    );
    console.log(summariseCalibration(found));
    console.log(`\n${join(out, 'policy.json')}`);
  } finally {
    process.off('SIGINT', breakOff);
    await open.engine.close();
  }
}

/** Says before anything is judged that there is too little of it; what cannot be scored is still to be taken off. */
function expectEnough(presentations: readonly { label: string }[]): void {
  const [bonaFide = 0, attacks = 0] = ['bonafide', 'attack'].map(
    (word) => presentations.filter(({ label }) => label === word).length,
  );
  if (Math.min(bonaFide, attacks) < MIN_PER_CLASS)
    throw new Failure(
      `expected at least ${MIN_PER_CLASS} presentations of each class, got ${bonaFide} bona fide and ${attacks} attacks`,
    );
}

function fit(...given: Parameters<typeof calibrate>): Calibration {
  try {
    return calibrate(...given);
  } catch (cause) {
    if (cause instanceof RangeError) throw new Failure(cause.message, { cause });
    throw cause;
  }
}
