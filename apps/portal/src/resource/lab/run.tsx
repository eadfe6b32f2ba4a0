import { useEffect, useRef } from 'preact/hooks';
import type { Answer } from '../../api.js';

/** A measurement on the set of the lab. */
export type Run = Answer<'/management/v1/resources/{name}/lab/runs/{id}'>;

/** What kinds of measurements are called. */
export const KINDS: Record<Run['kind'], string> = { evaluation: 'evaluate', calibration: 'calibrate' };

const STATES: Record<Run['state'], string> = {
  waiting: 'waiting',
  running: 'under way',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};
/** Between two looks at what is under way, ms. */
const POLL_MS = 1_000;

export function isOpen({ state }: Pick<Run, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

/** Loads again and again while something is under way. */
export function usePolling(reload: () => Promise<void>, active: boolean): void {
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => void latest.current(), POLL_MS);
    return () => clearInterval(timer);
  }, [active]);
}

/** How far a measurement is. */
export function RunState({ run }: { run: Run }) {
  const { state, done, total } = run;
  if (!isOpen(run)) return <>{STATES[state]}</>;
  return (
    <>
      {STATES[state]}, {done} of {total}
      <br />
      <progress max={total} value={done} aria-label={`${done} of ${total} presentations`} />
    </>
  );
}
