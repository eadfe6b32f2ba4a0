import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, type CueReport, type Engine, type OperatingPoint, type Reason } from '@bonafide/engine';
import type { LivenessDecision, QualityReason } from '@bonafide/protocol';
import { conditionsOf, type Conditions } from './conditions.js';
import { companionPath, findFault, hasCompanion, readCompanion } from '../companion.js';
import type { Presentation } from './dataset.js';
import { forEachInParallel } from './parallel.js';

/** What the engine made of one presentation: a line of scores.jsonl. */
export interface Outcome {
  path: string;
  label: string;
  species: string;
  subject: string;
  clip: string;
  source: string;
  /** `noResponse`: there was no face to judge, or the file was refused. */
  decision: LivenessDecision | 'noResponse';
  /** Log-likelihood ratio, higher = more like bona fide; null when the evidence could not be scored. */
  score: number | null;
  reasons: Reason[];
  cues: CueReport[];
  /** What was wrong with the capture; none of it is a verdict about the person. */
  quality: QualityReason[];
  /** How the face was shown; null where no face was found. */
  conditions: Conditions | null;
  /** From the bytes to the decision, with the other workers busy. */
  timeMs: number;
}

/** Code of the reason of a presentation that made the engine itself fail. */
export const ENGINE_FAILED = 'EngineFailed';
/** Code of the reason of a clip that is no capture of the session which its companion names: a service refuses it. */
const INVALID_METADATA = 'InvalidMetadata';

/** What a run depends on: a broken-off run goes on only where all of it is the same. */
export interface RunIdentity {
  engine: string;
  policy: string;
  operatingPoint: OperatingPoint;
  /** Lower-case hex SHA-256 of the manifest. */
  manifestSha256: string;
  sample: { perGroup: number; seed: number } | null;
}

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
    const outcome = await judge(presentation, run);
    journal.append(outcome);
    outcomes.set(presentation.path, outcome);
    run.onProgress(outcomes.size);
  });

  const inOrder = presentations.flatMap(({ path }) => outcomes.get(path) ?? []);
  journal.finish(inOrder);
  return inOrder;
}

/** Judges one presentation; what a service or the engine refuses, or fails on, is a presentation without response. */
async function judge(presentation: Presentation, run: Run): Promise<Outcome> {
  const { path, file, label, species, subject, clip, source } = presentation;
  const row = { path, label, species, subject, clip, source };
  const capture = hasCompanion(file) ? readCompanion(companionPath(file)) : null;
  const content = await readFile(file);
  const { operatingPoint } = run.identity;
  const started = performance.now();
  const noResponse = (code: string, text: string): Outcome => {
    const nothing = { score: null, cues: [], quality: [], conditions: null };
    const reasons = [{ code, text }];
    return { ...row, ...nothing, decision: 'noResponse', reasons, timeMs: since(started) };
  };
  try {
    const fault = capture && (await findFault(content, capture));
    if (fault !== null) return noResponse(INVALID_METADATA, fault);
    const analysis = await run.engine.analyse(
      { content, ...(capture && { capture }), allowUnbound: true, allowStill: true, operatingPoint },
      run.signal,
    );
    const { target, score, reasons, cues, quality } = analysis;
    const decision = target === null ? 'noResponse' : analysis.decision;
    const conditions = conditionsOf(analysis);
    return { ...row, decision, score, reasons, cues, quality, conditions, timeMs: since(started) };
  } catch (error) {
    run.signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    const code = error instanceof InputError ? error.code : ENGINE_FAILED;
    return noResponse(code, text);
  }
}

/** Whole tenths of a millisecond. */
function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}

interface Journal {
  /** Outcomes of an earlier, broken-off run of the same identity. */
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
  const earlier = goesOn ? readScores(scores) : [];
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

/** Reads scores.jsonl; a last line that was cut off while it was being written is left out. */
export function readScores(file: string): Outcome[] {
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((text) => JSON.parse(text) as Outcome);
}

function line(outcome: Outcome): string {
  return JSON.stringify(outcome) + '\n';
}
