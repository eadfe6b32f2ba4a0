/** The weights of a Gaussian of this standard deviation (px), from the middle outwards; they sum to 1 over both sides. */
export function gaussianWeights(sigma: number): number[] {
  if (sigma <= 0) return [1];
  const half = Array.from({ length: Math.ceil(2.3 * sigma) + 1 }, (_, k) =>
    Math.exp(-0.5 * (k / sigma) ** 2),
  );
  const sum = half.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / sum);
}

/**
 * Blurs a picture of interleaved channels in place, with a Gaussian along each axis; edges are repeated.
 * @param scratch as long as the picture; its content is lost
 */
export function blur(
  picture: Float32Array,
  { width, height }: { width: number; height: number },
  sigma: { x: number; y: number },
  scratch: Float32Array,
): void {
  const row = picture.length / height;
  const channels = row / width;
  const across = gaussianWeights(sigma.x);
  // One more than is weighed: neighbours are read in pairs.
  const reach = across.length * channels;
  const padded = new Float32Array(row + 2 * reach);
  for (let y = 0; y < height; y++) {
    padded.set(picture.subarray(y * row, (y + 1) * row), reach);
    for (let k = 0; k < reach; k++) {
      padded[k] = padded[reach + (k % channels)] ?? 0;
      padded[reach + row + k] = padded[row + reach - channels + (k % channels)] ?? 0;
    }
    weigh(scratch.subarray(y * row, (y + 1) * row), across, (k) => padded.subarray(reach + k * channels));
  }
  const down = gaussianWeights(sigma.y);
  const rowOf = (y: number) => {
    const inside = Math.max(0, Math.min(height - 1, y));
    return scratch.subarray(inside * row, (inside + 1) * row);
  };
  for (let y = 0; y < height; y++) weigh(picture.subarray(y * row, (y + 1) * row), down, (k) => rowOf(y + k));
}

/** Sets a row to the weighted sum of rows beside it; `at(k)` is the one k places on. Two on each side are added at a time. */
function weigh(into: Float32Array, weights: readonly number[], at: (k: number) => Float32Array): void {
  const middle = at(0);
  const centre = weights[0] ?? 1;
  if (weights.length === 1) into.set(middle.subarray(0, into.length));
  for (let k = 1; k < weights.length; k += 2) {
    const near = weights[k] ?? 0;
    const far = weights[k + 1] ?? 0;
    const [before, after, earlier, later] = [at(-k), at(k), at(-k - 1), at(k + 1)];
    const sum = k === 1 ? middle : into;
    const kept = k === 1 ? centre : 1;
    for (let c = 0; c < into.length; c++)
      into[c] =
        kept * (sum[c] ?? 0) +
        near * ((before[c] ?? 0) + (after[c] ?? 0)) +
        far * ((earlier[c] ?? 0) + (later[c] ?? 0));
  }
}
