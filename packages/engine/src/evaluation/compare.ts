import { groupBy } from './figures.js';
import type { Rate } from './metrics.js';
import { sectionName } from './page/report-page.js';
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

/** Compares every figure that both reports have, and the decisions on presentations that both judged. */
export function compareEvaluations(before: Evaluation, after: Evaluation): Comparison {
  const sections = before.report.sections.flatMap((section) => {
    const other = after.report.sections.find(
      ({ media, simulated }) => media === section.media && simulated === section.simulated,
    );
    return other ? compareSections(section, other) : [];
  });
  return {
    before: before.report,
    after: after.report,
    figures: [...sections, ...comparePairs(before.report, after.report)],
    decisions: compareDecisions(before, after),
  };
}

function compareSections(before: Section, after: Section): ComparedFigure[] {
  const section = sectionName(before);
  const at5 = ({ figures }: Section) => figures.bpcerAt.find(({ apcer }) => apcer === 0.05)?.bpcer ?? null;
  const species = before.figures.species.flatMap((one) => {
    const other = after.figures.species.find((candidate) => candidate.species === one.species);
    if (!other) return [];
    return [
      rates(section, `APCER ${one.species}`, one.error, other.error),
      rates(section, `uncertain ${one.species}`, one.uncertain, other.uncertain, ''),
    ];
  });
  const [live, liveAfter] = [before.figures.bonaFide, after.figures.bonaFide];
  return [
    ...species,
    rates(section, 'BPCER', live.error, liveAfter.error),
    rates(section, 'uncertain bona fide', live.uncertain, liveAfter.uncertain),
    numbers(section, 'BPCER at APCER 5 %', at5(before), at5(after)),
    numbers(section, 'EER', before.figures.pooled.eer, after.figures.pooled.eer),
  ];
}

function comparePairs(before: Report, after: Report): ComparedFigure[] {
  return (before.pairs?.sets ?? []).flatMap((one) => {
    const other = after.pairs?.sets.find(({ set }) => set === one.set);
    if (!other) return [];
    const section = `Verification, ${one.set}`;
    return [
      rates(section, 'FMR', one.fmr, other.fmr),
      rates(section, 'FNMR', one.fnmr, other.fnmr),
      numbers(section, 'EER', one.eer, other.eer),
    ];
  });
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
function rates(section: string, figure: string, before: Rate, after: Rate, verdict?: ''): ComparedFigure {
  return { section, figure, before, after, verdict: verdict ?? judge(before, after) };
}

function judge(before: Rate, after: Rate): ComparedFigure['verdict'] {
  if (after.interval.high < before.interval.low) return 'better';
  if (after.interval.low > before.interval.high) return 'worse';
  return 'no clear difference';
}

function numbers(
  section: string,
  figure: string,
  before: number | null,
  after: number | null,
): ComparedFigure {
  return { section, figure, before, after, verdict: '' };
}
