import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, type Engine, type FaceTemplate, type Verification } from '@bonafide/engine';
import type { PairOutcome } from '@bonafide/engine/evaluation';
import type { Pair } from './dataset.js';
import { forEachInParallel } from './parallel.js';

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
