import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANNOUNCE_EVERY_MS, createAnnouncer } from './announcer.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('speaks at most once a second, the latest text, and leaves out what is no longer true', () => {
  const said: { text: string; atMs: number }[] = [];
  const region = {
    text: null as string | null,
    get textContent() {
      return this.text;
    },
    set textContent(text: string | null) {
      this.text = text;
      said.push({ text: text ?? '', atMs: Date.now() });
    },
  };
  const startMs = Date.now();
  const announcer = createAnnouncer(region, () => Date.now());
  for (const text of ['closer', 'back', 'left', 'hold still', 'hold still']) {
    announcer.say(text);
    vi.advanceTimersByTime(150);
  }
  vi.advanceTimersByTime(5000);
  announcer.say('smile');
  announcer.say('open your mouth');
  announcer.stop();
  vi.advanceTimersByTime(5000);
  expect(said.map(({ text }) => text)).toEqual(['closer', 'hold still', 'smile']);
  expect((said[1]?.atMs ?? 0) - startMs).toBe(ANNOUNCE_EVERY_MS);
});
