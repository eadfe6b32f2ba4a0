/** One presentation as the fit sees it. */
export interface Sample {
  /** One number a cue; 0 where the cue says nothing. */
  features: readonly number[];
  bonaFide: boolean;
  /** What it counts; the sum over a class is what that class counts. */
  weight: number;
}

/** Log-likelihood ratio = bias + sum of weights times features. */
export interface Linear {
  bias: number;
  weights: number[];
}

const MAX_ROUNDS = 500;
const TOLERANCE = 1e-7;

/**
 * Logistic regression whose weights are never negative: evidence must not be turned round. Ridge towards `prior`, so that
 * little data changes little. Newton steps, one coordinate after another; the loss is convex, so that they end at its least.
 * @param strength of the ridge, against a total weight of 1 of all samples
 */
export function fitLogistic(samples: readonly Sample[], prior: readonly number[], strength: number): Linear {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError('expected samples to fit on');
  const weights = [...prior];
  let bias = 0;
  const scores = samples.map(({ features }) => dot(features, weights));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let largest = 0;
    for (let j = -1; j < weights.length; j++) {
      const { slope, curve } = derivatives(samples, scores, bias, j, total);
      const pull = j < 0 ? 0 : strength * ((weights[j] ?? 0) - (prior[j] ?? 0));
      const step = -(slope + pull) / Math.max(1e-9, curve + (j < 0 ? 0 : strength));
      if (j < 0) {
        bias += clamp(step);
        largest = Math.max(largest, Math.abs(step));
        continue;
      }
      const before = weights[j] ?? 0;
      const after = Math.max(0, before + clamp(step));
      weights[j] = after;
      samples.forEach(({ features }, k) => {
        scores[k] = (scores[k] ?? 0) + (after - before) * (features[j] ?? 0);
      });
      largest = Math.max(largest, Math.abs(after - before));
    }
    if (largest < TOLERANCE) break;
  }
  return { bias, weights };
}

/** The fitted log-likelihood ratio. */
export function scoreOf({ bias, weights }: Linear, features: readonly number[]): number {
  return bias + dot(features, weights);
}

/** First and second derivative of the mean loss by the bias (-1) or a weight. */
function derivatives(
  samples: readonly Sample[],
  scores: readonly number[],
  bias: number,
  j: number,
  total: number,
) {
  let [slope, curve] = [0, 0];
  samples.forEach(({ features, bonaFide, weight }, k) => {
    const value = j < 0 ? 1 : (features[j] ?? 0);
    const probability = 1 / (1 + Math.exp(-(bias + (scores[k] ?? 0))));
    slope += (weight / total) * (probability - (bonaFide ? 1 : 0)) * value;
    curve += (weight / total) * probability * (1 - probability) * value * value;
  });
  return { slope, curve };
}

/** A Newton step far from the least can overshoot. */
function clamp(step: number): number {
  return Math.max(-2, Math.min(2, step));
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0);
}
