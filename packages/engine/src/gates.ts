import type { QualityReason } from '@bonafide/protocol';
import { area } from './detector.js';
import type { SeenFrame } from './face.js';
import type { Policy } from './policy.js';

/** What a frame fails of the policy's gates, worst first; empty when it may be used. */
export function gateFrame({ face, others, stranger }: SeenFrame, { gates }: Policy): QualityReason[] {
  if (!face) return [stranger ? 'FaceLost' : 'NoFace'];
  const { pose, exposure: light, sharpness, visibility } = face.report;
  const mouthSeen = visibility.mouth >= gates.minVisibility.value;
  const masked = visibility.maskContrast >= gates.minMaskContrast.value;
  // Each says what passes, so that a measure that is no number does not.
  const rules: [QualityReason, passes: boolean][] = [
    ['SeveralFaces', others.every((other) => area(other) < gates.comparableFaceArea.value * area(face.box))],
    ['FaceTooSmall', Math.min(face.box.width, face.box.height) >= gates.minFacePx.value],
    ['TooDark', light.mean >= gates.minLuma.value && light.darkShare <= gates.maxDarkShare.value],
    ['TooBright', light.mean <= gates.maxLuma.value && light.brightShare <= gates.maxBrightShare.value],
    ['Blurred', sharpness >= gates.minSharpness.value],
    ['EyesHidden', visibility.eyes >= gates.minVisibility.value],
    ['MaskWorn', mouthSeen || !masked],
    ['MouthHidden', mouthSeen || masked],
    [
      'NotFrontal',
      Math.abs(pose.yawDeg) <= gates.maxYawDeg.value && Math.abs(pose.pitchDeg) <= gates.maxPitchDeg.value,
    ],
  ];
  return rules.filter(([, passes]) => !passes).map(([reason]) => reason);
}

/**
 * What is wrong with a whole capture, first gate first; empty when it may be decided on.
 * @param failed what each frame fails, see {@link gateFrame}
 * @param several whether one frame cannot be enough: a clip, or a still where stills are not decided on
 */
export function judgeCapture(
  frames: readonly SeenFrame[],
  failed: readonly (readonly QualityReason[])[],
  several: boolean,
  { gates }: Policy,
): QualityReason[] {
  const count = (reason: QualityReason) => failed.filter((reasons) => reasons.includes(reason)).length;
  const searched = frames.filter((frame) => frame.searched).length;
  if (count('NoFace') === frames.length) return ['NoFace'];
  if (count('SeveralFaces') >= gates.severalFacesShare.value * searched) return ['SeveralFaces'];
  const lost = count('NoFace') + count('FaceLost');
  if (lost > gates.maxLostShare.value * frames.length) return ['FaceLost'];
  const usable = failed.filter((reasons) => reasons.length === 0).length;
  if (usable >= (several ? gates.minUsableFrames.value : 1)) return [];
  const reasons = [...new Set(failed.flat())].sort((one, other) => count(other) - count(one));
  return several ? [...reasons, 'TooFewFrames'] : reasons;
}
