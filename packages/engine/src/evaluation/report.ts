import type { OperatingPoint } from '../analysis.js';
import type { Policy } from '../policy.js';
import { ablate, type AblationRow } from './ablation.js';
import { binOf, DIMENSIONS } from './conditions.js';
import {
  countDecisions,
  figuresOf,
  groupBy,
  sectionFiguresOf,
  type DecisionCounts,
  type Figures,
  type Grouping,
  type SectionFigures,
} from './figures.js';
import { percentile } from './metrics.js';
import { pairFigures, type PairFigures, type PairOutcome } from './pair-figures.js';
import { ENGINE_FAILED, isUnreadable, type LabelledPresentation, type Outcome } from './presentation.js';

/** Printed on every report. */
export const STATEMENT =
  'These figures use the terms of ISO/IEC 30107-3, but this is no ISO conformance test: nobody independent chose the ' +
  'attacks, made them or watched, and the result holds for this data alone.';

/** report.json. The schema name changes when a member changes its meaning. */
export interface Report {
  schema: 'bonafide-report/1';
  /** ISO 8601, UTC. */
  createdAt: string;
  statement: string;
  /** Null when only pairs were compared. */
  run: ReportedRun | null;
  data: DataRow[];
  /** Clips and stills apart, and simulated ones apart from captured ones; those without presentations are left out. */
  sections: Section[];
  /** Presentations that are neither bonafide nor attack: nothing is right or wrong about them, so they are only counted. */
  otherLabels: { label: string; n: number; decisions: DecisionCounts }[];
  /** Files that are damaged or of no known format; no figure counts them. */
  unreadable: { path: string; label: string }[];
  /** Presentations that made the engine itself fail; they count as no response. */
  engineFailures: number;
  pairs: { file: string; sha256: string; sets: PairFigures[] } | null;
}

/** What the measurements of a run depend on: a broken-off run goes on only where all of it is the same. */
export interface RunIdentity {
  engine: string;
  policy: string;
  /** Lower-case hex SHA-256 of the policy's content. */
  policySha256: string;
  /** Lower-case hex SHA-256 of the manifest. */
  manifestSha256: string;
  sample: { perGroup: number; seed: number } | null;
}

/** What was run, and how the figures were made from it. */
export interface ReportedRun extends RunIdentity {
  operatingPoint: OperatingPoint;
  /** File name of the manifest, without its folder. */
  manifest: string;
  groupedBy: Grouping;
  /** Presentations judged at the same time, which the times depend on. */
  concurrency: number;
  /** realface from the first score on, spoofface up to the second; of the operating point. */
  thresholds: { realface: number; spoofface: number };
}

/** Clips or stills, captured or simulated. */
export interface Section {
  media: 'clip' | 'still';
  simulated: boolean;
  figures: SectionFigures;
  bySource: { source: string; figures: Figures }[];
  /** By face size, light and skin tone; presentations without a face are in none. */
  byCondition: { dimension: string; note: string; bins: { bin: string; figures: Figures }[] }[];
  ablation: AblationRow[];
  timeMs: { p50: number | null; p95: number | null; p99: number | null };
}

/** What a source contributed. */
export interface DataRow {
  source: string;
  media: 'clip' | 'still';
  simulated: boolean;
  licence: string;
  bonaFide: number;
  attack: number;
  other: number;
  subjects: number;
  clips: number;
}

