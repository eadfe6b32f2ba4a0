import { expect, it } from 'vitest';
import { count, fixed, percent, percentRange } from './format.js';

it('shares are percent with a decimal, two below one percent, so that no small rate looks like none', () => {
  expect(percent(0.1234)).toBe('12.3\u00a0%');
  expect(percent(0.0007)).toBe('0.07\u00a0%');
  expect(percent(0)).toBe('0.0\u00a0%');
  expect(percent(null)).toBe('–');
  expect(percentRange({ low: 0, high: 0.0243 })).toBe('0.0–2.4\u00a0%');
});

it('numbers have a real minus, and none is a dash', () => {
  expect(fixed(-1.4, 2)).toBe('−1.40');
  expect(fixed(undefined, 2)).toBe('–');
});

it('counts agree with their noun', () => {
  expect(count(1, 'clip')).toBe('1 clip');
  expect(count(1200, 'clip')).toBe('1,200 clips');
});
