import { ApiError } from '../api.js';

/** A presentation of an evaluation: what it really was, and the engine's score; null where it got none. */
export interface ScoredPresentation {
  kind: 'bona fide' | 'attack';
  /** Of an attack; empty for bona fide. */
  species: string;
  score: number | null;
}

/** What would have been decided about one kind of presentations. */
export interface RateRow {
  kind: string;
  measure: 'APCER' | 'BPCER';
  n: number;
  rate: number;
  interval: readonly [low: number, high: number];
  uncertain: number;
  /** Share without a score, which is uncertain whatever the thresholds. */
  unscored: number;
}
export type Rates = RateRow[];

/** Reads the scores that `bonafide evaluate` writes, a JSON object a line. @throws ApiError naming the line that is none */
export function readScores(text: string): ScoredPresentation[] {
  return text.split('\n').flatMap((line, k) => {
    if (line.trim() === '') return [];
    const { label, species, score } = parse(line, k + 1);
    if (label !== 'bonafide' && label !== 'attack') return [];
    return [
      {
        kind: label === 'bonafide' ? ('bona fide' as const) : ('attack' as const),
        species: label === 'attack' ? String(species ?? '') || 'attack' : '',
        score: typeof score === 'number' && Number.isFinite(score) ? score : null,
      },
    ];
  });
}

function parse(line: string, number: number): { label?: unknown; species?: unknown; score?: unknown } {
  try {
    return JSON.parse(line) as object;
  } catch {
    throw new ApiError('', `Line ${number} is no JSON: this takes the scores.jsonl of an evaluation.`);
  }
}

/** Error rates of bona fide and of each species at two thresholds; a score between them is uncertain and no error. */
export function ratesAt(
  scores: readonly ScoredPresentation[],
  { realface, spoofface }: { realface: number; spoofface: number },
): Rates {
  const species = [...new Set(scores.map((one) => one.species))].sort();
  return species.map((name) => {
    const group = scores.filter((one) => one.species === name);
    const share = (holds: (score: number) => boolean) =>
      group.filter(({ score }) => score !== null && holds(score)).length;
    const bonaFide = name === '';
    const errors = bonaFide ? share((score) => score <= spoofface) : share((score) => score >= realface);
    const unscored = group.filter(({ score }) => score === null).length;
    const between = share((score) => score > spoofface && score < realface);
    return {
      kind: bonaFide ? 'bona fide' : name,
      measure: bonaFide ? 'BPCER' : 'APCER',
      n: group.length,
      rate: errors / group.length,
      interval: wilson(errors, group.length),
      uncertain: between / group.length,
      unscored: unscored / group.length,
    };
  });
}

const Z_95 = 1.959964;

/** 95 % interval of a share (Wilson 1927); presentations count as independent here, which clips of one person are not. */
function wilson(hits: number, n: number): readonly [number, number] {
  const p = hits / n;
  const z2 = Z_95 ** 2;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
