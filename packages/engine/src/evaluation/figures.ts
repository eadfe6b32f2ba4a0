import {
  areaUnderCurve,
  bpcerAtApcer,
  calibrationBins,
  detectionErrorTradeoff,
  equalErrorRate,
  logLikelihoodRatioCost,
  rateOf,
  type CalibrationBin,
  type DetPoint,
  type Rate,
} from './metrics.js';
import type { Outcome } from './presentation.js';

/** Error rates of attacks at which BPCER is read off the scores (BPCER10, BPCER20 and BPCER100 of ISO/IEC 30107-3). */
export const APCER_TARGETS = [0.1, 0.05, 0.01] as const;

/** Points of a DET curve that a report keeps; more cannot be told apart in the drawing. */
const DET_POINTS_KEPT = 200;

/** Bars of a score histogram. */
const HISTOGRAM_BINS = 36;

/** What interval and counts are grouped by, so that near-duplicates do not pass for independent evidence. */
export type Grouping = 'clip' | 'subject';

/** How often each decision was made. */
export type DecisionCounts = Record<Outcome['decision'], number>;

/** The decisions on presentations of one class: all bona fide ones, or the attacks of one species. */
export interface ClassFigures {
  n: number;
  /** Distinct subjects; 0 where the manifest does not say. */
  subjects: number;
  decisions: DecisionCounts;
  /** BPCER (bona fide called spoofface) or APCER (attacks called realface). */
  error: Rate;
  /** Share decided `uncertain`. */
  uncertain: Rate;
  /** BPNRR or APNRR: share without a response. */
  noResponse: Rate;
  /** The share not decided rightly: the error with `uncertain` and no response counted against the system. */
  notRight: Rate;
}

/** The attacks of one species against all bona fide presentations of the same slice. */
export interface SpeciesFigures extends ClassFigures {
  species: string;
  eer: number | null;
  auc: number | null;
}

/** What one cue said, and how well its log-likelihood ratio alone separates the classes. */
export interface CueFigures {
  name: string;
  scored: { bonaFide: number; attack: number };
  notApplicable: number;
  failed: number;
  auc: number | null;
}

/** The figures of a slice of the presentations: all clips, all stills, or those of one source. */
export interface Figures {
  bonaFide: ClassFigures;
  /** Worst APCER first. */
  species: SpeciesFigures[];
  /** Attacks of all species pooled: not an ISO figure, but what others publish. */
  pooled: { eer: number | null; auc: number | null; llrCost: number | null };
  /** BPCER at thresholds that hold every species to a fixed APCER. */
  bpcerAt: { apcer: number; bpcer: number; threshold: number | null }[];
  /** Scored presentations, which EER, AUC and BPCER at fixed APCER rest on. */
  scored: { bonaFide: number; attack: number };
}

/** What a threshold that was fitted without a species does to that species. */
export interface LeftOutFigures {
  species: string;
  /** The lowest threshold that holds every other species to an APCER of 5 %. */
  threshold: number | null;
  /** APCER of the species that was left out, at that threshold. */
  apcer: Rate;
  bpcer: Rate;
}

/** Drawings and tables that only whole sections have. */
export interface SectionFigures extends Figures {
  histogram: { edges: number[]; bonaFide: number[]; attack: number[] };
  /** One curve a species, then the worst species at every threshold. */
  det: { species: string; points: Omit<DetPoint, 'threshold'>[] }[];
  calibration: CalibrationBin[];
  cues: CueFigures[];
  /** Empty with fewer than two species. */
  leftOut: LeftOutFigures[];
}

