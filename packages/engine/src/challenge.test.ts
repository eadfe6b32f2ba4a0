import { createHash } from 'node:crypto';
import { Challenge, type ChallengeStep, type LightStep } from '@bonafide/protocol';
import { Value } from '@sinclair/typebox/value';
import { describe, expect, it } from 'vitest';
import { LIGHT_PALETTE, issueChallenge, type ChallengeOptions } from './challenge.js';

const nonces = Array.from({ length: 400 }, (_, k) =>
  createHash('sha256').update(`nonce ${k}`).digest().subarray(0, 16),
);
const every = (options: ChallengeOptions) => nonces.map((nonce) => issueChallenge(nonce, options).steps);
const kinds = (steps: ChallengeStep[]) => steps.map(({ kind }) => kind);
const lightOf = (steps: ChallengeStep[]) => steps.find((step): step is LightStep => step.kind === 'light');
const ALL: ChallengeOptions[] = [
  { mode: 'Passive', light: true },
  { mode: 'Passive', light: false },
  { mode: 'PassiveActive', light: true },
  { mode: 'PassiveActive', light: false },
];

describe('a challenge', () => {
  it.each(ALL)('of $mode with light $light keeps to the schema and counts its steps', (options) => {
    for (const nonce of nonces) {
      const challenge = issueChallenge(nonce, options);
      expect(Value.Check(Challenge, challenge)).toBe(true);
      expect(challenge.steps.map(({ id }) => id)).toEqual(challenge.steps.map((_, k) => k));
    }
  });

  it('follows from its nonce and from nothing else', () => {
    const [nonce = new Uint8Array(16), other = nonce] = nonces;
    const options = { mode: 'PassiveActive', light: true } as const;
    expect(issueChallenge(nonce, options)).toEqual(issueChallenge(nonce, options));
    expect(issueChallenge(other, options)).not.toEqual(issueChallenge(nonce, options));
  });

  it('approaches or retreats by 1.4 times and more between ovals, inside the frame', () => {
    for (const steps of ALL.flatMap(every)) {
      const ovals = steps.flatMap((step) => (step.kind === 'oval' ? [step] : []));
      expect(ovals.length).toBeGreaterThanOrEqual(2);
      expect(ovals.length).toBeLessThanOrEqual(3);
      ovals.slice(1).forEach(({ faceWidth }, k) => {
        const ratio = faceWidth / (ovals[k]?.faceWidth ?? NaN);
        expect(Math.max(ratio, 1 / ratio)).toBeGreaterThan(1.4);
      });
      if (kinds(steps).includes('light') && kinds(steps).includes('turn')) expect(ovals).toHaveLength(2);
      if (!kinds(steps).includes('light')) expect(ovals).toHaveLength(3);
      for (const { centreX, faceWidth } of ovals) {
        expect(centreX - faceWidth / 2).toBeGreaterThan(0);
        expect(centreX + faceWidth / 2).toBeLessThan(1);
      }
    }
  });

  it('asks for a turn and an expression in PassiveActive, and for a turn wherever there is no light', () => {
    for (const steps of every({ mode: 'PassiveActive', light: true }))
      expect(kinds(steps)).toEqual(expect.arrayContaining(['oval', 'turn', 'expression', 'light']));
    for (const steps of every({ mode: 'Passive', light: true })) expect(kinds(steps)).not.toContain('turn');
    for (const steps of every({ mode: 'Passive', light: false })) {
      expect(kinds(steps)).toContain('turn');
      expect(kinds(steps)).not.toContain('light');
    }
  });

  it('plays its light right after a near oval, which is held for less than the others', () => {
    for (const steps of every({ mode: 'PassiveActive', light: true })) {
      const at = kinds(steps).indexOf('light') - 1;
      const [before, ...others] = [steps[at], ...steps.filter((_, k) => k !== at)];
      expect(before?.kind === 'oval' && before.faceWidth).toBeGreaterThanOrEqual(0.5);
      expect(before?.kind === 'oval' && before.dwellMs).toBe(250);
      for (const step of others) if (step?.kind === 'oval') expect(step.dwellMs).toBeGreaterThanOrEqual(350);
    }
  });

  it('draws both sides, both expressions and both orders about equally often', () => {
    const steps = every({ mode: 'PassiveActive', light: true });
    const share = (is: (step: ChallengeStep) => boolean) =>
      steps.filter((all) => all.some(is)).length / steps.length;
    // 400 draws of a fair coin leave 0.4 to 0.6 less than once in 10,000 times.
    for (const value of [
      share((step) => step.kind === 'turn' && step.side === 'left'),
      share((step) => step.kind === 'expression' && step.expression === 'smile'),
      share((step) => step.id === 0 && step.kind === 'oval' && step.faceWidth > 0.4),
    ]) {
      expect(value).toBeGreaterThan(0.4);
      expect(value).toBeLessThan(0.6);
    }
  });
});

describe('the light of a challenge', () => {
  const lights = every({ mode: 'Passive', light: true }).flatMap((steps) => lightOf(steps) ?? []);

  it('shows 8 chromatic steps of at least 350 ms, neighbours and at least four of all different', () => {
    expect(lights).toHaveLength(nonces.length);
    for (const { colours, stepMs } of lights) {
      expect(stepMs).toBeGreaterThanOrEqual(350);
      expect(colours.length).toBeGreaterThanOrEqual(8);
      colours.slice(1).forEach((colour, k) => expect(colour).not.toEqual(colours[k]));
      expect(new Set(colours.map(String)).size).toBeGreaterThanOrEqual(4);
    }
  });

  it('rarely repeats a sequence', () => {
    expect(new Set(lights.map(({ colours }) => String(colours))).size).toBeGreaterThan(395);
  });

  it('stays under the general flash threshold of WCAG 2.3.1', () => {
    for (const { colours, stepMs } of lights) {
      const levels = colours.map(relativeLuminance);
      // A flash is a pair of opposing changes of 0.1 or more whose darker state is below 0.8.
      const changes = levels.slice(1).map((level, k) => {
        const last = levels[k] ?? NaN;
        return Math.abs(level - last) >= 0.1 && Math.min(level, last) < 0.8 ? Math.sign(level - last) : 0;
      });
      const inOneSecond = Math.floor(1000 / stepMs) + 1;
      changes.forEach((_, k) => {
        const window = changes.slice(k, k + inOneSecond).filter((change) => change !== 0);
        const flashes = window.filter((change, i) => i > 0 && change === -(window[i - 1] ?? 0)).length;
        expect(flashes).toBeLessThanOrEqual(3);
      });
      // Even if every change counted as a whole flash.
      expect(1000 / stepMs).toBeLessThan(3);
    }
  });

  it('holds no saturated red', () => {
    for (const colour of LIGHT_PALETTE) {
      const [red = NaN, green = NaN, blue = NaN] = colour.map(linear);
      expect(red / (red + green + blue)).toBeLessThan(0.8);
    }
  });
});

/** sRGB value 0..255 to linear light 0..1, as WCAG defines it. */
function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function relativeLuminance(colour: readonly number[]): number {
  const [red = NaN, green = NaN, blue = NaN] = colour.map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
