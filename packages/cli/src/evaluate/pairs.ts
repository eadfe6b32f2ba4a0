import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, type Engine, type FaceTemplate, type Verification } from '@bonafide/engine';
import type { Pair } from './dataset.js';
import { groupBy } from './figures.js';
import { forEachInParallel } from './parallel.js';
import { detectionErrorTradeoff, equalErrorRate, rateOf, type Rate } from './metrics.js';

/** The match confidence from which two faces count as one person: the service's `isIdentical`. */
export const MATCH_THRESHOLD = 0.5;

/** The comparison of one pair; null confidence when a face could not be found or embedded. */
export interface PairOutcome {
  pathA: string;
  pathB: string;
  same: boolean;
  set: string;
  matchConfidence: number | null;
  similarity: number | null;
  /** Why there is no comparison. */
  reason?: string;
}

/** Verification figures of one set of pairs. */
export interface PairFigures {
  set: string;
  genuine: number;
  impostor: number;
  /** Pairs with an image that was refused: failures to enrol, in no other figure. */
  notCompared: number;
  /** False match rate: impostor pairs at or above {@link MATCH_THRESHOLD}. */
  fmr: Rate;
  /** False non-match rate: genuine pairs below it. */
  fnmr: Rate;
  eer: number | null;
}

/** What {@link evaluatePairs} needs. */
export interface PairRun {
  engine: Pick<Engine, 'inspectReference'>;
  compare: (a: FaceTemplate, b: FaceTemplate) => Verification;
  pairs: readonly Pair[];
  /** Folder for pairs.jsonl, which exists. */
  folder: string;
  concurrency: number;
  /** Hears how many images are embedded, and of how many. */
  onProgress: (done: number, all: number) => void;
  signal: AbortSignal;
}

/** Compares every pair, embedding each image once; templates stay in memory and are never written. */
export async function evaluatePairs(run: PairRun): Promise<PairOutcome[]> {
  const templates = await embedAll(run);
  const outcomes = run.pairs.map(({ pathA, pathB, fileA, fileB, same, set }) => {
    const a = templates.get(fileA);
    const b = templates.get(fileB);
    if (a?.template && b?.template) {
      const { matchConfidence, similarity } = run.compare(a.template, b.template);
      return { pathA, pathB, same, set, matchConfidence, similarity };
    }
    const reason = [a?.refused, b?.refused].filter(Boolean).join('; ');
    return { pathA, pathB, same, set, matchConfidence: null, similarity: null, reason };
  });
  writeFileSync(join(run.folder, 'pairs.jsonl'), outcomes.map((one) => JSON.stringify(one) + '\n').join(''));
  return outcomes;
}

/** Figures of each set in order of appearance, then of all pairs when there are several sets. */
export function pairFigures(outcomes: readonly PairOutcome[]): PairFigures[] {
  const sets = [...groupBy(outcomes, ({ set }) => set)].map(([set, pairs]) => figuresOfSet(set, pairs));
  return sets.length > 1 ? [...sets, figuresOfSet('all sets', outcomes)] : sets;
}

function figuresOfSet(set: string, outcomes: readonly PairOutcome[]): PairFigures {
  const compared = outcomes.flatMap(({ matchConfidence, same, pathA }) =>
    matchConfidence === null ? [] : [{ matchConfidence, same, pathA }],
  );
  const genuine = compared.filter(({ same }) => same);
  const impostor = compared.filter(({ same }) => !same);
  // Pairs that share their first image depend on each other.
  const share = (pairs: typeof compared, isError: (confidence: number) => boolean) =>
    rateOf(pairs.map((pair) => ({ cluster: pair.pathA, error: isError(pair.matchConfidence) })));
  const confidences = (pairs: typeof compared) => pairs.map(({ matchConfidence }) => matchConfidence);
  return {
    set,
    genuine: genuine.length,
    impostor: impostor.length,
    notCompared: outcomes.length - compared.length,
    fmr: share(impostor, (confidence) => confidence >= MATCH_THRESHOLD),
    fnmr: share(genuine, (confidence) => confidence < MATCH_THRESHOLD),
    eer: equalErrorRate(
      detectionErrorTradeoff(confidences(genuine), new Map([['impostor', confidences(impostor)]])),
    ),
  };
}

type Embedded = { template: FaceTemplate; refused?: never } | { template?: never; refused: string };

async function embedAll({
  engine,
  pairs,
  concurrency,
  onProgress,
  signal,
}: PairRun): Promise<Map<string, Embedded>> {
  const files = [...new Set(pairs.flatMap(({ fileA, fileB }) => [fileA, fileB]))];
  const embedded = new Map<string, Embedded>();
  onProgress(0, files.length);
  await forEachInParallel(files, concurrency, signal, async (file) => {
    embedded.set(file, await embed(engine, file, signal));
    onProgress(embedded.size, files.length);
  });
  return embedded;
}

async function embed(engine: PairRun['engine'], file: string, signal: AbortSignal): Promise<Embedded> {
  try {
    const { template } = await engine.inspectReference(await readFile(file), signal);
    return { template };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { refused: `${error.code}: ${error.message}` };
  }
}
