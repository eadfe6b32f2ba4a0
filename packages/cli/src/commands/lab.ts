import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { Argument, Option, type Command } from 'commander';
import type { OperatingPoint } from '@bonafide/engine';
import { count, type Report } from '@bonafide/engine/evaluation';
import type { Administration, ConsoleCandidate, Resource, ResourcePolicy } from '@bonafide/server';
import { administer } from '../administration.js';
import { summarise, summariseCalibration } from '../evaluate/summary.js';
import { Failure } from '../failure.js';
import * as terminal from '../terminal.js';
import * as option from './options.js';

interface LabOptions {
  dataDir: string;
  json?: boolean;
}

interface MeasureOptions extends LabOptions {
  operatingPoint?: OperatingPoint;
  candidate?: string;
  wait?: boolean;
}

/** Between two looks at a measurement under way, ms. */
const LOOK_MS = 500;

/** Adds `lab` with what it measures, and what it does with candidates and other weights. */
export function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .summary('measure on recorded presentations, adopt what was found')
    .description(
      'The lab of a resource: presentations that were recorded and labelled in the portal, measurements on them, and the ' +
        'candidates that came of those (docs/lab.md). Measuring is done by the running service, behind its checks; everything ' +
        'else works without one too. Ids may be shortened as long as one fits.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const command = option.storeCommands(lab, EXAMPLES);
  const add = (name: string, does: string) =>
    command(name, does).argument('<resource>', 'name of the resource');
  const wait = () => new Option('--wait', 'until it has ended; fails where it does');

  add('show', 'show how the set has grown').action(show);
  add('export', 'write the recorded set as a tar archive, for `bonafide evaluate`')
    .argument('<file>', 'the archive; an existing file stays as it is')
    .action(exportSet);
  add('evaluate', 'ask for error rates on the set')
    .addOption(
      new Option('--operating-point <name>', "thresholds to decide by (default: the resource's)").choices([
        'strict',
        'balanced',
        'convenience',
      ] satisfies OperatingPoint[]),
    )
    .option('--candidate <id>', 'candidate that decides (default: what decides in checks now)')
    .addOption(wait())
    .action((name: string, options: MeasureOptions) => measure('evaluation', name, options));
  add('calibrate', 'ask for weights and thresholds that fit the set: makes a candidate')
    .addOption(wait())
    .action((name: string, options: MeasureOptions) => measure('calibration', name, options));
  add('runs', 'list measurements, the newest first').action(listRuns);
  add('cancel', 'break a measurement off').argument('<run>', 'its id').action(cancel);
  add('report', 'show what came of a measurement')
    .argument('<run>', 'its id')
    .option('--html <file>', 'also write the page of an evaluation')
    .action(report);
  add('candidates', 'list candidates, the newest first').action(listCandidates);
  add('adopt', 'let a candidate decide from now on')
    .argument('<candidate>', 'its id')
    .option('--acknowledge <shortfall>', 'what it lacks in presentations, word for word')
    .action(adopt);
  add('rollback', 'let decide again what decided before').action(rollBack);
  add('shadow', 'let a candidate score live sessions without deciding')
    .argument('[candidate]', 'its id; none to stop')
    .action(watch);
  add('models', 'list other weights that scored live sessions, the newest first').action(listModels);
  add('shadow-model', 'let the other weights of the service score live sessions without deciding')
    .addArgument(new Argument('<switch>').choices(['on', 'off']))
    .action(watchModel);
  add('delete-candidate', 'delete a candidate that was never adopted, or what other weights said')
    .argument('<candidate>', 'its id')
    .action(deleteCandidate);
}

const EXAMPLES = `Examples:
  npx --no bonafide lab show shop
  npx --no bonafide lab export shop lab.tar
  npx --no bonafide lab calibrate shop --wait
  npx --no bonafide lab candidates shop
  npx --no bonafide lab evaluate shop --candidate 1a0ca9b7 --wait
  npx --no bonafide lab shadow shop 1a0ca9b7
  npx --no bonafide lab adopt shop 1a0ca9b7 --acknowledge "40 of 50 bona fide presentations"
  npx --no bonafide lab rollback shop
  npx --no bonafide lab shadow-model shop on`;

/** Works on the lab of a resource. */
function withLab(
  name: string,
  { dataDir }: LabOptions,
  work: (open: Administration, resource: Resource) => Promise<void>,
): Promise<void> {
  return administer(dataDir, async (open) => work(open, await open.resources.get(name)));
}

const show = (name: string, options: LabOptions) =>
  withLab(name, options, async ({ lab }, resource) => {
    const growth = await lab.growth(resource);
    const { bonaFide, species, subjects } = growth;
    const rows = [
      ['bona fide', `${bonaFide.recorded}`, `${lab.targets.bonaFide}`, `${bonaFide.subjects}`],
      ...species.map((one) => [one.species, `${one.recorded}`, `${lab.targets.species}`, `${one.subjects}`]),
    ];
    const table = terminal.table(['presentations', 'recorded', 'wanted', 'subjects'], rows);
    print(options, { ...growth, targets: lab.targets }, `${table}\n\n  subjects ${subjects}`);
  });

