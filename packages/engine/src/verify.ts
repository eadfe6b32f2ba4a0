import type { FaceTemplate, Verification } from './analysis.js';
import { meanTemplate } from './embedding.js';
import type { Policy } from './policy.js';

/**
 * Compares the face of a clip, seen in several frames, with a reference: by the mean of the frames while they show one
 * person, else by the frame that fits worst. A live face for most of a clip and the photograph of another for the rest
 * would otherwise be live and match.
 */
export function compareFrames(
  frames: readonly FaceTemplate[],
  reference: FaceTemplate,
  policy: Policy,
): Verification {
  const pairs = frames.flatMap((one, k) => frames.slice(k + 1).map((other) => [one, other] as const));
  const onePerson = pairs.every(
    ([one, other]) => compareTemplates(one, other, policy).matchConfidence >= SAME_PERSON,
  );
  const compared = onePerson ? [meanTemplate(frames)] : frames;
  return compared
    .map((template) => compareTemplates(template, reference, policy))
    .reduce((worst, one) => (one.matchConfidence < worst.matchConfidence ? one : worst));
}

/** matchConfidence at the policy's threshold. */
const SAME_PERSON = 0.5;

/**
 * Compares two templates: the mean cosine over all networks, mapped by a logistic curve whose 0.5 is the policy's threshold.
 * @throws RangeError when the templates are not of the same networks
 */
export function compareTemplates(one: FaceTemplate, other: FaceTemplate, policy: Policy): Verification {
  const names = Object.keys(one);
  const cosines = names.map((name) => cosine(one[name], other[name]));
  if (names.length === 0 || names.length !== Object.keys(other).length || cosines.some(Number.isNaN))
    throw new RangeError('templates of different networks cannot be compared');
  const similarity = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const { slope, midpoint } = policy.verification;
  return {
    similarity,
    matchConfidence: 1 / (1 + Math.exp(-slope.value * (similarity - midpoint.value))),
  };
}

/** Cosine of two vectors of length 1; NaN when they do not fit. */
export function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (!one || one.length !== other?.length) return NaN;
  // A plain loop: whoever looks for a face among thousands waits for this line.
  let sum = 0;
  for (let k = 0; k < one.length; k++) sum += (one[k] ?? NaN) * (other[k] ?? NaN);
  return sum;
}
