import { InputError } from '@bonafide/engine';
import type { WireErrorName } from '@bonafide/protocol';
import { AnalysisTimeoutError, OverloadedError } from './analysis-pool.js';
import { ServiceError } from './errors.js';

/** What the engine refuses, in the contract's words. */
const ROWS: Record<InputError['code'], WireErrorName> = {
  Undecodable: 'InvalidImage',
  TooManyBytes: 'PayloadTooLarge',
  TooManyPixels: 'InvalidClipSize',
  TooManyFrames: 'InvalidClipSize',
  TooLong: 'InvalidClipSize',
  NoFace: 'NoFaceDetected',
  SeveralFaces: 'MultipleFaces',
  FaceTooSmall: 'FaceTooSmall',
};

/** A slow analysis may have met a busy moment; come again after so many seconds. */
const TIMEOUT_RETRY_S = 2;

/** Turns what the engine throws into the contract's words; what is nobody's fault but ours stays as it is. */
export function toServiceError(error: unknown): unknown {
  if (error instanceof InputError) return new ServiceError(ROWS[error.code], { cause: error });
  if (error instanceof OverloadedError)
    return new ServiceError('Overloaded', { cause: error, retryAfterSeconds: error.retryAfterSeconds });
  if (error instanceof AnalysisTimeoutError)
    return new ServiceError('Overloaded', { cause: error, retryAfterSeconds: TIMEOUT_RETRY_S });
  return error;
}
