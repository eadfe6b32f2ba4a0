import type { DetectedFace } from '@bonafide/engine';
import type { AttributeName, DetectQuery } from './query.js';

// The shape of a detected face, members in the order of the contract; what was not asked for is left out.

/** @param faceId null where none was asked for */
export function toWireFace(face: DetectedFace, faceId: string | null, query: DetectQuery) {
  const { attributes, landmarks, recognitionModel } = query;
  return {
    ...(faceId !== null && { faceId }),
    ...(recognitionModel !== null && { recognitionModel }),
    faceRectangle: face.report.rectangle,
    ...(landmarks && { faceLandmarks: toWireLandmarks(face.landmarks) }),
    ...(attributes.size > 0 && { faceAttributes: toWireAttributes(face, attributes) }),
  };
}

function toWireLandmarks(landmarks: DetectedFace['landmarks']) {
  return Object.fromEntries(
    Object.entries(landmarks).map(([name, { x, y }]) => [name, { x: rounded(x, 1), y: rounded(y, 1) }]),
  );
}

function toWireAttributes(face: DetectedFace, wanted: ReadonlySet<AttributeName>) {
  const measured = Object.entries(MEASURES).filter(([name]) => wanted.has(name as AttributeName));
  return Object.fromEntries(measured.map(([name, measure]) => [name, measure(face)]));
}

const MEASURES: Record<AttributeName, (face: DetectedFace) => unknown> = {
  headPose: ({ report: { pose } }) => ({
    pitch: rounded(pose.pitchDeg, 1),
    roll: rounded(pose.rollDeg, 1),
    yaw: rounded(pose.yawDeg, 1),
  }),
  occlusion: ({ report: { visibility }, foreheadVisibility }) => ({
    foreheadOccluded: foreheadVisibility < 1,
    eyeOccluded: visibility.eyes < 1,
    mouthOccluded: visibility.mouth < 1,
  }),
  blur: ({ report }) => {
    const value = blurOf(report.sharpness);
    return { blurLevel: levelOf(value, 0.25, 0.75, ['Low', 'Medium', 'High']), value: rounded(value, 2) };
  },
  exposure: ({ report }) => {
    const value = exposureOf(report.exposure);
    const names = ['UnderExposure', 'GoodExposure', 'OverExposure'] as const;
    return { exposureLevel: levelOf(value, 0.25, 0.75, names), value: rounded(value, 2) };
  },
  noise: ({ noise }) => {
    const value = 1 - Math.exp(-noise / NOISE_SCALE);
    return { noiseLevel: levelOf(value, 0.3, 0.7, ['Low', 'Medium', 'High']), value: rounded(value, 2) };
  },
  mask: ({ report }) => {
    const type = maskType(report);
    const noseCovered = report.visibility.noseContrast >= MASK_CONTRAST;
    return { type, noseAndMouthCovered: type === 'faceMask' && noseCovered };
  },
  qualityForRecognition: (face) => face.qualityForRecognition,
};

/**
 * Sharpness at which blur is 0.25 and 0.75, the contract's limits of low and high: the photo rule's limit of `high`, and
 * where the false non-match rate of blurred development pairs has doubled (docs/reference-photo.md).
 */
const SHARP = 40;
const BLURRED = 9;

/** A logistic curve in the logarithm of the sharpness through those two points. */
function blurOf(sharpness: number): number {
  const middle = Math.log(SHARP * BLURRED) / 2;
  const slope = (2 * Math.log(3)) / Math.log(SHARP / BLURRED);
  return 1 / (1 + Math.exp(slope * (Math.log(Math.max(sharpness, Number.EPSILON)) - middle)));
}

/** Mean luma below which, and share of nearly white pixels from which, the photo rules lower the quality. */
const DARK_LUMA = 0.18;
const WHITE_SHARE = 0.1;

/** Below 0.25 is under, from 0.75 on over exposure: 0.25 at the dark limit, 0.75 at the bright one, the mean luma between. */
function exposureOf({ mean, brightShare }: DetectedFace['report']['exposure']): number {
  if (brightShare >= WHITE_SHARE) return 0.75 + (0.25 * (brightShare - WHITE_SHARE)) / (1 - WHITE_SHARE);
  if (mean < DARK_LUMA) return (0.25 * mean) / DARK_LUMA;
  return Math.min(0.749, 0.25 + (0.5 * (mean - DARK_LUMA)) / (1 - DARK_LUMA));
}

/** Noise is low below a standard deviation of 3 of 255 and high above 10; unspoilt photographs have 0.4 to 0.7. */
const NOISE_SCALE = 8.4;

/** Beyond, the mouth cannot be judged: the gate of captures. */
const MAX_YAW_DEG = 45;
/** From here on what is around the mouth differs from the skin around the eyes: the gate of captures that names masks. */
const MASK_CONTRAST = 0.2;

function maskType({ pose, visibility }: DetectedFace['report']) {
  if (Math.abs(pose.yawDeg) > MAX_YAW_DEG) return 'uncertain';
  if (visibility.mouth >= 1) return 'noMask';
  return visibility.maskContrast >= MASK_CONTRAST ? 'faceMask' : 'otherMaskOrOcclusion';
}

function levelOf<T extends string>(value: number, low: number, high: number, names: readonly [T, T, T]): T {
  return value < low ? names[0] : value < high ? names[1] : names[2];
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  // Never -0, which would print as 0 but differ in tests.
  return Math.round(value * scale) / scale + 0;
}
