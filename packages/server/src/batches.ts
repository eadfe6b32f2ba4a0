import { setTimeout } from 'node:timers/promises';

/** Sessions that one transaction removes: with all that hangs on them about 15 ms, in which no call is answered. */
export const SESSION_BATCH = 25;
/** Calls that came meanwhile get as much time in between; ms. */
const PAUSE_MS = 20;

/** Does some again and again, until none was left; returns how many there were. */
export async function untilNone(some: () => Promise<number>): Promise<number> {
  let done = 0;
  for (;;) {
    const count = await some();
    if (count === 0) return done;
    done += count;
    await setTimeout(PAUSE_MS);
  }
}
