import type { OperatingPoint } from '../analysis.js';
import { CUES } from '../cues/index.js';
import type { Policy } from '../policy.js';
import { groupBy } from './figures.js';
import { areaUnderCurve, logLikelihoodRatioCost } from './metrics.js';
import type { Outcome } from './presentation.js';
import { foldsOf, type Fold } from './folds.js';
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
  operatingPoints: Record<OperatingPoint, Thresholds & Rates>;
  /** What was left as it was or cannot be told, and why. */
  notes: string[];
}

interface Thresholds {
  realface: number;
  spoofface: number;
}

/** How thresholds do that were found without the fold that they are tried on. */
interface Rates {
  apcer: number;
  /** The species that passes most often. */
  worst: string;
  bpcer: number;
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
 * scores of presentations that the fit had not seen; their rates are those of thresholds from the other folds' scores.
 * Weights of networks are never fitted on simulated presentations.
 * @throws RangeError with too few presentations or subjects of a class
 */
export function calibrate(
  outcomes: readonly (Outcome & { simulated: boolean })[],
  policy: Policy,
): Calibration {
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
  const { by, folds } = foldsOf(usable);
  const fits = folds.map((fold) => fit(fold.fit));
  const tested = folds.flatMap(({ test }, fold) =>
    test.flatMap((index): Tested[] => {
      const [linear, sample, outcome] = [fits[fold], samples[index], usable[index]];
      if (!linear || !sample || !outcome) return [];
      const llr = scoreOf(linear, sample.features);
      // The bias stays out of the score: thresholds take its place.
      return [{ index, fold, outcome, llr, score: llr - linear.bias }];
    }),
  );
  const whole = fit(samples.map((_, k) => k));
  const pick = (label: string, value: (one: Tested) => number) =>
    tested.filter(({ outcome }) => outcome.label === label).map(value);
  const cost = (value: (one: Tested) => number) =>
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
      strict: operatingPoint(TARGETS.strict, tested, folds),
      balanced: operatingPoint(TARGETS.balanced, tested, folds),
      convenience: operatingPoint(TARGETS.convenience, tested, folds),
    },
    notes: [
      ...(simulated
        ? [
            `simulated presentations are among them: the weights of ${[...dear].join(', ')} were left as they were, and out of the scores`,
          ]
        : []),
      ...(by === 'source' ? loneSpecies(attacks) : []),
      ...(by === 'subject' && new Set(usable.map(({ source }) => source)).size > 1
        ? [
            'folds are of people, since a class has nobody left to fit on without one of the sources: the rates hold for these sources',
          ]
        : []),
    ],
  };
}

/** Species that nothing is left of when their source is. */
function loneSpecies(attacks: readonly Outcome[]): string[] {
  return [...groupBy(attacks, ({ species }) => species)].flatMap(([species, list]) => {
    const [source, ...others] = new Set(list.map((one) => one.source));
    return others.length > 0
      ? []
      : `${species} comes from source ${source} alone: its rate is of weights and thresholds that were found without any`;
  });
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
    const untried = 'on what they had not seen, thresholds so found gave';
    return {
      realface: {
        value: rounded(realface),
        origin: `${origin}: least with APCER of every species up to ${percent(target.apcer)}; ${untried} ${worst} ${percent(apcer)}`,
      },
      spoofface: {
        value: rounded(spoofface),
        origin: `${origin}: largest with BPCER up to ${percent(target.bpcer)}; ${untried} ${percent(bpcer)}`,
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

/** A presentation as the fit without its fold scores it. */
interface Tested {
  index: number;
  fold: number;
  outcome: Outcome;
  llr: number;
  score: number;
}

/**
 * Thresholds from all scores, with the rates that thresholds from the other folds' scores have in each fold. The weights of
 * those scores had seen the fold; fitting them again for each pair of folds would change little and take long.
 */
function operatingPoint(
  target: { apcer: number; bpcer: number },
  tested: readonly Tested[],
  folds: readonly Fold[],
): Thresholds & Rates {
  const without = folds.map(({ fit }) => {
    const others = new Set(fit);
    return thresholds(
      tested.filter(({ index }) => others.has(index)),
      target,
    );
  });
  const decisionOf = ({ outcome, score, fold }: Tested) => {
    const at = without[fold];
    if (!at || isClosed(outcome)) return outcome.decision;
    if (score <= at.spoofface) return 'spoofface';
    return score < at.realface ? 'uncertain' : 'realface';
  };
  const share = (list: readonly Tested[], wrong: Outcome['decision']) =>
    list.filter((one) => decisionOf(one) === wrong).length / list.length;
  const { people, species } = byKind(tested);
  const [worst] = [...species]
    .map(([name, list]) => ({ worst: name, apcer: share(list, 'realface') }))
    .sort((a, b) => b.apcer - a.apcer);
  return {
    ...thresholds(tested, target),
    ...{ worst: worst?.worst ?? '', apcer: worst?.apcer ?? 0 },
    bpcer: share(people, 'spoofface'),
  };
}

/**
 * `realface` from the least score that lets no species through more often than allowed, among all of its presentations;
 * `spoofface` down from the largest that calls no more of the people so. Captures that gates or missing evidence keep
 * undecided are refused whatever their score.
 */
function thresholds(tested: readonly Tested[], target: { apcer: number; bpcer: number }): Thresholds {
  const { people, species } = byKind(tested);
  const open = (list: readonly Tested[]) =>
    list.flatMap(({ outcome, score }) => (isClosed(outcome) ? [] : score)).sort((a, b) => a - b);
  const cuts = [...species.values()].map((list) =>
    above(open(list).reverse()[Math.floor(target.apcer * list.length)]),
  );
  const live = open(people);
  const lowest = live[Math.floor(target.bpcer * people.length)] ?? live.at(-1) ?? 0;
  const cut = Math.max(...cuts);
  const realface = Number.isFinite(cut) ? cut : lowest;
  return { realface, spoofface: Math.min(below(lowest), below(realface)) };
}

function byKind(tested: readonly Tested[]) {
  const of = (label: string) => tested.filter(({ outcome }) => outcome.label === label);
  return { people: of('bonafide'), species: groupBy(of('attack'), ({ outcome }) => outcome.species) };
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

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function percent(share: number): string {
  return `${Math.round(1000 * share) / 10} %`;
}
