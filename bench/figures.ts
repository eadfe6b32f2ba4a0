/** Prints a figure of the bench. */
export function row(name: string, figure: string, more: string): void {
  console.log(`  ${name.padEnd(36)} ${figure.padStart(12)}   ${more}`);
}

/** The value that a share `q` of some is not above. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
