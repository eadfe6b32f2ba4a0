import type { LightStep } from '@bonafide/protocol';

/** Red, green and blue of the screen, 0..255 each. */
export type Colour = readonly [number, number, number];

/** Neutral screen before the first colour: as bright as the palette on average, so that exposure settles on it. */
export const LEAD_IN: Colour = [178, 178, 178];

/** How long a colour is on: `index` -1 is the lead-in. */
export function colourDurationMs(step: LightStep, index: number): number {
  return index < 0 ? step.leadInMs : step.stepMs;
}

/** What the screen shows so long after the colour `index` began: a linear ramp from the last colour to it. */
export function colourAt(step: LightStep, index: number, sinceMs: number): Colour {
  const target = colourOf(step, index);
  const part = step.rampMs > 0 ? Math.min(1, sinceMs / step.rampMs) : 1;
  if (index < 0 || part >= 1) return target;
  const from = colourOf(step, index - 1);
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (target[channel] - from[channel]) * part);
  return [mix(0), mix(1), mix(2)];
}

function colourOf({ colours }: LightStep, index: number): Colour {
  return index < 0 ? LEAD_IN : (colours[index] ?? LEAD_IN);
}
