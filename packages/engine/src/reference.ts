import { QUALITY_REASONS, type QualityForRecognition } from '@bonafide/protocol';
import { InputError, type Reason, type ReferenceReport } from './analysis.js';
import { area } from './detector.js';
import type { FaceFrame, SeenFace, SeenFrame } from './face.js';
import { landmark, type Mesh } from './mesh.js';
import type { Policy } from './policy.js';
import { CONTENT_LIMITS, readSource } from './source.js';
import type { Workspace } from './workspace.js';

/**
 * Inspects a reference photograph: exactly one face, how far it can be trusted for recognition, and its template. The rules
 * are those of docs/reference-photo.md.
 * @throws InputError `NoFace`, `SeveralFaces`, `FaceTooSmall`, or what {@link readSource} throws
 */
export async function inspectReference(
  content: Uint8Array,
  work: Workspace,
  policy: Policy,
  signal?: AbortSignal,
): Promise<ReferenceReport> {
  const source = await readSource(content, CONTENT_LIMITS, work.allocate);
  const [seen] = await work.run('see', { source, from: 0, to: 1, memory: [] }, signal);
  const frame = withOneFace(seen, policy);
  const template = await work.run('embed', { frame }, signal);
  return {
    faceRectangle: frame.face.report.rectangle,
    ...judgeForRecognition(frame.face, frame.others.length, policy),
    template,
  };
}

/**
 * How far a face can be trusted for recognition, and why no further.
 * @param others how many further faces the picture shows
 */
export function judgeForRecognition(
  face: SeenFace,
  others: number,
  policy: Policy,
): Pick<ReferenceReport, 'qualityForRecognition' | 'failedRules'> {
  const failed = failedRules(face, others, policy);
  return {
    qualityForRecognition: worst(failed.map(({ quality }) => quality)),
    failedRules: failed.map(({ code, text }) => ({ code, text })),
  };
}

/** The photograph, when it shows one face that is large enough to be recognised. */
function withOneFace(seen: SeenFrame | undefined, { gates, reference }: Policy): FaceFrame {
  if (!seen?.face) throw new InputError('NoFace', 'expected one face in the reference image, found none');
  const { face, others } = seen;
  const comparable = others.filter((other) => area(other) >= gates.comparableFaceArea.value * area(face.box));
  if (comparable.length > 0)
    throw new InputError(
      'SeveralFaces',
      `expected one face in the reference image, found ${1 + comparable.length}`,
    );
  const { width, height } = face.report.rectangle;
  if (Math.min(width, height) < reference.minFacePx.value)
    throw new InputError(
      'FaceTooSmall',
      `expected a face of at least ${reference.minFacePx.value} pixels in the reference image, found ${width}x${height}`,
    );
  return { ...seen, face };
}

type FailedRule = Reason & { quality: QualityForRecognition };

/** The rules that lower the quality, worst first: below `high` it is medium, below `medium` low. */
function failedRules({ mesh, report }: SeenFace, others: number, { reference }: Policy): FailedRule[] {
  const { rectangle, pose, exposure, sharpness, visibility } = report;
  type Limits = typeof reference.high;
  const rules: [code: string, text: string, passes: (limits: Limits) => boolean][] = [
    [
      'FaceTooSmall',
      'the face is smaller than recommended',
      (l) => Math.min(rectangle.width, rectangle.height) >= l.minFacePx.value,
    ],
    ['Blurred', QUALITY_REASONS.Blurred.text, (l) => sharpness >= l.minSharpness.value],
    ['TooDark', QUALITY_REASONS.TooDark.text, (l) => exposure.mean >= l.minLuma.value],
    ['TooBright', QUALITY_REASONS.TooBright.text, (l) => exposure.brightShare <= l.maxBrightShare.value],
    [
      'NotFrontal',
      QUALITY_REASONS.NotFrontal.text,
      (l) => Math.abs(pose.yawDeg) <= l.maxYawDeg.value && Math.abs(pose.pitchDeg) <= l.maxPitchDeg.value,
    ],
    ['Tilted', 'the head is tilted', (l) => Math.abs(pose.rollDeg) <= l.maxRollDeg.value],
    ['MouthOpen', 'the mouth is open', (l) => mouthOpening(mesh) <= l.maxMouthOpening.value],
    ['EyesHidden', QUALITY_REASONS.EyesHidden.text, (l) => visibility.eyes >= l.minVisibility.value],
    ['MouthHidden', QUALITY_REASONS.MouthHidden.text, (l) => visibility.mouth >= l.minVisibility.value],
    ['OtherFaces', 'further faces are in the picture', (l) => others <= l.maxOtherFaces.value],
  ];
  return rules
    .flatMap(([code, text, passes]): FailedRule[] => {
      if (passes(reference.high)) return [];
      return [{ code, text, quality: passes(reference.medium) ? 'medium' : 'low' }];
    })
    .sort((one, other) => Number(one.quality === 'medium') - Number(other.quality === 'medium'));
}

function worst(qualities: readonly QualityForRecognition[]): QualityForRecognition {
  if (qualities.includes('low')) return 'low';
  return qualities.length > 0 ? 'medium' : 'high';
}

/** Distance between the inner edges of the lips, as a share of the distance between the corners of the mouth. */
function mouthOpening(mesh: Mesh): number {
  const distance = (one: number, other: number) => {
    const [a, b] = [landmark(mesh, one), landmark(mesh, other)];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  return distance(13, 14) / distance(61, 291);
}
