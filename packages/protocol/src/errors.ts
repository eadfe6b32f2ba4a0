/**
 * Every error that the Face service answers with: one row an error, the HTTP status chosen here and nowhere else.
 * Messages that the real service was seen to print are equal to the byte; the others are ours. `docs/errors.md` lists the
 * same rows, and a test compares the two.
 */
export const WIRE_ERRORS = {
  InvalidRequestBody: {
    status: 400,
    message: 'Incorrect request body provided. Please check the operation schema and try again.',
  },
  JsonParsingError: { status: 400, code: 'BadArgument', message: 'JSON parsing error.' },
  BadArgument: { status: 400, message: 'Request body is invalid.' },
  InvalidStart: {
    status: 400,
    code: 'BadArgument',
    message:
      "Start parameter is invalid. Please specify the 'Id' field of the last entry to continue the listing process.",
  },
  InvalidTop: {
    status: 400,
    code: 'BadArgument',
    message: 'Top parameter is invalid. Valid range is between 1 and 1000 inclusive.',
  },
  InvalidTokenLifetime: {
    status: 400,
    message: 'Invalid authTokenTimeToLiveInSeconds specified. Must be within 60 to 86400.',
  },
  InvalidLivenessOperationMode: {
    status: 400,
    message: "Invalid livenessOperationMode specified. Must be 'Passive'.",
  },
  InvalidLivenessOperationModeOfTwo: {
    status: 400,
    code: 'InvalidLivenessOperationMode',
    message: "Invalid livenessOperationMode specified. Must be 'Passive' or 'PassiveActive'.",
  },
  InvalidDeviceCorrelationId: {
    status: 400,
    message:
      'A device correlation ID is required in the request body during session create or session start. Must not be null or empty, and be no more than 64 characters.',
  },
  InvalidUserCorrelationId: {
    status: 400,
    message:
      'A user correlation ID is required in the request body during session create or session start. Must not be null or empty, and be no more than 64 characters.',
  },
  InvalidImage: { status: 400, message: 'Decoding error, image format unsupported.' },
  InvalidImageSize: { status: 400, message: 'The image must be between 1 KB and 6 MB in size.' },
  InvalidClipSize: {
    status: 400,
    code: 'InvalidImageSize',
    message: 'The clip must have at most 60 frames, 40 megapixels over all of them, and last at most 30 s.',
  },
  NoFaceDetected: { status: 400, code: 'InvalidImage', message: 'No face detected in the image.' },
  MultipleFaces: { status: 400, code: 'InvalidImage', message: 'There is more than 1 face in the image.' },
  FaceTooSmall: { status: 400, code: 'InvalidImage', message: 'The face in the image is too small.' },
  InvalidUrl: {
    status: 400,
    code: 'InvalidURL',
    message: 'Invalid image URL or error downloading from target server.',
  },
  UnsupportedAttribute: {
    status: 400,
    code: 'BadArgument',
    message: 'The face attribute is unknown or cannot be measured well enough.',
  },
  InvalidMetadata: {
    status: 400,
    message: 'The metadata claims bonafide-capture/1 and does not keep to it.',
  },
  VerifyImageNotProvided: {
    status: 400,
    message: 'The session has no reference image; send it as VerifyImage with the capture.',
  },
  SetVerifyImageNotAllowed: {
    status: 400,
    message: 'The session has its reference image already; the device cannot set another.',
  },
  CallbackRefused: {
    status: 400,
    message: 'The callbackUrl is not one that the policy of the resource lists.',
  },
  LivenessError: { status: 400, message: 'The capture cannot be judged.' },
  Unauthorized: {
    status: 401,
    code: '401',
    message:
      'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
  },
  InvalidToken: {
    status: 401,
    code: '401',
    message: 'Access denied: the session token is missing, not valid or expired.',
  },
  Forbidden: { status: 403, message: 'The session token does not open this route.' },
  ClientAddressRefused: {
    status: 403,
    code: 'Forbidden',
    message: 'The session expects its device at another address.',
  },
  OriginRefused: {
    status: 403,
    code: 'Forbidden',
    message: 'Pages of this origin may not call the device routes of this resource.',
  },
  AttemptsExhausted: { status: 403, message: 'The session allows no further attempt.' },
  LightRequired: {
    status: 403,
    message: 'The policy of the resource requires coloured light; without it the check cannot be done.',
  },
  AbuseDetected: {
    status: 403,
    message: 'This correlation ID was flagged by abuse monitoring; no session can be created with it.',
  },
  UnsupportedFeature: { status: 403, message: 'This feature is not approved for the resource.' },
  SessionNotFound: {
    status: 404,
    message: 'Session Id is not found. The session id is expired or does not exist.',
  },
  SessionImageNotFound: {
    status: 404,
    message: 'Session image is not found. It was not kept, or its session is expired or was deleted.',
  },
  FaceNotFound: { status: 404, message: 'Face is not found.' },
  NotFound: { status: 404, code: '404', message: 'Resource not found' },
  LinkNotFound: { status: 404, message: 'The link was used, has expired or does not exist.' },
  MethodNotAllowed: { status: 405, code: '405', message: 'The route does not answer this method.' },
  RequestTimeout: { status: 408, message: 'The request body did not arrive in time.' },
  ConcurrentOperationConflict: {
    status: 409,
    message: 'There is a conflicting operation on this session; wait for its answer and try again.',
  },
  NonceUsed: {
    status: 409,
    code: 'ConcurrentOperationConflict',
    message: 'The nonce of this capture was used before; start another attempt.',
  },
  PayloadTooLarge: { status: 413, message: 'The request body is larger than the service accepts.' },
  UnsupportedMediaType: { status: 415, code: 'BadArgument', message: 'Invalid Media Type.' },
  TooManyRequests: { status: 429, code: '429', message: 'Rate limit is exceeded.' },
  StorageFull: {
    status: 429,
    message: 'The service has no room to store this; try again after the time that Retry-After names.',
  },
  Unspecified: { status: 500, message: 'Internal server error' },
  Overloaded: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'The service is busy; try again after the time that Retry-After names.',
  },
  SignInRequired: { status: 401, message: 'Sign in first.' },
  SignInFailed: { status: 401, message: 'The name or the password is wrong.' },
  CodeRequired: { status: 401, message: 'A one-time code is needed too.' },
  CodeWrong: { status: 401, message: 'The one-time code is wrong or was used before.' },
  SignInLocked: {
    status: 429,
    message: 'Too many sign-ins failed; try again after the time that Retry-After names.',
  },
  RequestForged: { status: 403, message: 'The request does not come from a page of this service.' },
  RoleRequired: { status: 403, message: 'Your role does not allow this; ask an Owner for another.' },
  TermsNotAccepted: { status: 403, message: 'Accept the terms of responsible use first.' },
  UnknownName: { status: 404, message: 'There is nothing of this name.' },
  InvitationInvalid: {
    status: 404,
    message: 'This link was used, replaced or has expired; ask for another.',
  },
  NameTaken: { status: 409, message: 'This name is taken.' },
  LastOwner: {
    status: 409,
    message: 'Without this person nobody would be an Owner; make somebody else one first.',
  },
  NotPossible: { status: 409, message: 'This is not possible in the present state.' },
} as const satisfies Record<string, { status: number; code?: string; message: string }>;

/** A row of {@link WIRE_ERRORS}. */
export type WireErrorName = keyof typeof WIRE_ERRORS;

/** The body of every error answer. */
export interface ErrorBody {
  error: { code: string; message: string };
}
