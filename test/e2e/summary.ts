/** How many, median, least and most of measured values, as a line. */
export function summary(values: readonly number[]): string {
  const at = (share: number) => quantile(values, share).toFixed(0);
  return `n = ${values.length}, median ${at(0.5)}, least ${at(0)}, most ${at(1)}`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
