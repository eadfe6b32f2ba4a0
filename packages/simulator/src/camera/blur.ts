/** The weights of a Gaussian of this standard deviation (px), from the middle outwards; they sum to 1 over both sides. */
export function gaussianWeights(sigma: number): number[] {
  if (sigma <= 0) return [1];
  const half = Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, k) => Math.exp(-0.5 * (k / sigma) ** 2));
  const sum = half.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / sum);
}

/** Blurs a picture of interleaved channels in place, with a Gaussian along each axis; edges are repeated. */
export function blur(
  picture: Float32Array,
  { width, height }: { width: number; height: number },
  sigma: { x: number; y: number },
  scratch: Float32Array,
): void {
  const channels = picture.length / (width * height);
  const row = width * channels;
  convolve(picture, scratch, gaussianWeights(sigma.x), channels, width, height, row);
  convolve(scratch, picture, gaussianWeights(sigma.y), row, height, width, channels);
}

/** Convolves lines whose pixels are `step` numbers apart. */
function convolve(
  from: Float32Array,
  into: Float32Array,
  weights: readonly number[],
  step: number,
  length: number,
  lines: number,
  lineStep: number,
): void {
  const channels = Math.min(step, lineStep);
  const reach = weights.length - 1;
  const centre = weights[0] ?? 1;
  for (let line = 0; line < lines; line++) {
    for (let place = 0; place < length; place++) {
      const at = line * lineStep + place * step;
      for (let c = at; c < at + channels; c++) {
        let sum = centre * (from[c] ?? 0);
        for (let k = 1; k <= reach; k++) {
          const back = Math.min(k, place) * step;
          const on = Math.min(k, length - 1 - place) * step;
          sum += (weights[k] ?? 0) * ((from[c - back] ?? 0) + (from[c + on] ?? 0));
        }
        into[c] = sum;
      }
    }
  }
}
