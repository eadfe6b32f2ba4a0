import { issueChallenge } from '@bonafide/engine';
import type { LightStep } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { colourAt, colourDurationMs, LEAD_IN, type Colour } from './light.js';

/** WCAG 2.3.1: at most so many flashes in any second. */
const MAX_FLASHES = 3;
/** A flash is a pair of opposing changes of relative luminance by this much, the darker state below .8 ... */
const FLASH_CHANGE = 0.1;
const DARK = 0.8;
/** ... or a pair of opposing changes to or from a saturated red. */
const SATURATED_RED = 0.8;

const steps = Array.from({ length: 200 }, (_, seed) => {
  const nonce = Uint8Array.from({ length: 16 }, (_, k) => (seed * 31 + k * 17) % 256);
  const { steps } = issueChallenge(nonce, { mode: 'Passive', light: true });
  return steps.find((step): step is LightStep => step.kind === 'light');
}).filter((step) => step !== undefined);

/** What the screen shows, in steps of a 120 Hz display. */
function screenOf(step: LightStep): { timeMs: number; colour: Colour }[] {
  const samples: { timeMs: number; colour: Colour }[] = [];
  let startMs = 0;
  for (let index = -1; index < step.colours.length; index++) {
    const durationMs = colourDurationMs(step, index);
    for (let sinceMs = 0; sinceMs < durationMs; sinceMs += 1000 / 120)
      samples.push({ timeMs: startMs + sinceMs, colour: colourAt(step, index, sinceMs) });
    startMs += durationMs;
  }
  return samples;
}

const linear = (value: number) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const luminance = ([red, green, blue]: Colour) =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
const redShare = ([red, green, blue]: Colour) => linear(red) / (linear(red) + linear(green) + linear(blue));

/** Times at which luminance changed its direction by a flash's worth. */
function opposingChanges(samples: { timeMs: number; colour: Colour }[]): number[] {
  const times: number[] = [];
  let extreme = luminance(LEAD_IN);
  let direction = 0;
  for (const { timeMs, colour } of samples) {
    const value = luminance(colour);
    if (direction !== 0 && Math.sign(value - extreme) === direction) {
      extreme = value;
      continue;
    }
    if (Math.abs(value - extreme) < FLASH_CHANGE || Math.min(value, extreme) >= DARK) continue;
    direction = Math.sign(value - extreme);
    extreme = value;
    times.push(timeMs);
  }
  return times;
}

describe('coloured light', () => {
  it('stays under three flashes in any second, computed from what the screen shows (WCAG 2.3.1)', () => {
    for (const step of steps) {
      const changes = opposingChanges(screenOf(step));
      for (const from of changes) {
        const inSecond = changes.filter((timeMs) => timeMs >= from && timeMs < from + 1000).length;
        expect(inSecond / 2).toBeLessThan(MAX_FLASHES);
      }
    }
    expect(steps.some((step) => opposingChanges(screenOf(step)).length > 2)).toBe(true);
  });

  it('shows no saturated red, not even between two colours', () => {
    for (const step of steps)
      for (const { colour } of screenOf(step)) expect(redShare(colour)).toBeLessThan(SATURATED_RED);
  });

  it('has at least 8 colours, each for at least 350 ms', () => {
    for (const step of steps) {
      expect(step.colours.length).toBeGreaterThanOrEqual(8);
      step.colours.forEach((_, k) => expect(colourDurationMs(step, k)).toBeGreaterThanOrEqual(350));
    }
  });

  it('would find fault with a screen that flickers', () => {
    const flicker = Array.from({ length: 60 }, (_, k) => ({
      timeMs: k * 60,
      colour: (k % 2 ? [0, 0, 0] : [255, 255, 255]) as Colour,
    }));
    expect(opposingChanges(flicker).filter((timeMs) => timeMs < 1000).length / 2).toBeGreaterThan(
      MAX_FLASHES,
    );
  });
});
