import type { CaptureMetadata, LightStep } from '@bonafide/protocol';
import { residual } from './least-squares.js';

/** Log-chroma of light: red and blue against green. */
export type Chroma = readonly [red: number, blue: number];

/** How much of each of the step's colours the screen showed at each frame, by its own stamps, after a delay. */
export interface Timeline {
  lag: number;
  /** Frame by frame; the neutral lead-in has no chroma and no column. */
  weights: readonly (readonly number[])[];
  /** Columns to take off before anything is compared: a constant and a steady drift of the white balance. */
  drift: readonly (readonly number[])[];
}

/** How well one series of chroma follows one sequence of colours. */
export interface Fit {
  correlation: number;
  /** Change of log-chroma for a full change of the screen, where the two follow each other. */
  response: number;
  /** The same from the spread alone, whatever it follows. */
  strength: number;
}

/** When which colour was on the screen, seen `lag` ms later, at each of the times. */
export function timelineOf(
  times: readonly number[],
  lag: number,
  { colours, rampMs }: LightStep,
  shown: CaptureMetadata['light'],
): Timeline {
  const middle = times.reduce((sum, time) => sum + time, 0) / times.length;
  const weights = times.map((time) => {
    const row = colours.map(() => 0);
    const at = shown.findLastIndex(({ shownAtMs }) => shownAtMs <= time - lag);
    const since = time - lag - (shown[at]?.shownAtMs ?? 0);
    const part = at > 0 && rampMs > 0 ? Math.min(1, since / rampMs) : 1;
    const add = (index: number, value: number) => {
      if (index >= 0 && index < row.length) row[index] = (row[index] ?? 0) + value;
    };
    add(shown[at]?.index ?? -1, part);
    add(shown[at - 1]?.index ?? -1, 1 - part);
    return row;
  });
  return { lag, weights, drift: times.map((time) => [1, (time - middle) / 1000]) };
}

/**
 * Prepares the comparison of a series with any sequence: both after their drift is taken off, correlated over both chroma
 * axes together. Hundreds of sequences cost little, since only their colours differ.
 */
export function fitterOf(
  timeline: Timeline,
  series: readonly Chroma[],
): (colours: LightStep['colours']) => Fit {
  const size = timeline.weights[0]?.length ?? 0;
  const columns = Array.from({ length: size }, (_, k) =>
    steadied(
      timeline,
      timeline.weights.map((row) => row[k] ?? 0),
    ),
  );
  const seen = [0, 1].map((axis) =>
    steadied(
      timeline,
      series.map((chroma) => chroma[axis] ?? NaN),
    ),
  );
  const gram = columns.map((one) => columns.map((other) => dot(one, other)));
  const products = seen.map((values) => columns.map((column) => dot(values, column)));
  const spread = seen.reduce((sum, values) => sum + dot(values, values), 0);
  return (colours) => {
    const chroma = colours.map(chromaOf);
    let [power, product] = [0, 0];
    for (const axis of [0, 1] as const) {
      for (let i = 0; i < size; i++) {
        const value = chroma[i]?.[axis] ?? 0;
        product += value * (products[axis]?.[i] ?? NaN);
        const row = gram[i];
        for (let j = 0; j < size; j++) power += value * (row?.[j] ?? NaN) * (chroma[j]?.[axis] ?? 0);
      }
    }
    const known = power > 1e-9 && spread > 0;
    return {
      correlation: known ? product / Math.sqrt(power * spread) : 0,
      response: known ? product / power : 0,
      strength: known ? Math.sqrt(spread / power) : 0,
    };
  };
}

/**
 * Share of a series' spread that comes and goes with the steps of the screen, whatever their colours: 1 when all of it does, 0 and
 * below when no more than so many free columns explain by chance (adjusted R²), or too few frames are there to tell.
 */
export function stepwiseShare({ weights, drift }: Timeline, series: readonly Chroma[]): number {
  const columns = (weights[0] ?? []).flatMap((_, k) => (weights.some((row) => row[k] !== 0) ? [k] : []));
  // Without a frame of the lead-in the colours add up to the constant of the drift: one of them says nothing more.
  const always = weights.every((row) => row.reduce((sum, weight) => sum + weight, 0) > 1 - 1e-9);
  const used = always ? columns.slice(1) : columns;
  const rows = weights.map((row, k) => [...used.map((column) => row[column] ?? 0), ...(drift[k] ?? [])]);
  const free = drift[0]?.length ?? 0;
  const degrees = series.length - used.length - free;
  if (degrees < 1) return 0;
  let [rest, spread] = [0, 0];
  for (const axis of [0, 1] as const) {
    const values = series.map((chroma) => chroma[axis]);
    rest += residual(rows, values)?.squares ?? NaN;
    spread += residual(drift, values)?.squares ?? NaN;
  }
  const share = 1 - rest / degrees / (spread / (series.length - free));
  return Number.isFinite(share) ? share : 0;
}

/** Chroma of the screen at each frame. */
export function screenOf({ weights }: Timeline, colours: LightStep['colours']): Chroma[] {
  const chroma = colours.map(chromaOf);
  const sum = (row: readonly number[], axis: 0 | 1) =>
    row.reduce((total, weight, k) => total + weight * (chroma[k]?.[axis] ?? 0), 0);
  return weights.map((row) => [sum(row, 0), sum(row, 1)]);
}

/** Linear light of the screen at each frame; null where it did not show the sequence alone. */
export function screenLight({ weights }: Timeline, colours: LightStep['colours']): (number[] | null)[] {
  const linear = colours.map((colour) => colour.map(toLinear));
  return weights.map((row) => {
    const whole = row.reduce((sum, weight) => sum + weight, 0);
    if (whole < 0.999) return null;
    return [0, 1, 2].map((c) => row.reduce((sum, weight, k) => sum + weight * (linear[k]?.[c] ?? 0), 0));
  });
}

/** Linear red and blue of a colour, less its green. */
function chromaOf(colour: readonly number[]): Chroma {
  const [red = NaN, green = NaN, blue = NaN] = colour.map(toLinear);
  return [red - green, blue - green];
}

/** Bytes from and up to which a channel carries no ratio any more. */
export const CLIPPED_BYTE = 250;
export const BLACK_BYTE = 6;

const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** sRGB byte to linear light, 0..1 (IEC 61966-2-1). */
export function toLinear(byte: number): number {
  return LINEAR[byte] ?? NaN;
}

function steadied({ drift }: Timeline, values: readonly number[]): readonly number[] {
  return residual(drift, values)?.rest ?? values;
}

/** Sum of the products of two series. */
export function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, k) => sum + value * (other[k] ?? NaN), 0);
}
