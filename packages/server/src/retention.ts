import type { Faces } from './faces.js';
import type { Resources } from './resources.js';
import type { Sessions } from './sessions.js';

/** Removes, now and then, what is older than its resource keeps it, and faces whose time is over. */
export interface Sweeper {
  /** Sweeps once; returns how many sessions and faces it removed. */
  sweep(): Promise<number>;
  stop(): void;
}

/** Reads refuse outlived sessions anyway; the sweep only has to follow soon. */
const INTERVAL_MS = 10 * 60_000;

/** Sweeps at once and then every ten minutes. */
export function startSweeper(
  resources: Resources,
  sessions: Sessions,
  faces: Faces,
  onError: (error: unknown) => void,
): Sweeper {
  async function sweep(): Promise<number> {
    let removed = await faces.sweep();
    for (const resource of await resources.list()) {
      let ids: string[];
      do {
        ids = await sessions.sweep(resource);
        removed += ids.length;
      } while (ids.length > 0);
    }
    await sessions.sweepAbuse();
    return removed;
  }

  const run = () => void sweep().catch(onError);
  run();
  const timer = setInterval(run, INTERVAL_MS).unref();
  return { sweep, stop: () => clearInterval(timer) };
}
