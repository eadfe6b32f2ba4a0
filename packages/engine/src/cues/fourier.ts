/**
 * Magnitudes of the two-dimensional discrete Fourier transform of a square of real values, row by row, the zero frequency
 * first. Its side must be a power of two.
 */
export function spectrum(values: Float32Array, side: number): Float32Array {
  if (side < 2 || (side & (side - 1)) !== 0 || values.length !== side * side)
    throw new RangeError(
      `expected a square whose side is a power of two, got ${values.length} values for side ${side}`,
    );
  const real = Float64Array.from(values);
  const imaginary = new Float64Array(values.length);
  const turn = turns(side);
  for (let row = 0; row < side; row++) transform(real, imaginary, row * side, 1, side, turn);
  // The spectrum of real values is its own mirror image: half of the columns would do, but all are needed as magnitudes.
  for (let column = 0; column < side; column++) transform(real, imaginary, column, side, side, turn);
  return Float32Array.from(real, (value, k) => Math.hypot(value, imaginary[k] ?? 0));
}

interface Turns {
  cos: Float64Array;
  sin: Float64Array;
  /** Where each value goes before the first stage: its index with the bits in reverse. */
  order: Uint32Array;
}

function turns(size: number): Turns {
  const bits = Math.log2(size);
  const angle = (k: number) => (-2 * Math.PI * k) / size;
  return {
    cos: Float64Array.from({ length: size / 2 }, (_, k) => Math.cos(angle(k))),
    sin: Float64Array.from({ length: size / 2 }, (_, k) => Math.sin(angle(k))),
    order: Uint32Array.from({ length: size }, (_, k) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) reversed = (reversed << 1) | ((k >> bit) & 1);
      return reversed;
    }),
  };
}

/** Radix-2 transform in place (Cooley and Tukey 1965) of `size` values that lie `step` apart. */
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  from: number,
  step: number,
  size: number,
  { cos, sin, order }: Turns,
): void {
  for (let k = 0; k < size; k++) {
    const other = order[k] ?? 0;
    if (other <= k) continue;
    swap(real, from + k * step, from + other * step);
    swap(imaginary, from + k * step, from + other * step);
  }
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const [c, s] = [cos[k * stride] ?? 0, sin[k * stride] ?? 0];
        const a = from + (start + k) * step;
        const b = a + half * step;
        const [br, bi] = [real[b] ?? 0, imaginary[b] ?? 0];
        const re = br * c - bi * s;
        const im = br * s + bi * c;
        const [ar, ai] = [real[a] ?? 0, imaginary[a] ?? 0];
        real[a] = ar + re;
        imaginary[a] = ai + im;
        real[b] = ar - re;
        imaginary[b] = ai - im;
      }
  }
}

function swap(values: Float64Array, one: number, other: number): void {
  const value = values[one] ?? 0;
  values[one] = values[other] ?? 0;
  values[other] = value;
}
