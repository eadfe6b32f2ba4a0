/**
 * What can be wrong with a capture, and what each reader of it gets: one table for the engine's gates, both API generations
 * and the device's hints.
 *
 * `refuse`: the device call answers 400 with this row of WIRE_ERRORS and the attempt is used. Otherwise the capture ends as
 * `uncertain` (generation A) or as a failed attempt with `livenessError` (generation B; where there is none, `uncertain`).
 */
export const QUALITY_REASONS = {
  NoFace: {
    refuse: 'NoFaceDetected',
    livenessError: 'NoFaceDetected',
    text: 'no face was found in the capture',
  },
  SeveralFaces: {
    refuse: 'MultipleFaces',
    livenessError: 'FaceTrackingFailed',
    text: 'more than one person of comparable size is in view',
  },
  TooFewFrames: {
    livenessError: 'FaceTrackingFailed',
    text: 'fewer than four frames show the face well enough',
  },
  FaceLost: { livenessError: 'FaceTrackingFailed', text: 'the face could not be followed through the clip' },
  FaceTooSmall: { livenessError: null, text: 'the face is too small' },
  TooDark: { livenessError: null, text: 'the face is too dark' },
  TooBright: { livenessError: 'ExcessiveFaceBrightness', text: 'the face is too bright' },
  Blurred: { livenessError: 'ExcessiveImageBlurDetected', text: 'the picture of the face is not sharp' },
  NotFrontal: { livenessError: null, text: 'the face is turned too far away' },
  MaskWorn: { livenessError: 'FaceWithMaskDetected', text: 'a mask covers the face' },
  EyesHidden: { livenessError: 'FaceEyeRegionNotVisible', text: 'the eyes are not visible' },
  MouthHidden: { livenessError: 'FaceMouthRegionNotVisible', text: 'the mouth is not visible' },
  TurnNotPerformed: { livenessError: 'HeadTurnNotPerformed', text: 'the head turn was not seen' },
  SmileNotPerformed: { livenessError: 'SmileNotPerformed', text: 'the expression asked for was not seen' },
  StepTimedOut: { livenessError: 'TimedOut', text: 'a step of the challenge was not completed in time' },
} as const satisfies Record<string, QualityRow>;

interface QualityRow {
  refuse?: 'NoFaceDetected' | 'MultipleFaces';
  livenessError: LivenessErrorName | null;
  text: string;
}

/** A reason from the closed list of {@link QUALITY_REASONS}. */
export type QualityReason = keyof typeof QUALITY_REASONS;

/** The names that Azure's device SDKs report as livenessError, and that a failed attempt of generation B carries. */
export const LIVENESS_ERRORS = [
  'None',
  'FaceMouthRegionNotVisible',
  'FaceEyeRegionNotVisible',
  'ExcessiveImageBlurDetected',
  'ExcessiveFaceBrightness',
  'FaceWithMaskDetected',
  'TimedOut',
  'EnvironmentNotSupported',
  'FaceTrackingFailed',
  'UnexpectedClientError',
  'UnexpectedServerError',
  'Unexpected',
  'CameraPermissionDenied',
  'CameraStartupFailure',
  'SmileNotPerformed',
  'HeadTurnNotPerformed',
  'ServerTimedOut',
  'InvalidToken',
  'NoFaceDetected',
  'UserCanceledSession',
  'UserCanceledActiveMotion',
  'UserCanceledActiveMotionPrompt',
  'ClientVersionNotSupported',
  'VerifyImageNotProvided',
  'SetVerifyImageNotAllowed',
  'GenericFailure',
] as const;

/** One of {@link LIVENESS_ERRORS}. */
export type LivenessErrorName = (typeof LIVENESS_ERRORS)[number];

/** What a failed attempt of generation B says to a person, by its code. */
export const LIVENESS_ERROR_MESSAGES: Record<LivenessErrorName, string> = {
  None: 'No error.',
  FaceMouthRegionNotVisible: 'The mouth is not visible.',
  FaceEyeRegionNotVisible: 'The eyes are not visible.',
  ExcessiveImageBlurDetected: 'The picture of the face is not sharp.',
  ExcessiveFaceBrightness: 'The face is too bright.',
  FaceWithMaskDetected: 'Mask detected on face image.',
  TimedOut: 'A step of the challenge was not completed in time.',
  EnvironmentNotSupported: 'The device or browser is not supported.',
  FaceTrackingFailed: 'The face could not be followed through the capture.',
  UnexpectedClientError: 'The device met an unexpected error.',
  UnexpectedServerError: 'The service stopped while the capture was being judged.',
  Unexpected: 'An unexpected error occurred.',
  CameraPermissionDenied: 'The camera was not permitted.',
  CameraStartupFailure: 'The camera could not be started.',
  SmileNotPerformed: 'The expression that was asked for was not seen.',
  HeadTurnNotPerformed: 'The head turn that was asked for was not seen.',
  ServerTimedOut: 'The service did not answer in time.',
  InvalidToken: 'The session token is not valid.',
  NoFaceDetected: 'No face detected in the capture.',
  UserCanceledSession: 'The person cancelled.',
  UserCanceledActiveMotion: 'The person cancelled during the movements.',
  UserCanceledActiveMotionPrompt: 'The person declined the movements.',
  ClientVersionNotSupported: 'The client is too old for this service.',
  VerifyImageNotProvided: 'No reference image was provided.',
  SetVerifyImageNotAllowed: 'The reference image cannot be set by the device.',
  GenericFailure: 'The capture could not be judged.',
};
