import type { Challenge } from '@bonafide/protocol';
import type { Sight } from '../src/face-finder-worker.js';
import type { FaceMeasure } from '../src/face-mesh.js';

/** A face in the middle that nothing is wrong with. */
export const GOOD_FACE: FaceMeasure = {
  centreX: 0.5,
  centreY: 0.5,
  width: 0.42,
  frameAspect: 0.75,
  yawDeg: 1,
  pitchDeg: 0,
  rollDeg: 0,
  mouthGap: 0.02,
  mouthWidth: 0.5,
  luma: 120,
  sceneLuma: 110,
  clipped: 0,
  sharpness: 0.05,
};

export function sight(face: Partial<FaceMeasure> | null = {}, faces = 1): Sight {
  return face === null ? { faces: 0, face: null } : { faces, face: { ...GOOD_FACE, ...face } };
}

/** One step of each kind. */
export const CHALLENGE: Challenge = {
  schema: 'bonafide-challenge/1',
  steps: [
    { kind: 'oval', id: 0, centreX: 0.55, centreY: 0.48, faceWidth: 0.55, dwellMs: 600, timeoutMs: 8000 },
    {
      kind: 'light',
      id: 1,
      leadInMs: 400,
      stepMs: 360,
      rampMs: 90,
      colours: [
        [255, 100, 100],
        [100, 255, 255],
        [255, 100, 255],
        [100, 255, 100],
        [100, 100, 255],
        [255, 255, 100],
        [255, 100, 100],
        [100, 255, 100],
      ],
    },
    { kind: 'turn', id: 2, side: 'left', yawDeg: 15, timeoutMs: 8000 },
    { kind: 'expression', id: 3, expression: 'openMouth', timeoutMs: 8000 },
  ],
};
