import type { OperatingPoint } from '../analysis.js';
import type { Policy } from '../policy.js';
import { figuresOf, type Grouping } from './figures.js';
import type { Rate } from './metrics.js';
import { decideAgain, type Outcome } from './presentation.js';

/** The figures that a choice of cues would have given, at the same thresholds. */
export interface AblationRow {
  /** `all`, `without NAME` or `NAME alone`. */
  cues: string;
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
    const { species, bonaFide, pooled } = figuresOf(
      outcomes.map((outcome) => decideWith(outcome, policy, at, keep)),
      grouping,
    );
    const [worst] = species;
    return {
      cues,
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

/** The outcome as it had been with the cues that `keep` keeps. */
function decideWith(
  outcome: Outcome,
  policy: Policy,
  at: OperatingPoint,
  keep: (name: string) => boolean,
): Outcome {
  const rows = Object.entries(policy.cues).filter(([name]) => keep(name));
  const cues = outcome.cues.filter(({ name }) => keep(name));
  return decideAgain({ ...outcome, cues }, { ...policy, cues: Object.fromEntries(rows) }, at);
}
