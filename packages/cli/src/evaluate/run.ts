import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policySha256, type Engine, type OperatingPoint, type Policy } from '@bonafide/engine';
import {
  decideAgain,
  ENGINE_FAILED,
  judge,
  type Outcome,
  type RunIdentity,
} from '@bonafide/engine/evaluation';
import { companionBeside } from '../companion.js';
import { Failure } from '../failure.js';
import type { OpenEngine } from '../open-engine.js';
import type { Presentation } from './dataset.js';
import { forEachInParallel } from './parallel.js';

/** One evaluation run. */
export interface Run {
  engine: Pick<Engine, 'analyse'>;
  policy: Policy;
  /** Decides anew on what an earlier run measured; null leaves its decisions, for measurements alone are wanted. */
  operatingPoint: OperatingPoint | null;
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

/** A line of scores.jsonl: the outcome, and the lower-case hex SHA-256 of the file and, if it has one, its session. */
export type Line = Outcome & { sha256: string };

/** What a run with this engine and manifest depends on. */
export function identify(
  { engine, policy }: OpenEngine,
  manifestSha256: string,
  sample: RunIdentity['sample'],
): RunIdentity {
  return { ...engine.versions, policySha256: policySha256(policy), manifestSha256, sample };
}

/**
 * Judges every presentation and returns the outcomes in the order of the manifest. Each outcome is appended to scores.jsonl
 * as it comes, so that the next run in the same folder goes on after the last one, but for files that have changed; at the
 * end the file is put in order. Throws the signal's reason when it is broken off, and a {@link Failure} where the folder
 * holds another run.
 */
export async function evaluatePresentations(run: Run): Promise<Outcome[]> {
  const { presentations, policy, operatingPoint, signal } = run;
  const journal = openJournal(run.folder, run.identity);
  const outcomes = new Map<string, Line>();
  run.onProgress(0);

  await forEachInParallel(presentations, run.concurrency, signal, async (presentation) => {
    const { path, file } = presentation;
    const content = await readFile(file);
    const capture = companionBeside(file)?.capture ?? null;
    const sha256 = createHash('sha256')
      .update(content)
      .update(capture ? JSON.stringify(capture) : '')
      .digest('hex');
    const earlier = journal.earlier.get(path);
    if (earlier?.sha256 === sha256) {
      const again = operatingPoint && decideAgain(earlier, policy, operatingPoint);
      outcomes.set(path, { ...earlier, ...again });
    } else {
      const by = { engine: run.engine, operatingPoint: operatingPoint ?? 'balanced', signal };
      const line = { ...(await judge(presentation, { content, capture }, by)), sha256 };
      journal.append(line);
      outcomes.set(path, line);
    }
    run.onProgress(outcomes.size);
  });

  const inOrder = presentations.flatMap(({ path }) => outcomes.get(path) ?? []);
  journal.finish(inOrder);
  return inOrder;
}

interface Journal {
  /** Lines of an earlier run by path, but for those on which the engine itself failed: these are tried again. */
  earlier: ReadonlyMap<string, Line>;
  append(line: Line): void;
  finish(lines: readonly Line[]): void;
}

function openJournal(folder: string, identity: RunIdentity): Journal {
  mkdirSync(folder, { recursive: true });
  const scores = join(folder, 'scores.jsonl');
  const record = join(folder, 'run.json');
  const isBegun = existsSync(scores) && statSync(scores).size > 0;
  if (isBegun) mustBeSame(folder, identity, readRecord(record));
  const earlier = isBegun ? readScores(scores, 'broken off').filter((outcome) => !engineFailed(outcome)) : [];
  const rewrite = (lines: readonly Line[]) => {
    writeFileSync(`${scores}.new`, lines.map(toText).join(''));
    renameSync(`${scores}.new`, scores);
  };
  rewrite(earlier);
  writeFileSync(record, JSON.stringify(identity, null, 2) + '\n');
  return {
    earlier: new Map(earlier.map((line) => [line.path, line])),
    append: (line) => {
      appendFileSync(scores, toText(line));
    },
    finish: rewrite,
  };
}

/** What the scores of a folder are of; nothing where it does not say. */
function readRecord(record: string): Partial<RunIdentity> {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as Partial<RunIdentity>;
  } catch {
    return {};
  }
}

const PARTS: [keyof RunIdentity, string][] = [
  ['engine', 'the engine'],
  ['policy', 'the policy'],
  ['policySha256', "the policy's content"],
  ['manifestSha256', 'the manifest'],
  ['sample', 'the sample'],
];

/** Refuses a folder of something else: its scores may have taken hours. */
function mustBeSame(folder: string, wanted: RunIdentity, held: Partial<RunIdentity>): void {
  const differs = (part: keyof RunIdentity) => JSON.stringify(held[part]) !== JSON.stringify(wanted[part]);
  const named = PARTS.flatMap(([part, name]) =>
    differs(part) && !(part === 'policySha256' && differs('policy')) ? [name] : [],
  );
  if (named.length > 0)
    throw new Failure(
      `${folder} holds an evaluation that differs in ${named.join(', ')}; take another --out, or remove the folder`,
    );
}

function engineFailed({ reasons }: Outcome): boolean {
  return reasons.some(({ code }) => code === ENGINE_FAILED);
}

/**
 * Reads scores.jsonl; throws a {@link Failure} that names the line that is none. Of a run that was broken off, a last line that
 * was cut while it was being written is left out.
 */
export function readScores(file: string, of: 'done' | 'broken off' = 'done'): Line[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const last = lines.pop();
  if (last && of === 'done') lines.push(last);
  return lines.map((text, index) => {
    try {
      return JSON.parse(text) as Line;
    } catch (cause) {
      throw new Failure(`${file}:${index + 1}: no line of scores, or one that was cut`, { cause });
    }
  });
}

function toText(line: Line): string {
  return JSON.stringify(line) + '\n';
}
