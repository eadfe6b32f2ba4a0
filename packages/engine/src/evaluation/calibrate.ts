import type { OperatingPoint } from '../analysis.js';
import { CUES } from '../cues/index.js';
import type { Policy } from '../policy.js';
import { groupBy } from './figures.js';
import { areaUnderCurve, logLikelihoodRatioCost } from './metrics.js';
import { isUnreadable, type Outcome } from './presentation.js';
import { foldsOf } from './folds.js';
import { fitLogistic, scoreOf, type Linear, type Sample } from './logistic.js';

/** What an operating point allows, as shares of all presentations. */
export const TARGETS: Record<OperatingPoint, { apcer: number; bpcer: number }> = {
  strict: { apcer: 0.01, bpcer: 0.03 },
  balanced: { apcer: 0.05, bpcer: 0.02 },
  convenience: { apcer: 0.1, bpcer: 0.01 },
};
/** Fewer presentations of a class tell nothing that would hold on others. */
export const MIN_PER_CLASS = 20;
/** Strength of the pull towards the present weights: about as much as a handful of presentations. */
const RIDGE = 0.02;

/** What a calibration found; plain JSON. */
export interface Calibration {
  /** Presentations that could be scored, by class, and species of the attacks. */
  bonaFide: number;
  attacks: number;
  species: Record<string, number>;
  folds: { name: string; fitted: number; tested: number }[];
  cues: CalibratedCue[];
  /** Of scores of the folds that each was tested on: area under the curve, and cost in bits (1 = says nothing). */
  test: { auc: number | null; cllr: number | null; cllrBefore: number | null };
  operatingPoints: Record<
    OperatingPoint,
    { realface: number; spoofface: number; apcer: number; worst: string; bpcer: number }
  >;
  /** What was left as it was, and why. */
  notes: string[];
}

/** One cue's part in it. */
export interface CalibratedCue {
  name: string;
  scored: number;
  weightBefore: number;
  weight: number;
  /** Weights of the folds, which show how sure it is. */
  foldWeights: number[];
}

/**
 * Fits weights and thresholds of a policy on labelled outcomes. Each cue's ratio is clipped and weighted by its quality as
 * `decide` does; classes count the same, and so do species within attacks and sources within each. Thresholds come from the
 * scores of presentations that the fit had not seen. Weights of networks are never fitted on simulated presentations.
 * @throws RangeError with too few presentations of a class
 */
