import { describe, expect, it } from 'vitest';
import type { Frame } from './decode.js';
import { boxToTarget, meanColour, sampleLuma, sampleTensor, type TensorFormat } from './image.js';
import { copyInto, newMemory } from './memory.js';

/** A frame in which red is 10 x, green 10 y and blue 7. */
function ramps(width: number, height: number): Frame {
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, k) => {
    const pixel = Math.floor(k / 3);
    return [10 * (pixel % width), 10 * Math.floor(pixel / width), 7][k % 3] ?? 0;
  });
  return {
    index: 0,
    timeMs: 0,
    width,
    height,
    rgb: copyInto(newMemory(rgb.length), rgb),
    uploaded: { width, height },
  };
}

const PLAIN: TensorFormat = { order: 'rgb', scale: 1, shift: 0 };

describe('sampleTensor', () => {
  it('gives the very pixels for a map of one to one, one plane a colour', () => {
    const tensor = sampleTensor(
      ramps(4, 3),
      boxToTarget({ left: 0, top: 0, width: 4, height: 3 }, 4, 3),
      4,
      3,
      PLAIN,
    );
    expect([...tensor]).toEqual([
      ...[0, 10, 20, 30, 0, 10, 20, 30, 0, 10, 20, 30],
      ...[0, 0, 0, 0, 10, 10, 10, 10, 20, 20, 20, 20],
      ...Array.from({ length: 12 }, () => 7),
    ]);
  });

  it('samples between pixels linearly, pixel centres at halves', () => {
    // A box of 2 x 2 px shown on one pixel: its centre is the corner that four pixels share.
    const [red, green] = sampleTensor(
      ramps(8, 8),
      boxToTarget({ left: 2, top: 3, width: 2, height: 2 }, 1, 1),
      1,
      1,
      PLAIN,
    );
    expect([red, green]).toEqual([25, 35]);
  });

  it('puts blue first where the network wants it, scaled and shifted', () => {
    const format: TensorFormat = { order: 'bgr', scale: 0.5, shift: -1 };
    const box = { left: 3, top: 1, width: 1, height: 1 };
    expect([...sampleTensor(ramps(8, 8), boxToTarget(box, 1, 1), 1, 1, format)]).toEqual([2.5, 4, 14]);
  });

  it('sees the nearest edge or a colour outside the frame', () => {
    const box = boxToTarget({ left: -3, top: 0, width: 4, height: 1 }, 4, 1);
    const atEdge = sampleTensor(ramps(8, 8), box, 4, 1, PLAIN);
    expect([...atEdge.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const coloured = sampleTensor(ramps(8, 8), box, 4, 1, PLAIN, [1, 2, 3]);
    expect([...coloured]).toEqual([1, 1, 1, 0, 2, 2, 2, 0, 3, 3, 3, 7]);
  });

  it('turns the picture where the map says so', () => {
    // A quarter turn: the target's x runs along the frame's y.
    const tensor = sampleTensor(ramps(4, 4), [0, 1, 0, 1, 0, 0], 4, 4, PLAIN);
    expect([...tensor.subarray(0, 8)]).toEqual([0, 0, 0, 0, 10, 10, 10, 10]);
  });
});

describe('sampleLuma', () => {
  it('weighs the colours as ITU-R BT.601 does', () => {
    const box = { left: 5, top: 2, width: 1, height: 1 };
    const [luma] = sampleLuma(ramps(8, 8), boxToTarget(box, 1, 1), 1, 1);
    expect(luma).toBeCloseTo(0.299 * 50 + 0.587 * 20 + 0.114 * 7, 4);
  });
});

describe('meanColour', () => {
  it('is the mean of an even frame', () => {
    const frame = ramps(16, 16);
    frame.rgb.fill(90);
    expect(meanColour(frame)).toEqual([90, 90, 90]);
  });
});
