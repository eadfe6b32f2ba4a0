import type { Clock } from '../clock.js';

/** So many calls in so long a time. */
export interface CallLimit {
  calls: number;
  windowMs: number;
}

/** Counts calls of callers, exactly: a limit of 20 a minute never lets 21 through in any minute. */
export interface CallLimits {
  /** Counts a call and returns null, or does not and returns the whole seconds until the next may come. */
  take(caller: string, limit: CallLimit): number | null;
}

/** Callers are forgotten in batches, once so many are known. */
const FORGET_AT = 10_000;

export function createCallLimits(clock: Clock): CallLimits {
  /** Times of the last calls of each caller, oldest first. */
  const callers = new Map<string, { times: number[]; windowMs: number }>();

  function forgetIdle(now: number): void {
    for (const [caller, { times, windowMs }] of callers)
      if ((times.at(-1) ?? 0) <= now - windowMs) callers.delete(caller);
  }

  return {
    take(caller, { calls, windowMs }) {
      const now = clock();
      if (callers.size >= FORGET_AT) forgetIdle(now);
      const times = (callers.get(caller)?.times ?? []).filter((time) => time > now - windowMs);
      const [oldest] = times;
      if (oldest !== undefined && times.length >= calls) return Math.ceil((oldest + windowMs - now) / 1000);
      callers.set(caller, { times: [...times, now], windowMs });
      return null;
    },
  };
}