export function calibrate(given: readonly (Outcome & { simulated: boolean })[], policy: Policy): Calibration {
  const outcomes = given.filter((one) => !isUnreadable(one));
  const usable = outcomes.filter(
    ({ label, score, decision }) => isLabel(label) && score !== null && decision !== 'noResponse',
  );
  const simulated = usable.some((outcome) => outcome.simulated);
  const names = Object.keys(policy.cues);
  const dear = new Set(CUES.flatMap(({ name, stage }) => (stage === 'network' ? [name] : [])));
  const frozen = names.map((name) => simulated && dear.has(name));
  const [bonaFide, attacks] = ['bonafide', 'attack'].map((label) =>
    usable.filter((one) => one.label === label),
  );
  if (!bonaFide || !attacks || Math.min(bonaFide.length, attacks.length) < MIN_PER_CLASS)
    throw new RangeError(
      `expected at least ${MIN_PER_CLASS} scored presentations of each class, got ` +
        `${bonaFide?.length ?? 0} bona fide and ${attacks?.length ?? 0} attacks`,
    );

  const samples = weigh(usable, (outcome) => featuresOf(outcome, policy, names, frozen));
  const prior = names.map((name) => policy.cues[name]?.weight.value ?? 0);
  const fit = (indices: readonly number[]): Linear =>
    fitLogistic(
      indices.flatMap((k) => samples[k] ?? []),
      prior,
      RIDGE,
    );
  const folds = foldsOf(usable).filter(({ fit: rows }) => hasBoth(rows.flatMap((k) => samples[k] ?? [])));
  if (folds.length < 2) throw new RangeError('expected two sources or two subjects of each class at least');
  const fits = folds.map((fold) => fit(fold.fit));
  const tested = folds.flatMap(({ test }, fold) =>
    test.flatMap((k) => {
      const [linear, sample, outcome] = [fits[fold], samples[k], usable[k]];
      // The bias stays out: thresholds take its place.
      return linear && sample && outcome
        ? [
            {
              outcome,
              score: scoreOf({ ...linear, bias: 0 }, sample.features),
              llr: scoreOf(linear, sample.features),
            },
          ]
        : [];
    }),
  );
  const whole = fit(samples.map((_, k) => k));
  const pick = (label: string, value: (one: (typeof tested)[number]) => number) =>
    tested.filter(({ outcome }) => outcome.label === label).map(value);
  const cost = (value: (one: (typeof tested)[number]) => number) =>
    logLikelihoodRatioCost(pick('bonafide', value), pick('attack', value));
  return {
    bonaFide: bonaFide.length,
    attacks: attacks.length,
    species: Object.fromEntries(
      [...groupBy(attacks, ({ species }) => species)].map(([name, list]) => [name, list.length]),
    ),
    folds: folds.map(({ name, fit: rows, test }) => ({ name, fitted: rows.length, tested: test.length })),
    cues: names.map((name, j) => ({
      name,
      scored: usable.filter((one) => isScored(one, name)).length,
      weightBefore: prior[j] ?? 0,
      weight: frozen[j] ? (prior[j] ?? 0) : (whole.weights[j] ?? 0),
      foldWeights: fits.map(({ weights }) => (frozen[j] ? (prior[j] ?? 0) : (weights[j] ?? 0))),
    })),
    test: {
      auc: areaUnderCurve(
        pick('bonafide', ({ llr }) => llr),
        pick('attack', ({ llr }) => llr),
      ),
      cllr: cost(({ llr }) => llr),
      cllrBefore: cost(({ outcome }) => outcome.score ?? 0),
    },
    operatingPoints: {
      strict: thresholds(tested, outcomes, TARGETS.strict),
      balanced: thresholds(tested, outcomes, TARGETS.balanced),
      convenience: thresholds(tested, outcomes, TARGETS.convenience),
    },
    notes: simulated
      ? [
          `simulated presentations are among them: the weights of ${[...dear].join(', ')} were left as they are, and out of the scores`,
        ]
      : [],
  };
}

/** The policy with what was found; each number says where it comes from. */
export function calibratedPolicy(
  policy: Policy,
  found: Calibration,
  version: string,
  origin: string,
): Policy {
  const cues = Object.fromEntries(
    Object.entries(policy.cues).map(([name, row]) => {
      const cue = found.cues.find((one) => one.name === name);
      const changed = cue && cue.scored > 0 && cue.weight !== cue.weightBefore;
      return [name, changed ? { ...row, weight: { value: rounded(cue.weight), origin } } : row];
    }),
  );
  const point = (at: OperatingPoint) => {
    const { realface, spoofface, apcer, worst, bpcer } = found.operatingPoints[at];
    const target = TARGETS[at];
    return {
      realface: {
        value: rounded(realface),
        origin: `${origin}: least with APCER of every species up to ${percent(target.apcer)}; ${worst} ${percent(apcer)}`,
      },
      spoofface: {
        value: rounded(spoofface),
        origin: `${origin}: largest with BPCER up to ${percent(target.bpcer)}; ${percent(bpcer)}`,
      },
    };
  };
  return {
    ...policy,
    version,
    cues,
    operatingPoints: {
      strict: point('strict'),
      balanced: point('balanced'),
      convenience: point('convenience'),
    },
  };
}

interface Tested {
  outcome: Outcome;
  score: number;
}

/**
 * `realface` from the least score that lets no species through more often than allowed, among all of its presentations;
 * `spoofface` down from the largest that calls no more of the people so. Captures that gates or missing evidence keep
 * undecided are refused whatever their score.
 */
