import { createRequire } from 'node:module';
import type { EvaluationTask, EvaluationTasks } from '@bonafide/engine/evaluation';
import { Piscina } from 'piscina';

/** Makes reports and calibrations in a thread of its own: intervals and drawings take seconds, and calls must not wait. */
export interface EvaluationThread {
  /** @throws RangeError where a calibration has too few presentations */
  run<K extends keyof EvaluationTasks>(
    kind: K,
    input: EvaluationTasks[K]['input'],
    signal: AbortSignal,
  ): Promise<EvaluationTasks[K]['output']>;
  close(): Promise<void>;
}

/** The thread is there while it has work, and a little longer, ms. */
const IDLE_TIMEOUT_MS = 1_000;

export function createEvaluationThread(): EvaluationThread {
  const threads = new Piscina<EvaluationTask, EvaluationTasks[keyof EvaluationTasks]['output']>({
    // Through the package's exports, so that tests, which run from the sources, find the built file too.
    filename: createRequire(import.meta.url).resolve('@bonafide/engine/evaluation-worker'),
    // Not the ones of this process, which say in tests that packages are their sources.
    execArgv: [],
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
  });
  return {
    run: <K extends keyof EvaluationTasks>(
      kind: K,
      input: EvaluationTasks[K]['input'],
      signal: AbortSignal,
    ) =>
      // The kind says which of the outputs it is.
      threads.run({ kind, input } as EvaluationTask, { signal }) as Promise<EvaluationTasks[K]['output']>,
    close: () => threads.destroy(),
  };
}
