import { Type, type TSchema } from '@sinclair/typebox';
import {
  AuthToken,
  createMembers,
  Decision,
  Digest,
  FaceRectangle,
  Quality,
  RESULT_HEADERS,
  SessionId,
  VerifyImage,
  verifyMembers,
} from '../openapi/members.js';
import { OneOf, operation, SessionParams } from '../openapi/operation.js';
import type { SessionKind } from '../session.js';

// What the routes of generation A take and give, for the OpenAPI document.

const Time = Type.String({ format: 'date-time', description: 'seven fraction digits, +00:00' });
const InspectedImage = Type.Object({ faceRectangle: FaceRectangle, qualityForRecognition: Quality });

const ResultBody = Type.Object({
  livenessDecision: Type.Optional(Decision),
  target: Type.Optional(
    Type.Object({
      faceRectangle: FaceRectangle,
      fileName: Type.String(),
      timeOffsetWithinFile: Type.Number({ description: 'ms' }),
      imageType: OneOf(['Color']),
    }),
  ),
  modelVersionUsed: Type.Optional(Type.String()),
  verifyResult: Type.Optional(
    Type.Object({
      verifyImage: InspectedImage,
      matchConfidence: Type.Number({ minimum: 0, maximum: 1 }),
      isIdentical: Type.Boolean(),
    }),
  ),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});
/** What a device is answered where the session has sendResultsToClient. */
export const DetectAnswer = ResultBody;

const AuditEntry = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  sessionId: SessionId,
  requestId: Type.String({ format: 'uuid' }),
  clientRequestId: Type.Optional(Type.String()),
  receivedDateTime: Time,
  request: Type.Object({
    url: Type.String(),
    method: Type.String(),
    contentLength: Type.Optional(Type.Integer()),
    contentType: Type.Optional(Type.String()),
    userAgent: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    body: ResultBody,
    statusCode: Type.Integer(),
    latencyInMilliseconds: Type.Integer(),
  }),
  digest: Digest,
  sessionImageId: Type.Optional(Type.String()),
  verifyImageHash: Type.Optional(Type.String()),
});

const Item = {
  id: SessionId,
  createdDateTime: Time,
  sessionStartDateTime: Type.Optional(Time),
  sessionExpired: Type.Boolean({ description: 'the token has ended; the session is kept on' }),
  deviceCorrelationId: Type.Optional(Type.String()),
  authTokenTimeToLiveInSeconds: Type.Integer(),
};
const Session = Type.Object({
  status: OneOf(['NotStarted', 'Started', 'ResultAvailable']),
  result: Type.Optional(AuditEntry),
  ...Item,
});

const Page = Type.Object({
  start: Type.Optional(Type.String({ maxLength: 64, description: 'id of the last entry that is known' })),
  top: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
});

const Create = { ...createMembers, sendResultsToClient: Type.Optional(Type.Boolean({ default: false })) };

function createBodies(kind: SessionKind): Record<string, TSchema> {
  if (kind === 'liveness') return { 'application/json': Type.Object(Create) };
  const parameters = Type.Object({ ...Create, ...verifyMembers });
  return {
    'application/json': parameters,
    'multipart/form-data': Type.Object({ Parameters: parameters, VerifyImage }),
  };
}

/** The operations of sessions of a kind. */
export function sessionOperations(kind: SessionKind) {
  const what = kind === 'liveness' ? 'liveness session' : 'session with verification';
  const caller = 'application';
  return {
    create: operation({
      summary: `Create a ${what}`,
      caller,
      body: createBodies(kind),
      answer: {
        status: 200,
        description: 'The session and the token for its device.',
        body: Type.Object({
          ...(kind === 'livenessWithVerify' && { verifyImage: Type.Optional(InspectedImage) }),
          sessionId: SessionId,
          authToken: AuthToken,
        }),
      },
    }),
    list: operation({
      summary: `List each ${what}`,
      caller,
      querystring: Page,
      answer: {
        status: 200,
        description: 'By id; a short page is the last.',
        body: Type.Array(Type.Object(Item)),
      },
    }),
    get: operation({
      summary: `Read a ${what} and its result`,
      caller,
      params: SessionParams,
      answer: { status: 200, description: 'The session.', headers: RESULT_HEADERS, body: Session },
    }),
    remove: operation({
      summary: `Delete a ${what} with everything of it`,
      caller,
      params: SessionParams,
      answer: { status: 200, description: 'Deleted; no body.' },
    }),
    audit: operation({
      summary: `List the calls that devices made for a ${what}`,
      caller,
      params: SessionParams,
      querystring: Page,
      answer: { status: 200, description: 'Newest first.', body: Type.Array(AuditEntry) },
    }),
  };
}