function thresholds(
  tested: readonly Tested[],
  all: readonly Outcome[],
  target: { apcer: number; bpcer: number },
) {
  const open = tested.filter(({ outcome }) => !isClosed(outcome));
  const scoresOf = (label: string) =>
    groupBy(
      open.filter(({ outcome }) => outcome.label === label),
      ({ outcome }) => outcome.species,
    );
  const count = (label: string, species: string) =>
    all.filter((one) => one.label === label && one.species === species).length;
  const attacks = [...scoresOf('attack')].map(([species, list]) => ({
    species,
    scores: list.map(({ score }) => score).sort((a, b) => b - a),
    n: count('attack', species),
  }));
  const cuts = attacks
    .map(({ species, scores, n }) => ({
      species,
      scores,
      n,
      cut: above(scores[Math.floor(target.apcer * n)]),
    }))
    .sort((a, b) => b.cut - a.cut);
  const [worst] = cuts;
  const realface = worst?.cut ?? -Infinity;
  const live = open
    .flatMap(({ outcome, score }) => (outcome.label === 'bonafide' ? [score] : []))
    .sort((a, b) => a - b);
  const people = all.filter(({ label }) => label === 'bonafide').length;
  const lowest = live[Math.floor(target.bpcer * people)] ?? live.at(-1) ?? 0;
  const upper = Number.isFinite(realface) ? realface : lowest;
  const spoofface = Math.min(below(lowest), below(upper));
  return {
    realface: upper,
    spoofface,
    apcer: worst ? worst.scores.filter((score) => score >= upper).length / worst.n : 0,
    worst: worst?.species ?? 'no attack could be decided on:',
    bpcer: live.filter((score) => score <= spoofface).length / people,
  };
}

const STEP = 0.001;
function above(score: number | undefined): number {
  return score === undefined ? -Infinity : Math.ceil((score + STEP / 2) / STEP) * STEP;
}
function below(score: number): number {
  return Math.floor((score - STEP / 2) / STEP) * STEP;
}

/** Whether the decision was taken before any sum. */
function isClosed({ quality, cues }: Outcome): boolean {
  return (
    quality.length > 0 ||
    cues.some(({ outcome }) =>
      outcome.status === 'scored' ? outcome.veto : outcome.status === 'failed' || outcome.missing,
    )
  );
}

function featuresOf(
  { cues }: Outcome,
  policy: Policy,
  names: readonly string[],
  frozen: readonly boolean[],
): number[] {
  return names.map((name, j) => {
    const outcome = cues.find((cue) => cue.name === name)?.outcome;
    const limit = policy.cues[name]?.maxLlr.value ?? 0;
    if (frozen[j] || outcome?.status !== 'scored') return 0;
    return outcome.quality * Math.max(-limit, Math.min(limit, outcome.llr));
  });
}

/** Both classes count the same; within a class its species, within a species its sources. */
function weigh(outcomes: readonly Outcome[], features: (outcome: Outcome) => number[]): Sample[] {
  const sizes = (key: (one: Outcome) => string) => groupBy(outcomes, key);
  const kinds = (list: readonly Outcome[], key: (one: Outcome) => string) => new Set(list.map(key)).size;
  const byLabel = sizes(({ label }) => label);
  const bySpecies = sizes(({ label, species }) => `${label}/${species}`);
  const bySource = sizes(({ label, species, source }) => `${label}/${species}/${source}`);
  return outcomes.map((outcome) => {
    const { label, species, source } = outcome;
    const speciesCount = kinds(byLabel.get(label) ?? [], (one) => one.species);
    const sourceCount = kinds(bySpecies.get(`${label}/${species}`) ?? [], (one) => one.source);
    const n = bySource.get(`${label}/${species}/${source}`)?.length ?? 1;
    return {
      features: features(outcome),
      bonaFide: label === 'bonafide',
      weight: 1 / (speciesCount * sourceCount * n),
    };
  });
}

function isLabel(label: string): boolean {
  return label === 'bonafide' || label === 'attack';
}

function isScored({ cues }: Outcome, name: string): boolean {
  return cues.some((cue) => cue.name === name && cue.outcome.status === 'scored');
}

function hasBoth(samples: readonly Sample[]): boolean {
  return samples.some(({ bonaFide }) => bonaFide) && samples.some(({ bonaFide }) => !bonaFide);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function percent(share: number): string {
  return `${Math.round(1000 * share) / 10} %`;
}
