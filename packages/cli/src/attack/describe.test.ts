import { expect, it } from 'vitest';
import { describe as describeResults } from './describe.js';
import type { LevelResult } from './red-team.js';

const L1: LevelResult = {
  level: 'L1',
  description: 'binds old frames',
  planned: 12,
  n: 8,
  realface: 0,
  spoofface: 1,
  uncertain: 5,
  refused: 2,
  codes: { NoFaceDetected: 2 },
  notJudged: { AbuseDetected: 3 },
  putOff: { 429: 7 },
  upperBound: 0.312,
  meanMs: { render: 100, wait: 9500, queue: 0, judge: 1234 },
};

it('names what the service turned away for other reasons than the capture', () => {
  const text = describeResults([L1]);
  expect(text).toMatch(/L1 +8 +0 +1 +5 +2 +0\.0\s% +31\.2\s% +3/);
  expect(text).toContain('L1: broken off, 12 were planned.');
  expect(text).toContain('L1: refused with NoFaceDetected 2.');
  expect(text).toContain('L1: not judged: AbuseDetected 3.');
  expect(text).toContain('L1: calls that were put off and came again: 429 7.');
  expect(text).toContain(
    '0.1 s to make, 9.5 s for its challenge, 0.0 s for its turn and 1.2 s at the service',
  );
});

it('gives no rate where nothing was judged', () => {
  const none = describeResults([{ ...L1, n: 0, uncertain: 0, spoofface: 0, refused: 0, upperBound: 1 }]);
  expect(none).toMatch(/L1 +0 +0 +0 +0 +0 +– +3/);
});
