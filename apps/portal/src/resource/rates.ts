import { ApiError } from '../api.js';

/** A presentation of an evaluation: what it really was, and the engine's score; null where it got none. */
export interface ScoredPresentation {
  kind: 'bona fide' | 'attack';
  /** Of an attack; empty for bona fide. */
  species: string;
  score: number | null;
}

/** `realface` from the first score on, `spoofface` up to the second. */
export interface Thresholds {
  realface: number;
  spoofface: number;
}

/** What a report says of the scores beside it. */
export interface ReportOfScores {
  engine: string;
  policy: string;
  /** Name of the manifest. */
  set: string;
  /** Whether simulated presentations are among it. */
  simulated: boolean;
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
    const row = parse(line);
    if (!row)
      throw new ApiError('', `Line ${k + 1} is no JSON: this takes the scores.jsonl of an evaluation.`);
    const { label, species, score } = row;
    if (label !== 'bonafide' && label !== 'attack') return [];
    return [
      {
        kind: label === 'bonafide' ? ('bona fide' as const) : ('attack' as const),
        species: label === 'attack' ? (typeof species === 'string' && species) || 'attack' : '',
        score: typeof score === 'number' && Number.isFinite(score) ? score : null,
      },
    ];
  });
}

/** Null for what is no JSON object. */
function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** Reads report.json of an evaluation. @throws ApiError for what is none */
export function readReport(text: string): ReportOfScores {
  const { run, data } = parse(text) ?? {};
  const { engine, policy, manifest } = { ...(run as object | null) } as Record<string, unknown>;
  if (typeof engine !== 'string' || typeof policy !== 'string')
    throw new ApiError('', 'This takes the report.json of an evaluation.');
  const rows = Array.isArray(data) ? (data as { simulated?: unknown }[]) : [];
  const set = typeof manifest === 'string' ? manifest.slice(0, 100) : 'an evaluation';
  return { engine, policy, set, simulated: rows.some(({ simulated }) => simulated === true) };
}

/** What thresholds make of the presentations of each species; that of bona fide ones is empty. */
export function countsAt(scores: readonly ScoredPresentation[], { realface, spoofface }: Thresholds) {
  const kinds = [...new Set(scores.map((one) => one.species))].sort();
  return kinds.map((species) => {
    const group = scores.filter((one) => one.species === species);
    const scored = group.flatMap(({ score }) => score ?? []);
    return {
      species,
      n: group.length,
      scored: scored.length,
      errors: scored.filter((score) => (species === '' ? score <= spoofface : score >= realface)).length,
      uncertain: scored.filter((score) => score > spoofface && score < realface).length,
    };
  });
}

/** Error rates of bona fide and of each species at two thresholds; a score between them is uncertain and no error. */
export function ratesAt(scores: readonly ScoredPresentation[], at: Thresholds): Rates {
  return countsAt(scores, at).map(({ species, n, scored, errors, uncertain }) => ({
    kind: species === '' ? 'bona fide' : species,
    measure: species === '' ? 'BPCER' : 'APCER',
    n,
    rate: errors / n,
    interval: wilson(errors, n),
    uncertain: uncertain / n,
    unscored: (n - scored) / n,
  }));
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
