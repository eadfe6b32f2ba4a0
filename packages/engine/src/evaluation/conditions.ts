import type { Analysis, FaceReport } from '../analysis.js';
import { percentile } from './metrics.js';

/** How a presentation shows the face: what error rates are broken down by. Medians over the frames with a face. */
export interface Conditions {
  /** Shorter side of the face box, px of the file. */
  faceSizePx: number;
  /** Mean luma of the face, 0..1. */
  luma: number;
  /** Typology angle of the skin as the picture shows it, degrees. */
  skinToneDeg: number;
}

/** The conditions of an analysis; null when no frame shows a face. */
export function conditionsOf({ frames }: Pick<Analysis, 'frames'>): Conditions | null {
  const faces = frames.flatMap(({ face }) => face ?? []);
  const median = (valueOf: (face: FaceReport) => number) => percentile(faces.map(valueOf), 0.5);
  const faceSizePx = median(({ rectangle }) => Math.min(rectangle.width, rectangle.height));
  const luma = median(({ exposure }) => exposure.mean);
  const skinToneDeg = median((face) => face.skinToneDeg);
  return faceSizePx === null || luma === null || skinToneDeg === null
    ? null
    : { faceSizePx, luma, skinToneDeg };
}

/** A way to break the presentations down, with the bins from low to high; `from` is the first value of a bin. */
export interface Dimension {
  name: string;
  /** What a reader has to know to read the bins. */
  note: string;
  value: keyof Conditions;
  bins: readonly { name: string; from: number }[];
}

/** Every dimension of a report. */
export const DIMENSIONS: readonly Dimension[] = [
  {
    name: 'face size',
    note: 'Shorter side of the face in px of the file: resolution and distance in one.',
    value: 'faceSizePx',
    bins: [
      { name: 'under 100 px', from: -Infinity },
      { name: '100 to 199 px', from: 100 },
      { name: '200 to 399 px', from: 200 },
      { name: '400 px and more', from: 400 },
    ],
  },
  {
    name: 'light',
    note: 'Mean brightness of the face, from 0 to 1.',
    value: 'luma',
    bins: [
      { name: 'dark, under 0.25', from: -Infinity },
      { name: '0.25 to 0.45', from: 0.25 },
      { name: '0.45 to 0.65', from: 0.45 },
      { name: 'bright, 0.65 and more', from: 0.65 },
    ],
  },
  {
    name: 'skin tone in the picture',
    note:
      'Individual typology angle, in the six classes that dermatology uses (Chardon 1991, Del Bino 2013). It is ' +
      'measured on the picture, so that light and white balance shift it: read differences between neighbouring bins ' +
      'as a question to look into, not as an answer.',
    value: 'skinToneDeg',
    bins: [
      { name: 'dark', from: -Infinity },
      { name: 'brown', from: -30 },
      { name: 'tan', from: 10 },
      { name: 'intermediate', from: 28 },
      { name: 'light', from: 41 },
      { name: 'very light', from: 55 },
    ],
  },
];

/** Name of the bin that the conditions fall into. */
export function binOf({ value, bins }: Dimension, conditions: Conditions): string {
  return bins.findLast(({ from }) => conditions[value] >= from)?.name ?? 'unknown';
}
