import { groupBy } from './figures.js';
import type { Rate } from './metrics.js';
import { sectionName } from './page/report-page.js';
import type { PairFigures } from './pair-figures.js';
import type { Report, Section } from './report.js';
import type { Outcome } from './presentation.js';

/** A report with the outcomes behind it, where they lie beside it. */
export interface Evaluation {
  report: Report;
  outcomes: Outcome[] | null;
}

/** One figure of two reports; an error rate where it has an interval, else a number read off the scores. */
export interface ComparedFigure {
  section: string;
  /** "APCER print", "BPCER", "EER", ... */
  figure: string;
  /** Null where a report does not have it. */
  before: Rate | number | null;
  after: Rate | number | null;
  /** Rates differ clearly when their 95 % intervals are apart; numbers without an interval are only shown. */
  verdict: 'better' | 'worse' | 'no clear difference' | '';
}

/** Presentations of one label whose decision changed in the same way. */
export interface ChangedDecision {
  label: string;
  before: Outcome['decision'];
  after: Outcome['decision'];
  n: number;
}

/** Two reports side by side. */
export interface Comparison {
  before: Report;
  after: Report;
  figures: ComparedFigure[];
  /** Null unless both scores.jsonl are there and the manifest is the same. Most frequent change first. */
  decisions: { shared: number; changed: ChangedDecision[] } | null;
}

/** Compares every figure that either report has, and the decisions on presentations that both judged. */
export function compareEvaluations(before: Evaluation, after: Evaluation): Comparison {
  const sections = together(before.report.sections, after.report.sections, sectionName);
  const sets = together(before.report.pairs?.sets ?? [], after.report.pairs?.sets ?? [], ({ set }) => set);
  return {
    before: before.report,
    after: after.report,
    figures: [...sections.flatMap(compareSections), ...sets.flatMap(comparePairs)],
    decisions: compareDecisions(before, after),
  };
}

/** What is under one name in two reports; undefined where only one has it. */
interface Both<T> {
  name: string;
  before: T | undefined;
  after: T | undefined;
}

/** Puts together what has the same name, in the order of the first report. */
function together<T>(before: readonly T[], after: readonly T[], nameOf: (one: T) => string): Both<T>[] {
  const names = new Set([...before, ...after].map(nameOf));
  const find = (list: readonly T[], name: string) => list.find((one) => nameOf(one) === name);
  return [...names].map((name) => ({ name, before: find(before, name), after: find(after, name) }));
}

function compareSections({ name, before, after }: Both<Section>): ComparedFigure[] {
  const species = together(
    before?.figures.species ?? [],
    after?.figures.species ?? [],
    (one) => one.species,
  ).flatMap((one) => [
    rates(name, `APCER ${one.name}`, one.before?.error, one.after?.error),
    rates(name, `uncertain ${one.name}`, one.before?.uncertain, one.after?.uncertain, ''),
  ]);
  const [live, liveAfter] = [before?.figures.bonaFide, after?.figures.bonaFide];
  const at5 = (section: Section | undefined) =>
    section?.figures.bpcerAt.find(({ apcer }) => apcer === 0.05)?.bpcer;
  return [
    ...species,
    rates(name, 'BPCER', live?.error, liveAfter?.error),
    rates(name, 'uncertain bona fide', live?.uncertain, liveAfter?.uncertain),
    numbers(name, 'BPCER at APCER 5 %', at5(before), at5(after)),
    numbers(name, 'EER', before?.figures.pooled.eer, after?.figures.pooled.eer),
  ];
}

function comparePairs({ name, before, after }: Both<PairFigures>): ComparedFigure[] {
  const section = `Verification, ${name}`;
  return [
    rates(section, 'FMR', before?.fmr, after?.fmr),
    rates(section, 'FNMR', before?.fnmr, after?.fnmr),
    numbers(section, 'EER', before?.eer, after?.eer),
  ];
}

function compareDecisions(before: Evaluation, after: Evaluation): Comparison['decisions'] {
  if (before.outcomes === null || after.outcomes === null) return null;
  // Under another manifest the same path may be another picture.
  if (before.report.run?.manifestSha256 !== after.report.run?.manifestSha256) return null;
  const later = new Map(after.outcomes.map(({ path, decision }) => [path, decision]));
  const shared = before.outcomes.flatMap(({ path, label, decision }) => {
    const other = later.get(path);
    return other === undefined ? [] : [{ label, before: decision, after: other }];
  });
  const moved = shared.filter((one) => one.before !== one.after);
  const changed = [...groupBy(moved, (one) => JSON.stringify(one)).values()].flatMap((alike) => {
    const [first] = alike;
    return first ? [{ ...first, n: alike.length }] : [];
  });
  return { shared: shared.length, changed: changed.sort((a, b) => b.n - a.n) };
}

/** Two error rates; `verdict` overrides the judgement where less is not simply better. */
function rates(
  section: string,
  figure: string,
  before: Rate | undefined,
  after: Rate | undefined,
  verdict?: '',
): ComparedFigure {
  return {
    ...{ section, figure, before: before ?? null, after: after ?? null },
    verdict: verdict ?? judge(before, after),
  };
}

function judge(before: Rate | undefined, after: Rate | undefined): ComparedFigure['verdict'] {
  if (!before?.n || !after?.n) return '';
  if (after.interval.high < before.interval.low) return 'better';
  if (after.interval.low > before.interval.high) return 'worse';
  return 'no clear difference';
}

function numbers(
  section: string,
  figure: string,
  before: number | null = null,
  after: number | null = null,
): ComparedFigure {
  return { section, figure, before, after, verdict: '' };
}
