/** Two-sided confidence level of every interval in a report. */
export const CONFIDENCE = 0.95;

/** Resamples of a bootstrap; 2,000 keep the end points of a 95 % interval stable to about a twentieth of its width. */
const RESAMPLES = 2000;

/** A confidence interval of a share, both ends in 0..1. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * The exact (Clopper-Pearson) interval of `errors` out of `n` independent trials: it never covers less than it says.
 * Clopper and Pearson, Biometrika 26 (1934).
 */
export function clopperPearson(errors: number, n: number): Interval {
  mustBeCount(errors, n);
  return { low: n === 0 ? 0 : 1 - exactUpper(n - errors, n), high: n === 0 ? 1 : exactUpper(errors, n) };
}

/** One-sided 95 % upper bound of a share (Clopper and Pearson): 0 of 60 is at most 4.9 %. */
export function oneSidedUpper(errors: number, n: number): number {
  mustBeCount(errors, n);
  return n === 0 ? 1 : exactUpper(errors, n, 1 - CONFIDENCE);
}

/** Errors and trials of the presentations that depend on each other: one clip's frames, one subject's clips. */
export interface Cluster {
  errors: number;
  n: number;
}

/**
 * Percentile bootstrap of a share over whole clusters. Meaningless when no cluster or every cluster is all errors: use
 * {@link clopperPearson} over the clusters there.
 */
export function clusterBootstrap(clusters: readonly Cluster[], seed: number): Interval {
  const random = seededRandom(seed);
  const shares = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let errors = 0;
    let n = 0;
    for (let draw = 0; draw < clusters.length; draw++) {
      const cluster = clusters[Math.floor(random() * clusters.length)];
      errors += cluster?.errors ?? 0;
      n += cluster?.n ?? 0;
    }
    shares[resample] = n === 0 ? 0 : errors / n;
  }
  shares.sort();
  const at = (quantile: number) => shares[Math.round(quantile * (RESAMPLES - 1))] ?? 0;
  return { low: at((1 - CONFIDENCE) / 2), high: at((1 + CONFIDENCE) / 2) };
}

/** Numbers in [0, 1) that are the same for the same seed (Mulberry32, a public-domain generator; not for secrets). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The share at which `errors` or fewer out of `n` have become as unlikely as the tail allows. */
function exactUpper(errors: number, n: number, tail = (1 - CONFIDENCE) / 2): number {
  if (errors === n) return 1;
  let low = errors / n;
  let high = 1;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (probabilityOfAtMost(errors, n, middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X <= errors) of a binomial variable, summed in logarithms so that large `n` does not underflow. */
function probabilityOfAtMost(errors: number, n: number, share: number): number {
  let logTerm = n * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  const logOdds = Math.log(share) - Math.log1p(-share);
  for (let k = 1; k <= errors; k++) {
    logTerm += Math.log((n - k + 1) / k) + logOdds;
    sum += Math.exp(logTerm);
  }
  return sum;
}

function mustBeCount(errors: number, n: number): void {
  if (!Number.isInteger(errors) || !Number.isInteger(n) || errors < 0 || errors > n)
    throw new RangeError(`expected 0 <= errors <= n in whole numbers, got ${errors} of ${n}`);
}
