import type { Interval } from './intervals.js';

/** A share as a person reads it, `12.3 %`; a dash when there is none. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '–';
  return `${digits(share)}\u00a0%`;
}

/** The two ends of an interval, `8.1–17.0 %`. */
export function percentRange({ low, high }: Interval): string {
  return `${digits(low)}–${digits(high)}\u00a0%`;
}

/** A number with so many decimals; a dash when there is none. */
export function fixed(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined ? '–' : value.toFixed(decimals).replace('-', '−');
}

/** `1 clip`, `2 clips`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** A tenth of a percent, hundredths below one percent, so that no small rate looks like none. */
function digits(share: number): string {
  const value = share * 100;
  return value > 0 && value < 1 ? value.toFixed(2) : value.toFixed(1);
}
