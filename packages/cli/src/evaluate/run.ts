import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@bonafide/engine';
import { ENGINE_FAILED, judge, type Outcome, type RunIdentity } from '@bonafide/engine/evaluation';
import { companionBeside } from '../companion.js';
import { Failure } from '../failure.js';
import type { Presentation } from './dataset.js';
import { forEachInParallel } from './parallel.js';

/** One evaluation run. */
export interface Run {
  engine: Pick<Engine, 'analyse'>;
  identity: RunIdentity;
  presentations: readonly Presentation[];
  /** Folder of scores.jsonl and run.json; made when it is missing. */
  folder: string;
  /** Presentations judged at the same time. */
  concurrency: number;
  /** Hears how many are done, at the start and after each one. */
  onProgress: (done: number) => void;
  signal: AbortSignal;
}

/**
 * Judges every presentation and returns the outcomes in the order of the manifest. Each outcome is appended to scores.jsonl
 * as it comes, so that the next run in the same folder goes on after the last one; at the end the file is put in order.
 * Throws the signal's reason when it is broken off.
 */
export async function evaluatePresentations(run: Run): Promise<Outcome[]> {
  const { presentations, signal } = run;
  const journal = openJournal(run.folder, run.identity);
  const wanted = new Set(presentations.map(({ path }) => path));
  const outcomes = new Map(
    journal.earlier.filter(({ path }) => wanted.has(path)).map((one) => [one.path, one]),
  );
  const waiting = presentations.filter(({ path }) => !outcomes.has(path));
  run.onProgress(outcomes.size);

  await forEachInParallel(waiting, run.concurrency, signal, async (presentation) => {
    const outcome = await judgeFile(presentation, run);
    journal.append(outcome);
    outcomes.set(presentation.path, outcome);
    run.onProgress(outcomes.size);
  });

  const inOrder = presentations.flatMap(({ path }) => outcomes.get(path) ?? []);
  journal.finish(inOrder);
  return inOrder;
}

/** Judges the presentation of a file, as the companion beside it says that it was captured. */
async function judgeFile(presentation: Presentation, { engine, identity, signal }: Run): Promise<Outcome> {
  const { file } = presentation;
  const capture = companionBeside(file)?.capture ?? null;
  const content = await readFile(file);
  const { operatingPoint } = identity;
  return judge(presentation, { content, capture }, { engine, operatingPoint, signal });
}

interface Journal {
  /** Outcomes of an earlier run of the same identity, but for those on which the engine itself failed: these are tried again. */
  earlier: Outcome[];
  append(outcome: Outcome): void;
  finish(outcomes: readonly Outcome[]): void;
}

function openJournal(folder: string, identity: RunIdentity): Journal {
  mkdirSync(folder, { recursive: true });
  const scores = join(folder, 'scores.jsonl');
  const record = join(folder, 'run.json');
  const wanted = JSON.stringify(identity, null, 2) + '\n';
  const goesOn = existsSync(record) && existsSync(scores) && readFileSync(record, 'utf8') === wanted;
  const earlier = goesOn ? readScores(scores, 'broken off').filter((outcome) => !engineFailed(outcome)) : [];
  const rewrite = (outcomes: readonly Outcome[]) => {
    writeFileSync(`${scores}.new`, outcomes.map(line).join(''));
    renameSync(`${scores}.new`, scores);
  };
  rewrite(earlier);
  writeFileSync(record, wanted);
  return {
    earlier,
    append: (outcome) => {
      appendFileSync(scores, line(outcome));
    },
    finish: rewrite,
  };
}

function engineFailed({ reasons }: Outcome): boolean {
  return reasons.some(({ code }) => code === ENGINE_FAILED);
}

/**
 * Reads scores.jsonl; throws a {@link Failure} that names the line that is none. Of a run that was broken off, a last line that
 * was cut while it was being written is left out.
 */
export function readScores(file: string, of: 'done' | 'broken off' = 'done'): Outcome[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const last = lines.pop();
  if (last && of === 'done') lines.push(last);
  return lines.map((text, index) => {
    try {
      return JSON.parse(text) as Outcome;
    } catch (cause) {
      throw new Failure(`${file}:${index + 1}: no line of scores, or one that was cut`, { cause });
    }
  });
}

function line(outcome: Outcome): string {
  return JSON.stringify(outcome) + '\n';
}
