import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Evaluation, Report } from '@bonafide/engine/evaluation';
import { Failure } from '../failure.js';
import { readScores } from './run.js';

const nullable = (type: Parameters<typeof Type.Union>[0][number]) => Type.Union([type, Type.Null()]);
const Rate = Type.Object({
  n: Type.Number(),
  rate: nullable(Type.Number()),
  interval: Type.Object({ low: Type.Number(), high: Type.Number() }),
});
const Rates = { error: Rate, uncertain: Rate };
/** As much of a report as a comparison reads. */
const ComparedReport = Type.Object({
  schema: Type.Literal('bonafide-report/1'),
  createdAt: Type.String(),
  statement: Type.String(),
  run: nullable(
    Type.Object({
      ...{ manifest: Type.String(), manifestSha256: Type.String(), sample: nullable(Type.Object({})) },
      ...{ engine: Type.String(), policy: Type.String(), operatingPoint: Type.String() },
    }),
  ),
  sections: Type.Array(
    Type.Object({
      media: Type.String(),
      simulated: Type.Boolean(),
      figures: Type.Object({
        bonaFide: Type.Object(Rates),
        species: Type.Array(Type.Object({ species: Type.String(), ...Rates })),
        pooled: Type.Object({ eer: nullable(Type.Number()) }),
        bpcerAt: Type.Array(Type.Object({ apcer: Type.Number(), bpcer: Type.Number() })),
      }),
    }),
  ),
  pairs: nullable(
    Type.Object({
      ...{ file: Type.String(), sha256: Type.String() },
      sets: Type.Array(
        Type.Object({ set: Type.String(), fmr: Rate, fnmr: Rate, eer: nullable(Type.Number()) }),
      ),
    }),
  ),
});

/** Reads a report.json, or that of a folder, and the scores.jsonl beside it. Throws a {@link Failure} that names what is wrong. */
export function readEvaluation(path: string): Evaluation {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, 'report.json') : path;
  const report = readReport(file);
  const scores = join(dirname(file), 'scores.jsonl');
  return { report, outcomes: existsSync(scores) ? readScores(scores) : null };
}

function readReport(file: string): Report {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Failure(`${file} cannot be read as the report of an evaluation`, { cause });
  }
  const fault = Value.Errors(ComparedReport, report).First();
  if (fault)
    throw new Failure(
      `${file} is no report of evaluate that this version reads: ${fault.path || 'the whole'}: ${fault.message}`,
    );
  return report as Report;
}
