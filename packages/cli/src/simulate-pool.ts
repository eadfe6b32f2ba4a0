import { createRequire } from 'node:module';
import { Piscina } from 'piscina';
import type { ClipRequest } from '@bonafide/simulator';
import type { RenderedClip } from './simulate.js';

/** A simulator over worker threads: a clip takes seconds of one core. */
export interface Simulator {
  render(request: ClipRequest, signal?: AbortSignal): Promise<RenderedClip>;
  close(): Promise<void>;
}

/** Starts the threads; the caller closes the simulator. */
export function openSimulator(workers: number): Simulator {
  const threads = new Piscina<ClipRequest, RenderedClip>({
    // Through the package's exports, so that tests, which run from the sources, find the built file too.
    filename: createRequire(import.meta.url).resolve('@bonafide/cli/simulate-worker'),
    minThreads: 1,
    maxThreads: workers,
    // Built files need none of the options that a test runner gives its process to read sources.
    execArgv: [],
  });
  return {
    render: (request, signal) => threads.run(request, signal ? { signal } : {}),
    close: () => threads.destroy(),
  };
}
