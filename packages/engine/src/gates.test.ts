import { describe, expect, it } from 'vitest';
import type { QualityReason } from '@bonafide/protocol';
import type { FaceReport } from './analysis.js';
import type { SeenFrame } from './face.js';
import { gateFrame, judgeCapture } from './gates.js';
import { newMemory } from './memory.js';
import { loadPolicy } from './policy.js';

const policy = loadPolicy();

const GOOD: FaceReport = {
  rectangle: { top: 100, left: 100, width: 200, height: 260 },
  pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 },
  interocularPx: 90,
  sharpness: 1e4,
  exposure: { mean: 0.5, darkShare: 0, brightShare: 0 },
  visibility: { eyes: 2, mouth: 2, maskContrast: 0, noseContrast: 0 },
  skinToneDeg: 40,
  flag: 1,
};
const BOX = { left: 100, top: 100, width: 200, height: 260 };

function seen(report: Partial<FaceReport> | null = {}, more: Partial<SeenFrame> = {}): SeenFrame {
  const uploaded = { width: 480, height: 640 };
  const frame = { index: 0, timeMs: 0, ...uploaded, rgb: newMemory(0), uploaded };
  const mesh = { points: new Float32Array(0), flag: 1 };
  const face = report && { mesh, box: BOX, report: { ...GOOD, ...report } };
  return { frame, face, searched: true, others: [], ...more };
}

describe('the gates of a frame', () => {
  it('let a good frame pass', () => {
    expect(gateFrame(seen(), policy)).toEqual([]);
  });

  it.each<[QualityReason, Partial<FaceReport>]>([
    ['TooDark', { exposure: { mean: 0, darkShare: 0, brightShare: 0 } }],
    ['TooDark', { exposure: { mean: 0.5, darkShare: 1, brightShare: 0 } }],
    ['TooBright', { exposure: { mean: 1, darkShare: 0, brightShare: 0 } }],
    ['TooBright', { exposure: { mean: 0.5, darkShare: 0, brightShare: 1 } }],
    ['Blurred', { sharpness: 0 }],
    ['EyesHidden', { visibility: { eyes: 0, mouth: 2, maskContrast: 0, noseContrast: 0 } }],
    ['MouthHidden', { visibility: { eyes: 2, mouth: 0, maskContrast: 0, noseContrast: 0 } }],
    ['MaskWorn', { visibility: { eyes: 2, mouth: 0, maskContrast: 1, noseContrast: 1 } }],
    ['NotFrontal', { pose: { yawDeg: -80, pitchDeg: 0, rollDeg: 0 } }],
    ['NotFrontal', { pose: { yawDeg: 80, pitchDeg: 0, rollDeg: 0 } }],
    ['NotFrontal', { pose: { yawDeg: 0, pitchDeg: 80, rollDeg: 0 } }],
    ['NotFrontal', { pose: { yawDeg: 0, pitchDeg: -80, rollDeg: 0 } }],
  ])('stop %s', (reason, report) => {
    expect(gateFrame(seen(report), policy)).toEqual([reason]);
  });

  it('stop a frame without a face, with another person, and with too small a face', () => {
    expect(gateFrame(seen(null), policy)).toEqual(['NoFace']);
    expect(gateFrame(seen({}, { others: [BOX] }), policy)).toEqual(['SeveralFaces']);
    const small = seen();
    const face = small.face && { ...small.face, box: { ...BOX, width: 10 } };
    expect(gateFrame({ ...small, face }, policy)).toEqual(['FaceTooSmall']);
  });

  it('stop a face that is too low, and let one pass beside a person far behind', () => {
    const low = seen();
    const face = low.face && { ...low.face, box: { ...BOX, height: 10 } };
    expect(gateFrame({ ...low, face }, policy)).toEqual(['FaceTooSmall']);
    const beside = (width: number) => gateFrame(seen({}, { others: [{ ...BOX, width }] }), policy);
    // A person counts from half the area on.
    expect([beside(90), beside(110)]).toEqual([[], ['SeveralFaces']]);
  });

  it('let no measure pass that is no number', () => {
    const reasons = gateFrame(
      seen({
        sharpness: NaN,
        exposure: { mean: NaN, darkShare: NaN, brightShare: NaN },
        visibility: { eyes: NaN, mouth: NaN, maskContrast: NaN, noseContrast: NaN },
        pose: { yawDeg: NaN, pitchDeg: NaN, rollDeg: NaN },
      }),
      policy,
    );
    expect(reasons).toEqual(['TooDark', 'TooBright', 'Blurred', 'EyesHidden', 'MouthHidden', 'NotFrontal']);
  });
});

describe('the gates of a capture', () => {
  const judge = (failed: QualityReason[][], several = true) =>
    judgeCapture(
      failed.map(() => seen()),
      failed,
      several,
      policy,
    );
  const times = (count: number, reasons: QualityReason[]) => Array.from({ length: count }, () => reasons);

  it('let enough good frames pass, and a still where stills are decided on', () => {
    expect(judge(times(4, []))).toEqual([]);
    expect(judge([[]], false)).toEqual([]);
  });

  it('stop a still where they are not, and too few good frames, by what was wrong most often', () => {
    expect(judge([[]])).toEqual(['TooFewFrames']);
    expect(judge([...times(3, []), ['Blurred'], ['TooDark'], ['Blurred']])).toEqual([
      'Blurred',
      'TooDark',
      'TooFewFrames',
    ]);
  });

  it('stop a capture without a face, with a face that was lost, and with several people', () => {
    expect(judge(times(4, ['NoFace']))).toEqual(['NoFace']);
    expect(judge([...times(4, []), ...times(8, ['NoFace'])])).toEqual(['FaceLost']);
    expect(judge(times(6, ['SeveralFaces']))).toEqual(['SeveralFaces']);
  });

  it('let one pass in which the face was lost for a moment', () => {
    expect(judge([...times(4, []), ['NoFace']])).toEqual([]);
  });

  it('count several people among the frames that were searched for them', () => {
    const failed = [...times(8, []), ...times(2, ['SeveralFaces'] as QualityReason[])];
    const judgeSearched = (searched: (k: number) => boolean) =>
      judgeCapture(
        failed.map((_, k) => seen({}, { searched: searched(k) })),
        failed,
        true,
        policy,
      );
    expect(judgeSearched(() => true)).toEqual([]);
    expect(judgeSearched((k) => k >= 7)).toEqual(['SeveralFaces']);
  });
});
