import { expect, it } from 'vitest';
import type { DetectedFace } from '@bonafide/engine';
import { createFakeEngine } from '../../test/fake-engine.js';
import type { DetectQuery } from './query.js';
import { toWireFace } from './wire.js';

const QUERY: DetectQuery = {
  faceIds: false,
  faceIdTtlSeconds: 0,
  attributes: new Set(['mask']),
  landmarks: false,
  recognitionModel: null,
};

/** What the wire says of a mask where the engine measures this. */
async function maskOf(report: Partial<DetectedFace['report']>) {
  const [face] = await createFakeEngine().detectFaces(Buffer.from('realface'), { templates: false });
  if (!face) throw new Error('there is a face');
  return toWireFace({ ...face, report: { ...face.report, ...report } }, null, QUERY).faceAttributes?.['mask'];
}

it('tells a mask over nose and mouth from one below the nose, and from what else hides the mouth', async () => {
  expect(await maskOf({ visibility: { eyes: 2, mouth: 0.5, maskContrast: 0.4, noseContrast: 0.4 } })).toEqual(
    {
      type: 'faceMask',
      noseAndMouthCovered: true,
    },
  );
  expect(await maskOf({ visibility: { eyes: 2, mouth: 0.5, maskContrast: 0.4, noseContrast: 0.1 } })).toEqual(
    {
      type: 'faceMask',
      noseAndMouthCovered: false,
    },
  );
  expect(await maskOf({ visibility: { eyes: 2, mouth: 0.5, maskContrast: 0.1, noseContrast: 0.1 } })).toEqual(
    {
      type: 'otherMaskOrOcclusion',
      noseAndMouthCovered: false,
    },
  );
  // A beard may differ from the cheeks; its mouth is seen.
  expect(await maskOf({ visibility: { eyes: 2, mouth: 1.5, maskContrast: 0.4, noseContrast: 0.4 } })).toEqual(
    {
      type: 'noMask',
      noseAndMouthCovered: false,
    },
  );
});

it('leaves the mask open where the head is turned away', async () => {
  const pose = { yawDeg: 60, pitchDeg: 0, rollDeg: 0 };
  expect(await maskOf({ pose, visibility: { eyes: 2, mouth: 0, maskContrast: 1, noseContrast: 1 } })).toEqual(
    {
      type: 'uncertain',
      noseAndMouthCovered: false,
    },
  );
});
