import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { compareTemplates, type OperatingPoint } from '@bonafide/engine';
import {
  count,
  remarkOnLabels,
  makeReport,
  renderReport,
  type Grouping,
  type Report,
} from '@bonafide/engine/evaluation';
import { readManifest, readPairs, sample } from '../evaluate/dataset.js';
import { evaluatePairs } from '../evaluate/pairs.js';
import { evaluatePresentations, identify } from '../evaluate/run.js';
import { withBar } from '../evaluate/progress.js';
import { summarise } from '../evaluate/summary.js';
import { Failure } from '../failure.js';
import { openEngine } from '../open-engine.js';
import * as option from './options.js';

/** Which presentations a sample takes; fixed, so that the same sample can be taken again. */
const SAMPLE_SEED = 1;

interface EvaluateOptions {
  out: string;
  pairs?: string;
  by: Grouping;
  sample?: number;
  policy?: string;
  operatingPoint: OperatingPoint;
  modelsDir: string;
  weights?: string;
  workers: number;
}

/** Adds `evaluate MANIFEST`: error rates on anyone's labelled clips, stills and pairs. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .summary('error rates on your own labelled clips and stills')
    .description(
      'Judges every clip and still of a manifest and reports APCER and BPCER as ISO/IEC 30107-3 defines them. The ' +
        'manifest is a CSV file with the columns path and label (bonafide or attack) and optionally species, subject, ' +
        'clip, source, media and licence; paths are relative to it. Writes scores.jsonl, report.json and report.html. A ' +
        'run that was broken off goes on where it stopped when the same command is given again. Files that changed are ' +
        'judged again; a folder that holds an evaluation with another engine, policy, manifest or sample is refused.',
    )
    .argument('[manifest]', 'CSV file of labelled clips and stills')
    .option('--out <dir>', 'folder for the report', 'evaluation')
    .option(
      '--pairs <csv>',
      'also, or only, compare pairs of photographs: columns path_a, path_b, same (1/0) and set',
    )
    .addOption(
      new Option('--by <group>', 'what intervals take as independent')
        .choices(['clip', 'subject'] satisfies Grouping[])
        .default('clip' satisfies Grouping),
    )
    .option(
      '--sample <n>',
      'at most so many of each source, label, species and media',
      option.wholeNumber(1, 1e6),
    )
    .addOption(option.policyFile())
    .addOption(option.operatingPoint())
    .addOption(option.modelsDir())
    .addOption(option.weights())
    .addOption(option.workers())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide evaluate faces/manifest.csv --out evaluation
  npx --no bonafide evaluate faces/manifest.csv --sample 40 --by subject
  npx --no bonafide evaluate --pairs faces/pairs.csv
  npx --no bonafide compare evaluation-before evaluation`,
    )
    .action(evaluate);
}

async function evaluate(manifest: string | undefined, options: EvaluateOptions): Promise<void> {
  if (manifest === undefined && options.pairs === undefined)
    throw new Failure('evaluate needs a manifest, or pairs by --pairs', { exitCode: 2 });
  const dataset = manifest === undefined ? null : readManifest(manifest);
  const unlabelled = dataset && remarkOnLabels(dataset.presentations.map(({ label }) => label));
  if (unlabelled) console.error(unlabelled);
  const pairs = options.pairs === undefined ? null : readPairs(options.pairs);
  const out = resolve(options.out);
  makeFolder(out);

  const open = await openEngine(options);
  const broken = new AbortController();
  const breakOff = () => {
    broken.abort(new Failure('broken off; the same command goes on from here'));
  };
  process.once('SIGINT', breakOff);
  try {
    const chosen = dataset && choose(dataset.presentations, options.sample);
    const sampled = options.sample === undefined ? null : { perGroup: options.sample, seed: SAMPLE_SEED };
    const identity = dataset && identify(open, dataset.sha256, sampled);
    const outcomes =
      chosen && identity
        ? await withBar('presentations', (show) =>
            evaluatePresentations({
              ...open,
              operatingPoint: options.operatingPoint,
              identity,
              presentations: chosen,
              folder: out,
              concurrency: options.workers,
              onProgress: (done) => {
                show(done, chosen.length);
              },
              signal: broken.signal,
            }),
          )
        : [];
    const compared =
      pairs &&
      (await withBar('photographs', (show) =>
        evaluatePairs({
          engine: open.engine,
          compare: (a, b) => compareTemplates(a, b, open.policy),
          pairs: pairs.pairs,
          folder: out,
          concurrency: options.workers,
          onProgress: show,
          signal: broken.signal,
        }),
      ));
    const { realface, spoofface } = open.policy.operatingPoints[options.operatingPoint];
    const report = makeReport({
      createdAt: new Date(),
      run: identity && {
        ...identity,
        operatingPoint: options.operatingPoint,
        manifest: basename(manifest ?? ''),
        groupedBy: options.by,
        concurrency: options.workers,
        thresholds: { realface: realface.value, spoofface: spoofface.value },
      },
      presentations: chosen ?? [],
      outcomes,
      policy: open.policy,
      pairs:
        compared && pairs
          ? { file: basename(options.pairs ?? ''), sha256: pairs.sha256, outcomes: compared }
          : null,
    });
    await write(report, out);
  } finally {
    process.off('SIGINT', breakOff);
    await open.engine.close();
  }
}

async function write(report: Report, out: string): Promise<void> {
  writeFileSync(join(out, 'report.json'), JSON.stringify(report, null, 2) + '\n');
  writeFileSync(join(out, 'report.html'), await renderReport(report));
  console.log(summarise(report));
  console.log(`\n${report.statement}\n\n${join(out, 'report.html')}`);
  if (report.engineFailures > 0)
    throw new Failure(
      `the engine failed on ${count(report.engineFailures, 'presentation')}; scores.jsonl says why (EngineFailed)`,
    );
}

function choose<T extends Parameters<typeof sample>[0]>(presentations: T, perGroup: number | undefined) {
  return perGroup === undefined ? presentations : sample(presentations, perGroup, SAMPLE_SEED);
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
