import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Evaluation, Report } from '@bonafide/engine/evaluation';
import { Failure } from '../failure.js';
import { readScores } from './run.js';

/** Reads a report.json, or that of a folder, and the scores.jsonl beside it. */
export function readEvaluation(path: string): Evaluation {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, 'report.json') : path;
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (cause) {
    throw new Failure(`${file} cannot be read as the report of an evaluation`, { cause });
  }
  if (report.schema !== 'bonafide-report/1')
    throw new Failure(`${file} is no report that this version reads: expected "schema": "bonafide-report/1"`);
  const scores = join(dirname(file), 'scores.jsonl');
  return { report, outcomes: existsSync(scores) ? readScores(scores) : null };
}
