import type { LivenessErrorName } from '@bonafide/protocol';
import type { CameraFault } from './camera.js';
import type { PlayFault } from './challenge-player.js';
import type { CallFault } from './client.js';
import type { StringKey } from './strings/en.js';

/** The names that Azure's device SDKs report as recognitionError. */
export type RecognitionErrorName =
  | 'None'
  | 'GenericFailure'
  | 'FaceNotFrontal'
  | 'FaceEyeRegionNotVisible'
  | 'ExcessiveFaceBrightness'
  | 'ExcessiveImageBlurDetected'
  | 'FaceNotFound'
  | 'MultipleFaceFound'
  | 'ContentDecodingError'
  | 'ImageSizeIsTooLarge'
  | 'ImageSizeIsTooSmall'
  | 'UnsupportedMediaType'
  | 'FaceMouthRegionNotVisible'
  | 'FaceWithMaskDetected';

/** From where a person may try again, `consent` being their choice of light; `none`: only the application can help. */
export type Resume = 'consent' | 'camera' | 'upload' | 'none';

/**
 * Everything that can go wrong, each with what the application is told and where a new try begins. The view has a text of
 * what happened and what to do for each.
 */
export const PROBLEMS = {
  cameraInsecure: { text: 'problemInsecure', livenessError: 'EnvironmentNotSupported', resume: 'none' },
  cameraDenied: { text: 'problemDenied', livenessError: 'CameraPermissionDenied', resume: 'camera' },
  cameraMissing: { text: 'problemNoCamera', livenessError: 'CameraStartupFailure', resume: 'camera' },
  cameraBusy: { text: 'problemCameraBusy', livenessError: 'CameraStartupFailure', resume: 'camera' },
  cameraFailed: { text: 'problemCameraBusy', livenessError: 'CameraStartupFailure', resume: 'camera' },
  cameraUnplugged: { text: 'problemUnplugged', livenessError: 'CameraStartupFailure', resume: 'camera' },
  assetsMissing: { text: 'problemAssets', livenessError: 'EnvironmentNotSupported', resume: 'camera' },
  unsupported: { text: 'problemUnsupported', livenessError: 'EnvironmentNotSupported', resume: 'none' },
  noFaceInTime: { text: 'problemNoFace', livenessError: 'TimedOut', resume: 'camera' },
  faceLost: { text: 'problemFaceLost', livenessError: 'FaceTrackingFailed', resume: 'camera' },
  severalFaces: { text: 'problemSeveralFaces', livenessError: 'FaceTrackingFailed', resume: 'camera' },
  stepTimedOut: { text: 'problemSlow', livenessError: 'TimedOut', resume: 'camera' },
  turnTimedOut: { text: 'problemTurn', livenessError: 'HeadTurnNotPerformed', resume: 'camera' },
  expressionTimedOut: { text: 'problemExpression', livenessError: 'SmileNotPerformed', resume: 'camera' },
  pageHidden: { text: 'problemHidden', livenessError: 'UserCanceledSession', resume: 'camera' },
  rotated: { text: 'problemRotated', livenessError: 'FaceTrackingFailed', resume: 'camera' },
  captureFailed: { text: 'problemCapture', livenessError: 'FaceTrackingFailed', resume: 'camera' },
  noNetwork: { text: 'problemNoNetwork', livenessError: 'ServerTimedOut', resume: 'camera' },
  offline: { text: 'problemOffline', livenessError: 'ServerTimedOut', resume: 'upload' },
  serviceTimedOut: { text: 'problemService', livenessError: 'ServerTimedOut', resume: 'upload' },
  serviceBusy: { text: 'problemService', livenessError: 'UnexpectedServerError', resume: 'upload' },
  serviceFailed: { text: 'problemService', livenessError: 'UnexpectedServerError', resume: 'upload' },
  answerGarbled: { text: 'problemService', livenessError: 'Unexpected', resume: 'none' },
  tokenInvalid: { text: 'problemEnded', livenessError: 'InvalidToken', resume: 'none' },
  tokenRefused: { text: 'problemEnded', livenessError: 'UnexpectedClientError', resume: 'none' },
  attemptsUsed: { text: 'problemEnded', livenessError: 'UnexpectedClientError', resume: 'none' },
  lightRequired: {
    text: 'problemNoLight',
    livenessError: 'UserCanceledActiveMotionPrompt',
    resume: 'consent',
  },
  nonceUsed: { text: 'problemCapture', livenessError: 'UnexpectedClientError', resume: 'camera' },
  captureRefused: { text: 'problemCapture', livenessError: 'UnexpectedClientError', resume: 'camera' },
  noFaceInCapture: { text: 'problemNoFace', livenessError: 'NoFaceDetected', resume: 'camera' },
  blurredCapture: { text: 'problemBlurred', livenessError: 'ExcessiveImageBlurDetected', resume: 'camera' },
  brightCapture: { text: 'problemBright', livenessError: 'ExcessiveFaceBrightness', resume: 'camera' },
  maskWorn: { text: 'problemCovered', livenessError: 'FaceWithMaskDetected', resume: 'camera' },
  eyesHidden: { text: 'problemCovered', livenessError: 'FaceEyeRegionNotVisible', resume: 'camera' },
  mouthHidden: { text: 'problemCovered', livenessError: 'FaceMouthRegionNotVisible', resume: 'camera' },
  photoMissing: { text: 'problemPhoto', livenessError: 'VerifyImageNotProvided', resume: 'none' },
  photoNotAllowed: { text: 'problemPhoto', livenessError: 'SetVerifyImageNotAllowed', resume: 'none' },
  photoUnreadable: photo('ContentDecodingError'),
  photoTooLarge: photo('ImageSizeIsTooLarge'),
  photoTooSmall: photo('ImageSizeIsTooSmall'),
  photoWithoutFace: photo('FaceNotFound'),
  photoWithSeveralFaces: photo('MultipleFaceFound'),
} as const satisfies Record<string, ProblemRow>;

