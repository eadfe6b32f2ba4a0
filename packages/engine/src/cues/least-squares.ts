/** A pivot smaller than this share of the largest means that the columns depend on each other. */
const SINGULAR = 1e-12;

/**
 * The x that makes |A x - b| least, by the normal equations; null where the columns of A depend on each other. Meant for a
 * dozen unknowns of similar size.
 * @param rows A, row by row
 * @param values b
 */
export function leastSquares(
  rows: readonly (readonly number[])[],
  values: readonly number[],
): number[] | null {
  const size = rows[0]?.length ?? 0;
  if (rows.length < size || size === 0) return null;
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1));
  rows.forEach((row, k) => {
    const value = values[k] ?? NaN;
    for (let i = 0; i < size; i++) {
      const line = matrix[i];
      const left = row[i] ?? 0;
      if (!line || left === 0) continue;
      for (let j = 0; j < size; j++) line[j] = (line[j] ?? 0) + left * (row[j] ?? 0);
      line[size] = (line[size] ?? 0) + left * value;
    }
  });
  return eliminate(matrix);
}

/** What is left of b after the best x: the sum of its squares, and its entries. Null as {@link leastSquares}. */
export function residual(
  rows: readonly (readonly number[])[],
  values: readonly number[],
): { squares: number; rest: number[]; x: number[] } | null {
  const x = leastSquares(rows, values);
  if (!x) return null;
  const rest = rows.map((row, k) => row.reduce((left, a, j) => left - a * (x[j] ?? NaN), values[k] ?? NaN));
  return { squares: rest.reduce((sum, value) => sum + value * value, 0), rest, x };
}

/** Gauss-Jordan elimination with partial pivoting of a square system with its right side as the last column. */
function eliminate(matrix: Float64Array[]): number[] | null {
  const size = matrix.length;
  const largest = Math.max(...matrix.map((row, k) => Math.abs(row[k] ?? 0)));
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(matrix[row]?.[column] ?? 0) > Math.abs(matrix[pivot]?.[column] ?? 0)) pivot = row;
    const line = matrix[pivot];
    const other = matrix[column];
    const head = line?.[column] ?? 0;
    if (!line || !other || !(Math.abs(head) > SINGULAR * largest)) return null;
    matrix[pivot] = other;
    matrix[column] = line;
    for (let k = column; k <= size; k++) line[k] = (line[k] ?? 0) / head;
    matrix.forEach((row, index) => {
      const factor = row[column] ?? 0;
      if (index === column || factor === 0) return;
      for (let k = column; k <= size; k++) row[k] = (row[k] ?? 0) - factor * (line[k] ?? 0);
    });
  }
  return matrix.map((row) => row[size] ?? NaN);
}
