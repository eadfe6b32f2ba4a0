import { createHash } from 'node:crypto';
import { isWebp, readWebp, type Analysis, type FaceTemplate } from '@bonafide/engine';
import {
  LIVENESS_ERROR_MESSAGES,
  LIVENESS_ERRORS,
  QUALITY_REASONS,
  type LivenessErrorName,
  type QualityReason,
  type WireErrorName,
} from '@bonafide/protocol';
import { ServiceError } from './errors.js';
import type { InspectedReference } from './references.js';
import type { Outcome, Reference, Session } from './session.js';

/** A reference photograph as one call uses it; all null where nothing is verified. */
export interface Photo {
  reference: Reference | null;
  template: FaceTemplate | null;
  /** Set where the device brought it with this call. */
  brought: InspectedReference | null;
}

/**
 * Why an analysis is no decision, by the table QUALITY_REASONS; null when it is one. A capture without exactly one person is
 * always refused; other faults of quality only where a decision ends the session (generation B), elsewhere they are
 * `uncertain`.
 */
export function refusalOf({ decision, quality }: Analysis, { settings }: Session): ServiceError | null {
  if (decision !== 'uncertain') return null;
  const rows = quality.map((reason): (typeof QUALITY_REASONS)[QualityReason] => QUALITY_REASONS[reason]);
  for (const row of rows) if ('refuse' in row) return new ServiceError(row.refuse);
  const livenessError = rows.find((row) => row.livenessError)?.livenessError;
  if (!livenessError || !settings.endsWithDecision) return null;
  return new ServiceError('LivenessError', {
    code: livenessError,
    message: LIVENESS_ERROR_MESSAGES[livenessError],
  });
}

/** An analysis as a session's outcome. */
export function toOutcome(
  analysis: Analysis,
  { settings }: Session,
  photo: Photo,
  { content, fileName }: { content: Uint8Array; fileName: string },
): Outcome {
  const { decision, target, verification, quality } = analysis;
  const matchConfidence = verification && toPrinted(verification.matchConfidence);
  return {
    kind: 'decided',
    decision,
    target: target && { faceRectangle: target.faceRectangle, fileName, timeMs: target.timeMs },
    modelVersion: modelVersion(analysis.versions),
    verification:
      matchConfidence !== null && photo.reference
        ? {
            matchConfidence,
            isIdentical: matchConfidence >= settings.verifyThreshold,
            reference: {
              faceRectangle: photo.reference.faceRectangle,
              quality: photo.reference.quality,
              sha256: photo.reference.sha256,
            },
          }
        : null,
    frameSha256: target && frameSha256(content, target.frameIndex),
    quality,
  };
}

/** Of the frame's ANMF chunk, as in the capture chain; of the whole file where it is a still. */
function frameSha256(content: Uint8Array, index: number): string {
  const chunk = isWebp(content) ? readWebp(content).frames[index]?.chunk : undefined;
  return createHash('sha256').update(content.subarray(chunk?.start, chunk?.end)).digest('hex');
}

/** Engine and decision policy as the one version string that the contract has room for. */
export function modelVersion({ engine, policy }: Analysis['versions']): string {
  return `${engine}+${policy}`;
}

/** matchConfidence with the digits of a 32-bit number, as in 0.9304124. */
export function toPrinted(confidence: number): number {
  return Math.round(confidence * 1e7) / 1e7;
}

/** What an attempt that ended with a refusal is called in generation B, where its code is not such a name itself. */
const LIVENESS_ERROR_OF_ROW: Partial<Record<WireErrorName, LivenessErrorName>> = {
  NoFaceDetected: 'NoFaceDetected',
  MultipleFaces: 'FaceTrackingFailed',
  InvalidMetadata: 'UnexpectedClientError',
};

/** The name of generation B for a refused attempt. */
export function livenessErrorOf({ row, code }: ServiceError): LivenessErrorName {
  return LIVENESS_ERRORS.find((name) => name === code) ?? LIVENESS_ERROR_OF_ROW[row] ?? 'GenericFailure';
}

/** What operators may see of an analysis, as JSON: all of it but pictures and the face's template. */
export function toEvidence({ frames, template: _, picture: __, ...analysis }: Analysis): string {
  return JSON.stringify({ ...analysis, frames: frames.map(toFrameEvidence) });
}

/** Of a frame, what the portal draws: where the face was and how it was seen. */
function toFrameEvidence({ timeMs, width, height, usable, failed, face }: Analysis['frames'][number]) {
  return {
    timeMs,
    width,
    height,
    usable,
    failed,
    face: face && {
      rectangle: face.rectangle,
      yawDeg: Math.round(face.pose.yawDeg),
      pitchDeg: Math.round(face.pose.pitchDeg),
      luma: Math.round(face.exposure.mean * 100) / 100,
    },
  };
}