/** Figures of the presentations labelled bonafide or attack among `outcomes`. */
export function figuresOf(outcomes: readonly Outcome[], grouping: Grouping): Figures {
  const bonaFide = outcomes.filter(({ label }) => label === 'bonafide');
  const attacks = outcomes.filter(({ label }) => label === 'attack');
  const live = scoresOf(bonaFide);
  const bySpecies = groupBy(attacks, ({ species }) => species);
  const worst = detectionErrorTradeoff(live, mapValues(bySpecies, scoresOf));
  const pooled = scoresOf(attacks);
  return {
    bonaFide: classFigures(bonaFide, 'spoofface', grouping),
    species: [...bySpecies]
      .map(([species, presented]) => ({
        species,
        ...classFigures(presented, 'realface', grouping),
        eer: equalErrorRate(tradeoff(live, scoresOf(presented))),
        auc: areaUnderCurve(live, scoresOf(presented)),
      }))
      .sort((a, b) => (b.error.rate ?? -1) - (a.error.rate ?? -1) || b.n - a.n),
    pooled: {
      eer: equalErrorRate(tradeoff(live, pooled)),
      auc: areaUnderCurve(live, pooled),
      llrCost: logLikelihoodRatioCost(live, pooled),
    },
    bpcerAt: APCER_TARGETS.flatMap((apcer) => {
      const point = bpcerAtApcer(worst, apcer);
      return point ? [{ apcer, bpcer: point.bpcer, threshold: finite(point.threshold) }] : [];
    }),
    scored: { bonaFide: live.length, attack: pooled.length },
  };
}

/** {@link figuresOf} with what the drawings of a section need. */
export function sectionFiguresOf(outcomes: readonly Outcome[], grouping: Grouping): SectionFigures {
  const live = scoresOf(outcomes.filter(({ label }) => label === 'bonafide'));
  const attacks = outcomes.filter(({ label }) => label === 'attack');
  const bySpecies = mapValues(
    groupBy(attacks, ({ species }) => species),
    scoresOf,
  );
  const curves = [...bySpecies].map(([species, scores]) => ({ species, points: tradeoff(live, scores) }));
  if (curves.length > 1)
    curves.push({ species: WORST_SPECIES, points: detectionErrorTradeoff(live, bySpecies) });
  return {
    ...figuresOf(outcomes, grouping),
    histogram: histogramOf(live, scoresOf(attacks)),
    det: curves
      .filter(({ points }) => points.length > 0)
      .map(({ species, points }) => ({ species, points: thinned(points) })),
    calibration: calibrationBins(live, scoresOf(attacks)),
    cues: cueFigures(outcomes),
    leftOut: leaveOneSpeciesOut(outcomes, grouping),
  };
}

/** APCER at which the threshold of {@link LeftOutFigures} is fitted. */
const LEFT_OUT_TARGET = 0.05;

/** How attacks of a species do that the threshold has not seen: the nearest a data set comes to a new kind of attack. */
function leaveOneSpeciesOut(outcomes: readonly Outcome[], grouping: Grouping): LeftOutFigures[] {
  const bonaFide = scored(outcomes.filter(({ label }) => label === 'bonafide'));
  const attacks = scored(outcomes.filter(({ label }) => label === 'attack'));
  const bySpecies = groupBy(attacks, ({ species }) => species);
  if (bonaFide.length === 0 || bySpecies.size < 2) return [];
  return [...bySpecies].flatMap(([species, left]) => {
    const others = new Map([...bySpecies].filter(([name]) => name !== species));
    const tradeoffs = detectionErrorTradeoff(scoresOf(bonaFide), mapValues(others, scoresOf));
    const point = bpcerAtApcer(tradeoffs, LEFT_OUT_TARGET);
    if (!point) return [];
    const share = (presented: readonly Outcome[], isError: (score: number) => boolean) =>
      rateOf(
        presented.map((one) => ({
          cluster: clusterOf(one, grouping),
          error: one.score !== null && isError(one.score),
        })),
      );
    return {
      species,
      threshold: finite(point.threshold),
      apcer: share(left, (score) => score >= point.threshold),
      bpcer: share(bonaFide, (score) => score < point.threshold),
    };
  });
}

function scored(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ score }) => score !== null);
}

/** Name of the DET curve of the worst species at every threshold. */
export const WORST_SPECIES = 'worst species';

/** Counts of the decisions on `outcomes`. */
export function countDecisions(outcomes: readonly Outcome[]): DecisionCounts {
  const counts = { realface: 0, uncertain: 0, spoofface: 0, noResponse: 0 };
  for (const { decision } of outcomes) counts[decision]++;
  return counts;
}