const exportSet = (name: string, file: string, options: LabOptions) =>
  withLab(name, options, async ({ lab }, resource) => {
    const { presentations, archive } = await lab.export(resource);
    const path = resolve(file);
    try {
      await pipeline(Readable.from(archive), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (cause) {
      throw new Failure(
        `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
        },
      );
    }
    print(options, { file: path, presentations }, `${path}: ${count(presentations, 'presentation')}.`);
  });

const measure = (kind: 'evaluation' | 'calibration', name: string, options: MeasureOptions) =>
  withLab(name, options, async (open, resource) => {
    const { operatingPoint, candidate, wait } = options;
    const served = open.isServed();
    if (wait && !served)
      throw new Failure(
        'no service runs on this data folder, and only a service measures; start it, or leave --wait out',
      );
    const { id } = await open.lab.start(resource, {
      ...{ kind, operatingPoint },
      candidate: candidate === undefined ? undefined : (await findCandidate(open, resource, candidate)).id,
    });
    if (wait) {
      await untilEnded(open, resource, id);
      await printReport(open, resource, id, options);
    } else
      print(
        options,
        { id },
        `${id}\n${served ? 'The service measures, behind its checks.' : 'It is measured when a service starts on this data folder.'}`,
      );
  });

/** @throws Failure where the measurement does not come to an end */
async function untilEnded({ lab }: Administration, resource: Resource, id: string): Promise<void> {
  for (;;) {
    const run = (await lab.runs(resource)).find((one) => one.id === id);
    if (run?.state === 'done') return;
    if (run?.state !== 'waiting' && run?.state !== 'running')
      throw new Failure(run?.fault ?? `the measurement was ${run ? 'cancelled' : 'deleted'}`);
    await setTimeout(LOOK_MS);
  }
}

const listRuns = (name: string, options: LabOptions) =>
  withLab(name, options, async ({ lab }, resource) => {
    const runs = (await lab.runs(resource)).map((run) => {
      const { id, kind, state, operatingPoint, decisionPolicy, done, total, createdBy, fault } = run;
      const createdAt = new Date(run.createdAtMs).toISOString();
      return { id, kind, state, operatingPoint, decisionPolicy, done, total, createdAt, createdBy, fault };
    });
    const rows = runs.map((run) => [
      run.id.slice(0, 8),
      run.kind,
      run.operatingPoint,
      run.state,
      `${run.done} of ${run.total}`,
      run.createdAt.slice(0, 16).replace('T', ' '),
      run.createdBy,
    ]);
    const text = terminal.table(['id', 'kind', 'point', 'state', 'done', 'begun (UTC)', 'by'], rows);
    print(options, runs, runs.length === 0 ? 'No measurements yet.' : text);
  });

const cancel = (name: string, id: string, options: LabOptions) =>
  withLab(name, options, async (open, resource) => {
    const run = one(await open.lab.runs(resource), id, 'measurement');
    await open.lab.cancel(resource, run.id);
    print(options, { cancelled: run.id }, `${run.id} is cancelled.`);
  });

const report = (name: string, id: string, options: LabOptions & { html?: string }) =>
  withLab(name, options, async (open, resource) => {
    const run = one(await open.lab.runs(resource), id, 'measurement');
    if (options.html !== undefined) {
      const { page } = await open.lab.report(resource, run.id);
      if (page === null) throw new Failure('a calibration has no page');
      await writeFile(resolve(options.html), page, { mode: 0o600 });
    }
    await printReport(open, resource, run.id, options);
  });

async function printReport(
  { lab }: Administration,
  resource: Resource,
  id: string,
  options: LabOptions,
): Promise<void> {
  const { result } = await lab.report(resource, id);
  print(options, { id, ...result }, 'schema' in result ? summarise(result) : summariseCalibration(result));
}

const listCandidates = (name: string, options: LabOptions) =>
  withLab(name, options, async ({ lab }, resource) => {
    const candidates = await lab.candidates(resource);
    const text = candidates.map((candidate) => {
      const { id, version, origin, shortfall, shadow } = candidate;
      return [
        `${id.slice(0, 8)}  ${version}  ${stateOf(candidate)}`,
        `  ${origin}`,
        ...(shortfall === null ? [] : [`  lacks: ${shortfall}`]),
        ...agreement(shadow),
      ].join('\n');
    });
    const json = candidates.map(({ policy, resourceId: _, createdAtMs, acceptedAtMs, ...candidate }) => ({
      ...candidate,
      operatingPoints: policy?.operatingPoints ?? null,
      createdAt: new Date(createdAtMs).toISOString(),
      acceptedAt: acceptedAtMs === null ? null : new Date(acceptedAtMs).toISOString(),
    }));
    print(options, json, text.length === 0 ? 'No candidates yet: a calibration makes one.' : text.join('\n'));
  });

function agreement(counts: ConsoleCandidate['shadow']): string[] {
  const sum = (list: typeof counts) => list.reduce((total, { count: n }) => total + n, 0);
  const agreed = sum(counts.filter(({ live, shadow }) => live === shadow));
  return counts.length > 0 ? [`  in the shadow it agreed on ${agreed} of ${sum(counts)} captures`] : [];
}

const listModels = (name: string, options: LabOptions) =>
  withLab(name, options, async ({ lab }, resource) => {
    const { shadowWeights, models } = await lab.models(resource);
    const loaded = shadowWeights
      ? `The service that last started has ${shadowWeights.engine} beside it, weights ${shadowWeights.fingerprint}.`
      : 'The service that last started has no other weights: serve --shadow-models-dir.';
    const listed = models.map(({ id, version, origin, inShadow, dropped, failed, shadow }) =>
      [
        `${id.slice(0, 8)}  ${version}  ${inShadow ? 'in the shadow' : 'not in the shadow'}`,
        `  ${origin}`,
        ...agreement(shadow),
        ...(dropped > 0 ? [`  not asked about ${dropped}: too many waited, or too long`] : []),
        ...(failed > 0 ? [`  failed on ${failed}: see the log`] : []),
      ].join('\n'),
    );
    const json = models.map(({ createdAtMs, ...model }) => ({
      ...model,
      createdAt: new Date(createdAtMs).toISOString(),
    }));
    print(options, { shadowWeights, models: json }, [loaded, ...listed].join('\n'));
  });

const watchModel = (name: string, shadowModel: ResourcePolicy['shadowModel'], options: LabOptions) =>
  withLab(name, options, async ({ lab }, resource) => {
    const { shadowWeights } = await lab.models(resource);
    await lab.watchModel(resource, shadowModel);
    const off = 'Other weights score nothing now.';
    const on = shadowWeights
      ? `${shadowWeights.engine} scores in the shadow now.`
      : 'Other weights score as soon as a service has some: serve --shadow-models-dir.';
    print(options, { shadowModel }, shadowModel === 'on' ? on : off);
  });

function stateOf({ policy, stale, decides, inShadow, acceptedAtMs }: ConsoleCandidate): string {
  if (!policy) return 'damaged';
  if (stale) return 'of another engine or installed policy';
  if (decides) return 'decides';
  if (inShadow) return 'in the shadow';
  return acceptedAtMs === null ? 'never adopted' : 'adopted before';
}

const adopt = (name: string, id: string, options: LabOptions & { acknowledge?: string }) =>
  withLab(name, options, async (open, resource) => {
    const candidate = await findCandidate(open, resource, id);
    const { shortfall } = candidate;
    if (!candidate.stale && shortfall !== null && options.acknowledge !== shortfall)
      throw new Failure(
        `it rests on few presentations; if you adopt it all the same: --acknowledge "${shortfall}"`,
      );
    await open.lab.adopt(resource, candidate.id, options.acknowledge);
    print(options, { decides: candidate.id }, `${candidate.version} decides now.`);
  });

const rollBack = (name: string, options: LabOptions) =>
  withLab(name, options, async (open, resource) => {
    const { decisionPolicy } = (await open.lab.rollBack(resource)).policy;
    const now = decisionPolicy === '' ? 'The installed decision policy' : decisionPolicy;
    print(options, { decides: decisionPolicy }, `${now} decides now.`);
  });

const watch = (name: string, id: string | undefined, options: LabOptions) =>
  withLab(name, options, async (open, resource) => {
    const candidate = id === undefined ? null : await findCandidate(open, resource, id);
    if (candidate && (candidate.stale || !candidate.policy))
      throw new Failure(`it cannot score: it is ${stateOf(candidate)}`);
    await open.lab.watch(resource, candidate?.id ?? '');
    const text = candidate
      ? `${candidate.version} scores in the shadow now.`
      : 'Nothing scores in the shadow now.';
    print(options, { inShadow: candidate?.id ?? '' }, text);
  });

const deleteCandidate = (name: string, id: string, options: LabOptions) =>
  withLab(name, options, async (open, resource) => {
    const { models } = await open.lab.models(resource);
    const candidate = one([...(await open.lab.candidates(resource)), ...models], id, 'candidate');
    await open.lab.removeCandidate(resource, candidate.id);
    print(options, { deleted: candidate.id }, `${candidate.version} is deleted.`);
  });

async function findCandidate(
  { lab }: Administration,
  resource: Resource,
  id: string,
): Promise<ConsoleCandidate> {
  return one(await lab.candidates(resource), id, 'candidate');
}

/** The one whose id begins so. @throws Failure for none, or several */
function one<T extends { id: string }>(list: readonly T[], id: string, what: string): T {
  const [found, another] = list.filter((item) => item.id.startsWith(id.toLowerCase()));
  if (!found) throw new Failure(`there is no ${what} ${id}`);
  if (another) throw new Failure(`more than one ${what} begins with ${id}`);
  return found;
}

function print({ json }: LabOptions, value: Report | object, text: string): void {
  console.log(json ? JSON.stringify(value) : text);
}
