import type { Policy } from '../policy.js';
import { calibrate, type Calibration } from './calibrate.js';
import { renderReport } from './page/report-page.js';
import type { Outcome } from './presentation.js';
import { makeReport, type Report } from './report.js';

// Entry of a worker thread of a pool (piscina): what takes seconds, away from those who answer calls meanwhile.

/** What such a worker does, by name: what it takes, and what it gives. */
export interface EvaluationTasks {
  report: { input: Parameters<typeof makeReport>[0]; output: { report: Report; page: string } };
  calibration: {
    input: { outcomes: (Outcome & { simulated: boolean })[]; policy: Policy };
    output: Calibration;
  };
}

/** A task of {@link EvaluationTasks}. */
export type EvaluationTask = {
  [K in keyof EvaluationTasks]: { kind: K; input: EvaluationTasks[K]['input'] };
}[keyof EvaluationTasks];

/** Does one task. @throws RangeError where there are too few presentations to calibrate on */
export default async function work(
  task: EvaluationTask,
): Promise<EvaluationTasks[keyof EvaluationTasks]['output']> {
  if (task.kind === 'calibration') return calibrate(task.input.outcomes, task.input.policy);
  const report = makeReport(task.input);
  return { report, page: await renderReport(report) };
}
