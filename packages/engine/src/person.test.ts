import { describe, expect, it } from 'vitest';
import { SHAPES, seeView } from '../test/synthetic-face.js';
import { keepPerson, PERSON_NETWORK } from './person.js';

/** Each frame's face as an angle, degrees: two are alike up to the arc cosine of the least similarity. */
function keep(angles: readonly (number | null)[], anchors: readonly number[]) {
  const frames = angles.map((_, index) => seeView({ shape: SHAPES.head, distance: 30, index }));
  const templates = new Map(
    angles.flatMap((angle, index) => {
      if (angle === null) return [];
      const radians = (angle * Math.PI) / 180;
      const vector = Float32Array.from([Math.cos(radians), Math.sin(radians)]);
      return [[index, { [PERSON_NETWORK]: vector }]];
    }),
  );
  const kept = keepPerson(frames, templates, anchors, Math.cos(Math.PI / 4));
  return kept.map(({ face, stranger }) => (face ? 'kept' : stranger ? 'stranger' : 'none'));
}

describe('the person of a clip', () => {
  it('is who the best frames show: whoever else is in a frame is a stranger there', () => {
    expect(keep([0, 10, 90, 20, 30, 100], [0, 1, 3, 4])).toEqual([
      ...['kept', 'kept', 'stranger', 'kept', 'kept', 'stranger'],
    ]);
  });

  it('is who most of them show, where one of them was measured beside the face', () => {
    expect(keep([0, 10, 90, 20], [0, 1, 2, 3])).toEqual(['kept', 'kept', 'stranger', 'kept']);
  });

  it('is nobody where they show two people as often', () => {
    expect(keep([0, 0, 90, 90, 5], [0, 1, 2, 3])).toEqual(Array(5).fill('stranger'));
  });

  it('is not in a frame that is alike with only half of them, as a mixture of two faces is', () => {
    // 40 degrees from two of them, 50 from the other two.
    expect(keep([0, 0, 90, 90, 40].slice(0, 5), [0, 1, 2, 3])[4]).toBe('stranger');
    expect(keep([0, 0, 0, 90, 40], [0, 1, 2, 3])[4]).toBe('kept');
  });

  it('is not in a face that could not be recognised', () => {
    expect(keep([0, 0, null], [0, 1])).toEqual(['kept', 'kept', 'stranger']);
    expect(keep([0, 0, NaN], [0, 1])).toEqual(['kept', 'kept', 'stranger']);
  });
});
