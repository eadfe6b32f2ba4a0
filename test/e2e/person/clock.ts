/**
 * The time of a page before a simulated camera. It never passes faster than real time, and stands still where the machine is
 * late with what a phone does in time: drawing the person, showing their picture, finding their face. Whatever the page
 * measures is then what it measures on a machine that keeps up, however busy this one is.
 */
export interface PageClock {
  /** ms since the page began. */
  now(): number;
  /** Called at every beat of the display, before the page's own animation frames. */
  onBeat(callback: (nowMs: number) => void): void;
  /** Runs once page time has reached `atMs`. */
  at(atMs: number, callback: () => void): void;
  /** Page time does not pass `atMs` before the returned function is called. */
  holdAt(atMs: number): () => void;
  /** Page time is real time until the returned function is called: nothing of the waiting is left out. */
  followReal(): () => void;
}

/** A display of 60 Hz. */
const BEAT_MS = 1000 / 60;
/** Within a beat time goes on, but not into the next one, ms. */
const WITHIN_BEAT_MS = 8;

/** Sets the clock up: `performance.now()` and animation frames of the page follow it from now on. */
export function startClock(): PageClock {
  const realNow = performance.now.bind(performance);
  const realFrame = window.requestAnimationFrame.bind(window);
  let beatMs = realNow();
  let realBeatMs = beatMs;
  let lastMs = beatMs;
  let lastId = 0;
  let frames = new Map<number, FrameRequestCallback>();
  let due: { atMs: number; callback: () => void }[] = [];
  const beats: ((nowMs: number) => void)[] = [];
  const holds = new Set<{ atMs: number }>();
  const followers = new Set<symbol>();

  const now = () => (lastMs = Math.max(lastMs, beatMs + Math.min(WITHIN_BEAT_MS, realNow() - realBeatMs)));
  performance.now = now;
  window.requestAnimationFrame = (callback) => {
    frames.set(++lastId, callback);
    return lastId;
  };
  window.cancelAnimationFrame = (id) => void frames.delete(id);

  let realMs = realNow();
  const beat = () => {
    realFrame(beat);
    const elapsedMs = realNow() - realMs;
    realMs += elapsedMs;
    const nextMs = beatMs + (followers.size > 0 ? elapsedMs : Math.min(BEAT_MS, elapsedMs));
    const limitMs = Math.min(...[...holds].map(({ atMs }) => atMs));
    if (nextMs > limitMs && followers.size === 0) return;
    beatMs = Math.max(nextMs, lastMs);
    realBeatMs = realMs;
    const passed = due.filter(({ atMs }) => atMs <= beatMs);
    due = due.filter(({ atMs }) => atMs > beatMs);
    for (const { callback } of passed) callback();
    for (const callback of beats) callback(beatMs);
    const present = frames;
    frames = new Map();
    for (const callback of present.values()) callback(beatMs);
  };
  realFrame(beat);

  return {
    now,
    onBeat: (callback) => void beats.push(callback),
    at: (atMs, callback) => void due.push({ atMs, callback }),
    holdAt(atMs) {
      const hold = { atMs };
      holds.add(hold);
      return () => void holds.delete(hold);
    },
    followReal() {
      const follower = Symbol('follower');
      followers.add(follower);
      return () => void followers.delete(follower);
    },
  };
}
