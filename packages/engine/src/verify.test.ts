import { describe, expect, it } from 'vitest';
import { loadPolicy } from './policy.js';
import { compareFrames, compareTemplates } from './verify.js';

const policy = loadPolicy();
const EAST = Float32Array.of(1, 0);
const NORTH = Float32Array.of(0, 1);
const { midpoint } = policy.verification;

describe('comparing templates', () => {
  it('averages the cosines of the networks', () => {
    const { similarity } = compareTemplates({ a: EAST, b: EAST }, { a: EAST, b: NORTH }, policy);
    expect(similarity).toBeCloseTo(0.5, 6);
  });

  it("is half sure at the policy's threshold, and surer above it", () => {
    const atThreshold = Float32Array.of(midpoint.value, Math.sqrt(1 - midpoint.value ** 2));
    expect(compareTemplates({ a: EAST }, { a: atThreshold }, policy).matchConfidence).toBeCloseTo(0.5, 5);
    expect(compareTemplates({ a: EAST }, { a: EAST }, policy).matchConfidence).toBeGreaterThan(0.99);
  });

  it.each([
    ['other networks', { a: EAST }, { b: EAST }],
    ['more networks', { a: EAST }, { a: EAST, b: EAST }],
    ['other lengths', { a: EAST }, { a: Float32Array.of(1) }],
    ['nothing', {}, {}],
  ])('refuses templates of %s', (_, one, other) => {
    expect(() => compareTemplates(one, other, policy)).toThrow(RangeError);
  });
});

describe('comparing the frames of a clip', () => {
  const near = Float32Array.of(Math.cos(0.3), Math.sin(0.3));

  it('takes the mean of frames that show one person', () => {
    const mean = compareFrames([{ a: EAST }, { a: near }], { a: EAST }, policy);
    expect(mean.similarity).toBeCloseTo(Math.cos(0.15), 5);
  });

  it('takes the worst frame where they show two, so that a part of a clip cannot match for all of it', () => {
    const worst = compareFrames([{ a: EAST }, { a: EAST }, { a: NORTH }], { a: EAST }, policy);
    expect(worst.similarity).toBeCloseTo(0, 6);
    expect(worst.matchConfidence).toBeLessThan(0.5);
  });
});
