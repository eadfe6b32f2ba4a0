/** Error rates, reports and calibration over many labelled presentations: what `bonafide evaluate` and the lab of a service share. */
export {
  decideAgain,
  ENGINE_FAILED,
  judge,
  findFault,
  isUnreadable,
  type CapturedFor,
  type LabelledPresentation,
  type Outcome,
} from './presentation.js';
export { makeReport, type Report, type ReportedRun, type RunIdentity, type Section } from './report.js';
export { groupBy, type ClassFigures, type Grouping } from './figures.js';
export type { Rate } from './metrics.js';
export { oneSidedUpper, seededRandom } from './intervals.js';
export { MATCH_THRESHOLD, pairFigures, type PairOutcome } from './pair-figures.js';
export { compareEvaluations, type Comparison, type Evaluation } from './compare.js';
export { remarkOnLabels, remarksOn } from './remarks.js';
export { calibrate, calibratedPolicy, MIN_PER_CLASS, type Calibration } from './calibrate.js';
export { count, fixed, percent, percentRange } from './format.js';
export { renderReport, sectionName } from './page/report-page.js';
export {
  changeText,
  figureText,
  renderComparison,
  differenceOfData,
  reportName,
} from './page/comparison-page.js';
export type { EvaluationTask, EvaluationTasks } from './worker.js';
