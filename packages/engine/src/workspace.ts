import type { Inference } from './inference.js';
import type { Allocate, MemoryPool, SharedBytes } from './memory.js';

/** What one analysis works with: the engine's inference, and memory that is free again when it ends. */
export interface Workspace extends Pick<Inference, 'run'> {
  allocate: Allocate;
  /** Waits until no job of this analysis runs any more, then gives its memory back. */
  end(): Promise<void>;
}

/** Opens a workspace. End it whatever happens: a job that outlived its analysis would write into another clip's pictures. */
export function openWorkspace(inference: Inference, pool: MemoryPool): Workspace {
  const jobs: Promise<unknown>[] = [];
  const taken: SharedBytes[] = [];
  return {
    run(kind, input, signal) {
      const job = inference.run(kind, input, signal);
      jobs.push(job);
      return job;
    },
    allocate(length) {
      const memory = pool.take(length);
      taken.push(memory);
      return memory;
    },
    async end() {
      await Promise.allSettled(jobs);
      taken.forEach((memory) => pool.giveBack(memory));
    },
  };
}
