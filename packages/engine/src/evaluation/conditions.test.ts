import type { Analysis, FrameReport } from '../analysis.js';
import { expect, it } from 'vitest';
import { binOf, conditionsOf, DIMENSIONS } from './conditions.js';

function frame(width: number, height: number, luma: number, skinToneDeg: number): FrameReport {
  return {
    ...{ index: 0, timeMs: 0, width: 640, height: 480, otherFaces: [], usable: true, failed: [] },
    face: {
      rectangle: { top: 0, left: 0, width, height },
      pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 },
      interocularPx: 60,
      sharpness: 100,
      exposure: { mean: luma, darkShare: 0, brightShare: 0 },
      visibility: { eyes: 2, mouth: 2, maskContrast: 0, noseContrast: 0 },
      skinToneDeg,
      flag: 1,
    },
  };
}
const without: FrameReport = { ...frame(1, 1, 0, 0), face: null };
const of = (frames: FrameReport[]) => conditionsOf({ frames } as Pick<Analysis, 'frames'>);

it('takes the median over the frames with a face, and the shorter side as its size', () => {
  expect(of([frame(90, 120, 0.2, 60), frame(110, 130, 0.5, 20), without, frame(300, 150, 0.9, -40)])).toEqual(
    {
      faceSizePx: 110,
      luma: 0.5,
      skinToneDeg: 20,
    },
  );
});

it('has none where no frame shows a face', () => {
  expect(of([without])).toBeNull();
  expect(of([])).toBeNull();
});

it('puts a value on a limit into the bin that begins there', () => {
  const bins = DIMENSIONS.map((dimension) =>
    binOf(dimension, { faceSizePx: 100, luma: 0.25, skinToneDeg: 55 }),
  );
  expect(bins).toEqual(['100 to 199 px', '0.25 to 0.45', 'very light']);
  const low = DIMENSIONS.map((dimension) => binOf(dimension, { faceSizePx: 5, luma: 0, skinToneDeg: -80 }));
  expect(low).toEqual(['under 100 px', 'dark, under 0.25', 'dark']);
});
