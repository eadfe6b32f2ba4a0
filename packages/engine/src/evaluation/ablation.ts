import type { OperatingPoint } from '../analysis.js';
import type { Policy } from '../policy.js';
import { figuresOf, type Grouping } from './figures.js';
import type { Rate } from './metrics.js';
import { decideAgain, type Outcome } from './presentation.js';

/** The figures that a choice of cues would have given, at the same thresholds. */
export interface AblationRow {
  /** `all`, `without NAME` or `NAME alone`. */
  cues: string;
  /** Presentations left out of the row: a cue that it is without had decided alone, so that others were never measured. */
  notMeasured: number;
  /** APCER of the worst species; null without attacks. */
  worst: { species: string; error: Rate } | null;
  bonaFide: { error: Rate; uncertain: Rate };
  /** Attacks pooled. */
  auc: number | null;
  eer: number | null;
}

/**
 * Decides again with each cue left out, and with each required one alone: what each is worth in the company of the others.
 * It reuses what the cues measured, so that it costs no analysis. Empty where fewer than two cues were ever scored.
 */
export function ablate(
  outcomes: readonly Outcome[],
  policy: Policy,
  at: OperatingPoint,
  grouping: Grouping,
): AblationRow[] {
  const scored = new Set(
    outcomes.flatMap(({ cues }) =>
      cues.flatMap(({ name, outcome }) => (outcome.status === 'scored' ? name : [])),
    ),
  );
  const used = Object.keys(policy.cues).filter((name) => scored.has(name));
  if (used.length < 2) return [];
  const row = (cues: string, keep: (name: string) => boolean): AblationRow => {
    const kept = outcomes.map((outcome) => ({
      ...outcome,
      cues: outcome.cues.filter(({ name }) => keep(name)),
    }));
    const measured = kept.filter((outcome) => !isSpared(outcome));
    const rows = Object.entries(policy.cues).filter(([name]) => keep(name));
    const withCues = { ...policy, cues: Object.fromEntries(rows) };
    const { species, bonaFide, pooled } = figuresOf(
      measured.map((outcome) => decideAgain(outcome, withCues, at)),
      grouping,
    );
    const [worst] = species;
    return {
      cues,
      notMeasured: kept.length - measured.length,
      worst: worst ? { species: worst.species, error: worst.error } : null,
      bonaFide: { error: bonaFide.error, uncertain: bonaFide.uncertain },
      auc: pooled.auc,
      eer: pooled.eer,
    };
  };
  return [
    row('all', () => true),
    ...used.map((left) => row(`without ${left}`, (name) => name !== left)),
    ...used
      .filter((name) => policy.cues[name]?.required)
      .map((only) => row(`${only} alone`, (name) => name === only)),
  ];
}

/** Whether cues were spared for a veto that is not among the outcome's cues: they might have told as much. */
function isSpared({ cues }: Outcome): boolean {
  const vetoed = cues.some(({ outcome }) => outcome.status === 'scored' && outcome.veto);
  return (
    !vetoed &&
    cues.some(({ outcome }) => outcome.status === 'not_applicable' && outcome.reason.startsWith('spared: '))
  );
}
