/** Tells screen readers the latest text, at most once in a while: what was said in between and is no longer true is left out. */
export interface Announcer {
  say(text: string): void;
  stop(): void;
}

/** Spoken hints follow one another so slowly, ms. */
export const ANNOUNCE_EVERY_MS = 1_000;

/** @param region an element with aria-live */
export function createAnnouncer(region: { textContent: string | null }, now: () => number): Announcer {
  let saidAtMs = -Infinity;
  let wanted = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (region.textContent === wanted) return;
    region.textContent = wanted;
    saidAtMs = now();
  };
  return {
    say(text) {
      wanted = text;
      if (timer !== undefined) return;
      const waitMs = saidAtMs + ANNOUNCE_EVERY_MS - now();
      if (waitMs <= 0) flush();
      else timer = setTimeout(flush, waitMs);
    },
    stop: () => clearTimeout(timer),
  };
}
