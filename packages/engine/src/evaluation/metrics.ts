import { clopperPearson, clusterBootstrap, type Cluster, type Interval } from './intervals.js';

/** Fixed, so that the same scores give the same report. */
const BOOTSTRAP_SEED = 1;

/** A share of errors with its 95 % interval. */
export interface Rate {
  errors: number;
  n: number;
  /** Clips or subjects that the `n` presentations come from. */
  clusters: number;
  /** errors / n; null when nothing was presented. */
  rate: number | null;
  interval: Interval;
  /** How {@link rateOf} found the interval. */
  method: 'exact' | 'exact over clusters' | 'cluster bootstrap';
}

/**
 * The share of errors among presentations that come in clusters (one clip's frames, one subject's clips). Independent
 * presentations get the exact interval. No error, or nothing but errors, in dependent presentations gets the exact
 * interval of as many trials as there are clusters. What lies between gets a bootstrap over clusters; since few clusters can
 * agree by chance, it is never narrower than the exact interval would be, nor surer than no error, or nothing else, would be.
 */
export function rateOf(presentations: Iterable<{ cluster: string; error: boolean }>): Rate {
  const clusters = new Map<string, Cluster>();
  let errors = 0;
  let n = 0;
  for (const { cluster, error } of presentations) {
    const counted = clusters.get(cluster) ?? { errors: 0, n: 0 };
    clusters.set(cluster, { errors: counted.errors + Number(error), n: counted.n + 1 });
    errors += Number(error);
    n++;
  }
  const counts = { errors, n, clusters: clusters.size, rate: n === 0 ? null : errors / n };
  if (clusters.size === n) return { ...counts, interval: clopperPearson(errors, n), method: 'exact' };
  const none = clopperPearson(0, clusters.size);
  const nothingElse = clopperPearson(clusters.size, clusters.size);
  if (errors === 0) return { ...counts, interval: none, method: 'exact over clusters' };
  if (errors === n) return { ...counts, interval: nothingElse, method: 'exact over clusters' };
  const drawn = clusterBootstrap([...clusters.values()], BOOTSTRAP_SEED);
  const independent = clopperPearson(errors, n);
  const interval = {
    low: Math.min(drawn.low, independent.low, nothingElse.low),
    high: Math.max(drawn.high, independent.high, none.high),
  };
  return { ...counts, interval, method: 'cluster bootstrap' };
}

/** The two error rates when every score of at least `threshold` is taken as bona fide. */
export interface DetPoint {
  threshold: number;
  /** Share of attacks taken as bona fide, of the species where it is largest. */
  apcer: number;
  /** Share of bona fide presentations taken as attacks. */
  bpcer: number;
}

/**
 * The detection error trade-off: one point a distinct score, threshold rising, then one above every score. APCER falls from
 * point to point and BPCER rises. Empty when either class has no score.
 */
export function detectionErrorTradeoff(
  bonaFide: readonly number[],
  attacksBySpecies: ReadonlyMap<string, readonly number[]>,
): DetPoint[] {
  const species = [...attacksBySpecies.values()].filter((scores) => scores.length > 0);
  if (bonaFide.length === 0 || species.length === 0) return [];
  const ascending = [bonaFide, ...species].map((scores) => Float64Array.from(scores).sort());
  const refused = ascending.map(() => 0);
  const thresholds = [...new Set(ascending.flatMap((scores) => [...scores]))].sort((a, b) => a - b);
  return [...thresholds, Infinity].map((threshold) => {
    ascending.forEach((scores, set) => {
      let count = refused[set] ?? 0;
      while (count < scores.length && (scores[count] ?? Infinity) < threshold) count++;
      refused[set] = count;
    });
    const [people = 0, ...attacks] = refused;
    // Counted, not taken from 1, which would miss 5 % by a rounding error.
    const passed = species.map(({ length }, k) => (length - (attacks[k] ?? 0)) / length);
    return { threshold, apcer: Math.max(...passed), bpcer: people / bonaFide.length };
  });
}

/** Where APCER equals BPCER, between the two points that it lies between (linear); null without points. */
export function equalErrorRate(points: readonly DetPoint[]): number | null {
  for (const [index, point] of points.entries()) {
    const over = point.bpcer - point.apcer;
    if (over < 0) continue;
    const before = points[index - 1];
    if (before === undefined) return (point.apcer + point.bpcer) / 2;
    const under = before.apcer - before.bpcer;
    return before.bpcer + ((point.bpcer - before.bpcer) * under) / (under + over);
  }
  return null;
}

/** BPCER at the lowest threshold that holds the APCER of every species to at most `target`; null without points. */
export function bpcerAtApcer(points: readonly DetPoint[], target: number): DetPoint | null {
  return points.find((point) => point.apcer <= target) ?? null;
}

/** The chance that a bona fide presentation scores higher than an attack, ties counted half; null when a class is empty. */
export function areaUnderCurve(bonaFide: readonly number[], attacks: readonly number[]): number | null {
  if (bonaFide.length === 0 || attacks.length === 0) return null;
  const sorted = Float64Array.from(attacks).sort();
  let wins = 0;
  for (const score of bonaFide)
    wins += (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2;
  return wins / (bonaFide.length * attacks.length);
}

/**
 * Cost of the log-likelihood ratios in bits (Cllr, Bruemmer and du Preez 2006): 0 is perfect, 1 is no better than saying
 * nothing, above 1 misleads. Null when a class is empty.
 */
export function logLikelihoodRatioCost(
  bonaFide: readonly number[],
  attacks: readonly number[],
): number | null {
  if (bonaFide.length === 0 || attacks.length === 0) return null;
  const bits = (natural: number) => (natural > 30 ? natural : Math.log1p(Math.exp(natural))) / Math.LN2;
  return (mean(bonaFide.map((llr) => bits(-llr))) + mean(attacks.map((llr) => bits(llr)))) / 2;
}

/** One bin of a calibration plot: what the scores promised and what came. */
export interface CalibrationBin {
  /** Mean of the predicted probabilities of "bona fide" at equal priors, 0..1. */
  predicted: number;
  /** Share of bona fide presentations in the bin, both classes weighted as if they were equally many, 0..1. */
  observed: number;
  n: number;
}

/** Ten bins of predicted probability (scores as log-likelihood ratios at equal priors); empty bins are left out. */
export function calibrationBins(bonaFide: readonly number[], attacks: readonly number[]): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, () => ({ weight: 0, predicted: 0, observed: 0, n: 0 }));
  const add = (scores: readonly number[], isBonaFide: boolean) => {
    for (const llr of scores) {
      const probability = 1 / (1 + Math.exp(-llr));
      const bin = bins[Math.min(9, Math.floor(probability * 10))];
      if (bin === undefined) continue;
      const weight = 1 / scores.length;
      bin.weight += weight;
      bin.predicted += weight * probability;
      bin.observed += isBonaFide ? weight : 0;
      bin.n++;
    }
  };
  add(bonaFide, true);
  add(attacks, false);
  return bins
    .filter((bin) => bin.n > 0)
    .map(({ weight, predicted, observed, n }) => ({
      predicted: predicted / weight,
      observed: observed / weight,
      n,
    }));
}

/** The value that `share` (0..1) of the values do not exceed, nearest rank; null without values. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** How many of the ascending `sorted` are below `value`, or not above it when `orEqual`. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = sorted[middle] ?? Infinity;
    if (there < value || (orEqual && there === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
