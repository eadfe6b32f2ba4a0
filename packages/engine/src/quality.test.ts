import { describe, expect, it } from 'vitest';
import { boundClip } from '../test/bound-clip.js';
import { bestInEachSpan } from './quality.js';

/** Frames with a turn and a sharpness each; the best of each span, by their places. */
function chosen(shots: [yawDeg: number, sharpness: number][], count: number): number[] {
  const { usable } = boundClip(
    [],
    [],
    shots.map(([yawDeg], k) => ({ timeMs: 100 * k, stepId: 0, yawDeg })),
  );
  shots.forEach(([, sharpness], k) => {
    const seen = usable[k];
    if (seen) seen.face.report.sharpness = sharpness;
  });
  return bestInEachSpan(usable, count).map(({ frame }) => frame.index);
}

describe('the frames that are measured on', () => {
  it('are the sharp ones of all parts of the clip', () => {
    expect(chosen([[0, 90], [0, 100], [5, 80], [0, 50], [0, 40], [3, 60]], 2)).toEqual([1, 5]); // prettier-ignore
  });

  it('are not strongly turned ones where others of that part are nearly as sharp', () => {
    expect(chosen([[0, 100], [-32, 190], [-28, 180], [24, 240], [6, 120], [22, 240]], 2)).toEqual([0, 4]); // prettier-ignore
  });

  it('are turned ones where a part of the clip shows no others, so that nobody hides in them', () => {
    expect(chosen([[0, 100], [0, 110], [0, 90], [-32, 90], [-28, 80], [24, 100]], 2)).toEqual([1, 5]); // prettier-ignore
  });

  it('are turned ones, too, where the others of that part are far too soft to be judged', () => {
    expect(chosen([[0, 15], [25, 300], [0, 18]], 1)).toEqual([1]); // prettier-ignore
  });
});