/** Makes the report of a run, of compared pairs, or of both. */
export function makeReport(made: {
  createdAt: Date;
  run: ReportedRun | null;
  presentations: readonly LabelledPresentation[];
  outcomes: readonly Outcome[];
  /** What was decided by, to decide again with single cues left out. */
  policy: Policy;
  pairs: { file: string; sha256: string; outcomes: readonly PairOutcome[] } | null;
}): Report {
  const { run, presentations, policy, pairs } = made;
  const outcomes = made.outcomes.filter((one) => !isUnreadable(one));
  const shown = new Map(presentations.map((presentation) => [presentation.path, presentation]));
  const slice = (media: Section['media'], simulated: boolean) =>
    outcomes.filter(
      ({ path }) => shown.get(path)?.media === media && shown.get(path)?.simulated === simulated,
    );
  const sections = (['clip', 'still'] as const).flatMap((media) =>
    [false, true].flatMap((simulated) => {
      const judged = slice(media, simulated).filter(
        ({ label }) => label === 'bonafide' || label === 'attack',
      );
      if (judged.length === 0) return [];
      const by = { groupedBy: run?.groupedBy ?? 'clip', at: run?.operatingPoint ?? 'balanced' } as const;
      return [section(media, simulated, judged, policy, by)];
    }),
  );
  const others = outcomes.filter(({ label }) => label !== 'bonafide' && label !== 'attack');
  return {
    schema: 'bonafide-report/1',
    createdAt: made.createdAt.toISOString(),
    statement: STATEMENT,
    run,
    data: dataRows(presentations),
    sections,
    otherLabels: [...groupBy(others, ({ label }) => label)].map(([label, counted]) => ({
      label,
      n: counted.length,
      decisions: countDecisions(counted),
    })),
    unreadable: made.outcomes.filter(isUnreadable).map(({ path, label }) => ({ path, label })),
    engineFailures: outcomes.filter(({ reasons }) => reasons.some(({ code }) => code === ENGINE_FAILED))
      .length,
    pairs: pairs && { file: pairs.file, sha256: pairs.sha256, sets: pairFigures(pairs.outcomes) },
  };
}

function section(
  media: Section['media'],
  simulated: boolean,
  judged: readonly Outcome[],
  policy: Policy,
  { groupedBy, at }: { groupedBy: Grouping; at: OperatingPoint },
): Section {
  const times = judged.map(({ timeMs }) => timeMs);
  return {
    media,
    simulated,
    figures: sectionFiguresOf(judged, groupedBy),
    bySource: [...groupBy(judged, ({ source }) => source)].map(([source, outcomes]) => ({
      source,
      figures: figuresOf(outcomes, groupedBy),
    })),
    byCondition: DIMENSIONS.map((dimension) => {
      const { name, note, bins } = dimension;
      const seen = judged.flatMap((one) =>
        one.conditions ? { one, bin: binOf(dimension, one.conditions) } : [],
      );
      return {
        dimension: name,
        note,
        bins: bins.flatMap(({ name: bin }) => {
          const inBin = seen.filter((row) => row.bin === bin).map(({ one }) => one);
          return inBin.length === 0 ? [] : { bin, figures: figuresOf(inBin, groupedBy) };
        }),
      };
    }),
    ablation: ablate(judged, policy, at, groupedBy),
    timeMs: { p50: percentile(times, 0.5), p95: percentile(times, 0.95), p99: percentile(times, 0.99) },
  };
}

function dataRows(presentations: readonly LabelledPresentation[]): DataRow[] {
  const groups = groupBy(presentations, ({ source, media, simulated }) =>
    JSON.stringify([source, media, simulated]),
  );
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const count = (isCounted: (row: LabelledPresentation) => boolean) => rows.filter(isCounted).length;
    const distinct = (values: string[]) => new Set(values.filter((value) => value !== '')).size;
    const bonaFide = count(({ label }) => label === 'bonafide');
    const attack = count(({ label }) => label === 'attack');
    return {
      source: first.source,
      media: first.media,
      simulated: first.simulated,
      licence: [...new Set(rows.map(({ licence }) => licence).filter((licence) => licence !== ''))].join(
        '; ',
      ),
      bonaFide,
      attack,
      other: rows.length - bonaFide - attack,
      subjects: distinct(rows.map(({ subject }) => subject)),
      clips: distinct(rows.map(({ clip }) => clip)),
    };
  });
}
