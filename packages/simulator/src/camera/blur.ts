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
    weigh(scratch, y * row, row, across, padded, (k) => reach + k * channels);
  }
  const down = gaussianWeights(sigma.y);
  const rowAt = (y: number) => Math.max(0, Math.min(height - 1, y)) * row;
  for (let y = 0; y < height; y++) weigh(picture, y * row, row, down, scratch, (k) => rowAt(y + k));
}

/**
 * Sets `count` numbers from `to` on to the weighted sum of rows beside each other; that which is k places on begins at
 * `rowAt(k)`. Two on each side are added at a time.
 */
function weigh(
  into: Float32Array,
  to: number,
  count: number,
  weights: readonly number[],
  from: Float32Array,
  rowAt: (k: number) => number,
): void {
  const middle = rowAt(0);
  const centre = weights[0] ?? 1;
  if (weights.length === 1) into.set(from.subarray(middle, middle + count), to);
  for (let k = 1; k < weights.length; k += 2) {
    const near = weights[k] ?? 0;
    const far = weights[k + 1] ?? 0;
    const [before, after, earlier, later] = [rowAt(-k), rowAt(k), rowAt(-k - 1), rowAt(k + 1)];
    const first = k === 1;
    for (let c = 0; c < count; c++)
      into[to + c] =
        (first ? centre * (from[middle + c] ?? 0) : (into[to + c] ?? 0)) +
        near * ((from[before + c] ?? 0) + (from[after + c] ?? 0)) +
        far * ((from[earlier + c] ?? 0) + (from[later + c] ?? 0));
  }
}