/** Splits into groups in order of appearance. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function classFigures(
  outcomes: readonly Outcome[],
  wrong: 'realface' | 'spoofface',
  grouping: Grouping,
): ClassFigures {
  const right = wrong === 'realface' ? 'spoofface' : 'realface';
  const share = (isError: (outcome: Outcome) => boolean) =>
    rateOf(outcomes.map((outcome) => ({ cluster: clusterOf(outcome, grouping), error: isError(outcome) })));
  return {
    n: outcomes.length,
    subjects: new Set(outcomes.map(({ subject }) => subject).filter((subject) => subject !== '')).size,
    decisions: countDecisions(outcomes),
    error: share(({ decision }) => decision === wrong),
    uncertain: share(({ decision }) => decision === 'uncertain'),
    noResponse: share(({ decision }) => decision === 'noResponse'),
    notRight: share(({ decision }) => decision !== right),
  };
}

/** A presentation without a clip or subject stands for itself. Names count within their source only. */
function clusterOf({ path, clip, subject, source }: Outcome, grouping: Grouping): string {
  const group = grouping === 'clip' ? clip : subject;
  return group === '' ? `path:${path}` : JSON.stringify([source, group]);
}

function cueFigures(outcomes: readonly Outcome[]): CueFigures[] {
  const judged = outcomes.filter(({ label }) => label === 'bonafide' || label === 'attack');
  const reports = judged.flatMap(({ label, cues }) => cues.map((cue) => ({ label, ...cue })));
  return [...groupBy(reports, ({ name }) => name)].map(([name, said]) => {
    const llrs = (label: string) =>
      said.flatMap((one) =>
        one.label === label && one.outcome.status === 'scored' ? [one.outcome.llr] : [],
      );
    return {
      name,
      scored: { bonaFide: llrs('bonafide').length, attack: llrs('attack').length },
      notApplicable: said.filter(({ outcome }) => outcome.status === 'not_applicable').length,
      failed: said.filter(({ outcome }) => outcome.status === 'failed').length,
      auc: areaUnderCurve(llrs('bonafide'), llrs('attack')),
    };
  });
}

function histogramOf(live: readonly number[], attacks: readonly number[]): SectionFigures['histogram'] {
  const all = [...live, ...attacks];
  if (all.length === 0) return { edges: [], bonaFide: [], attack: [] };
  const low = Math.floor(all.reduce((a, b) => Math.min(a, b)));
  const high = Math.max(low + 1, Math.ceil(all.reduce((a, b) => Math.max(a, b))));
  const width = (high - low) / HISTOGRAM_BINS;
  const count = (scores: readonly number[]) => {
    const bins = new Array<number>(HISTOGRAM_BINS).fill(0);
    for (const score of scores) {
      const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor((score - low) / width));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return bins;
  };
  const edges = Array.from({ length: HISTOGRAM_BINS + 1 }, (_, index) => low + index * width);
  return { edges, bonaFide: count(live), attack: count(attacks) };
}

/** Leaves out repeated points and the middle of straight runs, and of what is left more than can be told apart. */
function thinned(points: readonly DetPoint[]): Omit<DetPoint, 'threshold'>[] {
  const distinct = points.filter(({ apcer, bpcer }, index) => {
    const before = points[index - 1];
    return before?.apcer !== apcer || before.bpcer !== bpcer;
  });
  const corners = distinct.filter(({ apcer, bpcer }, index) => {
    const before = distinct[index - 1];
    const after = distinct[index + 1];
    const level = before?.bpcer === bpcer && after?.bpcer === bpcer;
    const upright = before?.apcer === apcer && after?.apcer === apcer;
    return !level && !upright;
  });
  const step = Math.max(1, Math.ceil(corners.length / DET_POINTS_KEPT));
  return corners
    .filter((_, index) => index % step === 0 || index === corners.length - 1)
    .map(({ apcer, bpcer }) => ({ apcer, bpcer }));
}

function tradeoff(live: readonly number[], attacks: readonly number[]): DetPoint[] {
  return detectionErrorTradeoff(live, new Map([['all', attacks]]));
}

function scoresOf(outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap(({ score }) => (score === null ? [] : [score]));
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

/** JSON has no infinity: above every score becomes null. */
function finite(threshold: number): number | null {
  return Number.isFinite(threshold) ? threshold : null;
}
