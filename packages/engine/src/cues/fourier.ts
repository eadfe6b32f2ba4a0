/**
 * Magnitudes of the two-dimensional discrete Fourier transform of a square of real values, row by row, the zero frequency
 * first. Its side must be a power of two.
 */
export function spectrum(values: Float32Array, side: number): Float32Array {
  if (side < 2 || (side & (side - 1)) !== 0 || values.length !== side * side)
    throw new RangeError(
      `expected a square whose side is a power of two, got ${values.length} values for side ${side}`,
    );
  const real = new Float64Array(values);
  const imaginary = new Float64Array(values.length);
  const turn = turns(side);
  for (let row = 0; row < side; row++) transform(real, imaginary, row * side, side, turn);
  // The spectrum of real values is its own mirror image, so that half of the columns will do. Each goes to a row of memory:
  // strides of a whole row would miss the cache at every step.
  const columns = side / 2 + 1;
  const [re, im] = [transposed(real, side, columns), transposed(imaginary, side, columns)];
  const magnitudes = new Float32Array(side * side);
  for (let column = 0, k = 0; column < columns; column++) {
    transform(re, im, column * side, side, turn);
    for (let row = 0; row < side; row++, k++) {
      const magnitude = Math.hypot(re[k] ?? 0, im[k] ?? 0);
      magnitudes[row * side + column] = magnitude;
      magnitudes[((side - row) % side) * side + ((side - column) % side)] = magnitude;
    }
  }
  return magnitudes;
}

/** The first columns of a square, each as a row. */
function transposed(values: Float64Array, side: number, columns: number): Float64Array {
  const turned = new Float64Array(columns * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < columns; column++)
      turned[column * side + row] = values[row * side + column] ?? 0;
  return turned;
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

/** Radix-2 transform in place (Cooley and Tukey 1965) of `size` values. */
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  from: number,
  size: number,
  { cos, sin, order }: Turns,
): void {
  for (let k = 0; k < size; k++) {
    const other = order[k] ?? 0;
    if (other <= k) continue;
    swap(real, from + k, from + other);
    swap(imaginary, from + k, from + other);
  }
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const c = cos[k * stride] ?? 0;
        const s = sin[k * stride] ?? 0;
        const a = from + start + k;
        const b = a + half;
        const br = real[b] ?? 0;
        const bi = imaginary[b] ?? 0;
        const re = br * c - bi * s;
        const im = br * s + bi * c;
        const ar = real[a] ?? 0;
        const ai = imaginary[a] ?? 0;
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