interface ProblemRow {
  /** What the person reads: what happened and what to do. */
  text: StringKey;
  livenessError: LivenessErrorName;
  recognitionError?: RecognitionErrorName;
  resume: Resume;
}

/** One of {@link PROBLEMS}. */
export type Problem = keyof typeof PROBLEMS;

/** A row of {@link PROBLEMS}. */
export function rowOf(problem: Problem): ProblemRow {
  return PROBLEMS[problem];
}

/** What the person reads: also that the check is over, where a new try would help and none is left. */
export function textsOf(problem: Problem, resume: Resume): StringKey[] {
  const row = rowOf(problem);
  return resume === 'none' && row.resume !== 'none' ? [row.text, 'problemEnded'] : [row.text];
}

export const PROBLEM_OF_CAMERA: Record<CameraFault, Problem> = {
  insecure: 'cameraInsecure',
  denied: 'cameraDenied',
  missing: 'cameraMissing',
  busy: 'cameraBusy',
  failed: 'cameraFailed',
};

export const PROBLEM_OF_PLAY: Record<PlayFault, Problem> = {
  faceLost: 'faceLost',
  severalFaces: 'severalFaces',
  stepTimedOut: 'stepTimedOut',
  turnTimedOut: 'turnTimedOut',
  expressionTimedOut: 'expressionTimedOut',
};

/** Codes of refused captures that say what to do better. */
const PROBLEM_OF_CODE: Partial<Record<string, Problem>> = {
  InvalidImage: 'noFaceInCapture',
  NoFaceDetected: 'noFaceInCapture',
  FaceTrackingFailed: 'faceLost',
  ExcessiveImageBlurDetected: 'blurredCapture',
  ExcessiveFaceBrightness: 'brightCapture',
  FaceWithMaskDetected: 'maskWorn',
  FaceEyeRegionNotVisible: 'eyesHidden',
  FaceMouthRegionNotVisible: 'mouthHidden',
  HeadTurnNotPerformed: 'turnTimedOut',
  SmileNotPerformed: 'expressionTimedOut',
  TimedOut: 'stepTimedOut',
  VerifyImageNotProvided: 'photoMissing',
  SetVerifyImageNotAllowed: 'photoNotAllowed',
  InvalidImageSize: 'captureRefused',
};

/** What a failed call is to the person. */
export function problemOfCall(fault: CallFault): Problem {
  if (fault.kind === 'network') return 'offline';
  if (fault.kind === 'timeout') return 'serviceTimedOut';
  if (fault.kind === 'garbled') return 'answerGarbled';
  const { status, code } = fault;
  if (status === 401) return 'tokenInvalid';
  if (code === 'AttemptsExhausted') return 'attemptsUsed';
  if (code === 'LightRequired') return 'lightRequired';
  if (status === 403 || status === 404 || status === 405) return 'tokenRefused';
  if (status === 409) return 'nonceUsed';
  if (status === 429 || status === 503) return 'serviceBusy';
  if (status >= 500) return 'serviceFailed';
  return PROBLEM_OF_CODE[code] ?? 'captureRefused';
}

/** Whether a refused capture used its attempt up. */
export function usesAttempt(fault: CallFault): boolean {
  return fault.kind === 'refused' && fault.status >= 400 && fault.status < 500 && fault.status !== 429;
}

function photo(recognitionError: RecognitionErrorName) {
  return { text: 'problemPhoto', livenessError: 'GenericFailure', recognitionError, resume: 'none' } as const;
}
