import { Type } from '@sinclair/typebox';
import { LIVENESS_ERRORS } from '@bonafide/protocol';
import {
  AuthToken,
  createMembers,
  Decision,
  Digest,
  FaceRectangle,
  Quality,
  RESULT_HEADERS,
  SessionId,
  userMembers,
  VerifyImage,
  verifyMembers,
} from '../openapi/members.js';
import { OneOf, operation, SessionParams } from '../openapi/operation.js';
import type { SessionKind } from '../session.js';
import type { VersionB } from './wire.js';

// What the routes of generation B take and give, for the OpenAPI document.

const STATUSES = ['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled'];
const Targets = Type.Object({ color: Type.Object({ faceRectangle: FaceRectangle }) });
const Reference = Type.Object({
  referenceType: Type.Optional(OneOf(['image'], 'printed at create alone')),
  faceRectangle: FaceRectangle,
  qualityForRecognition: Quality,
});
const AbuseFinding = Type.Object({
  isAbuseDetected: Type.Boolean(),
  otherFlaggedSessions: Type.Array(
    Type.Object({
      attemptId: Type.Integer(),
      sessionId: SessionId,
      sessionImageId: Type.Optional(Type.String()),
    }),
  ),
});

const Attempt = (preview: boolean) => {
  const abuse = preview ? { abuseMonitoringResult: Type.Optional(AbuseFinding) } : {};
  return Type.Object(
    {
      attemptId: Type.Integer({ minimum: 1, maximum: 3 }),
      attemptStatus: OneOf(STATUSES),
      result: Type.Optional(
        Type.Object({
          livenessDecision: Decision,
          targets: Targets,
          digest: Digest,
          sessionImageId: Type.Optional(Type.String()),
          verifyImageHash: Type.Optional(Type.String()),
          verifyResult: Type.Optional(
            Type.Object({
              matchConfidence: Type.Number({ minimum: 0, maximum: 1 }),
              isIdentical: Type.Boolean(),
            }),
          ),
          ...abuse,
        }),
      ),
      error: Type.Optional(
        Type.Object({ code: OneOf(LIVENESS_ERRORS), message: Type.String(), targets: Targets }),
      ),
      ...(preview && { clientInformation: Type.Array(Type.Object({ ip: Type.String() })) }),
      ...abuse,
    },
    { description: 'exactly one of result and error' },
  );
};

const Session = (preview: boolean) =>
  Type.Object({
    sessionId: SessionId,
    authToken: Type.String({ description: 'printed at create alone, empty afterwards' }),
    status: OneOf(STATUSES),
    modelVersion: Type.Optional(Type.String()),
    ...(preview && {
      isAbuseMonitoringEnabled: Type.Boolean(),
      expectedClientIpAddress: Type.Optional(Type.String()),
    }),
    results: Type.Object({
      verifyReferences: Type.Optional(Type.Array(Reference)),
      attempts: Type.Array(Attempt(preview), { description: 'newest first' }),
    }),
  });

const Created = Type.Object({
  sessionId: SessionId,
  authToken: AuthToken,
  status: OneOf(['NotStarted']),
  modelVersion: Type.String(),
  results: Type.Object({
    verifyReferences: Type.Optional(Type.Array(Reference)),
    attempts: Type.Array(Type.Never(), { description: 'none yet' }),
  }),
});

const previewMembers = {
  numberOfClientAttemptsAllowed: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, default: 1 })),
  ...userMembers,
  expectedClientIpAddress: Type.Optional(
    Type.String({ description: 'address or CIDR range; calls of devices elsewhere get 403' }),
  ),
};

/** The operations of sessions of a kind. */
export function sessionOperations(kind: SessionKind, version: VersionB) {
  const preview = version === 'v1.3-preview.1';
  const what = kind === 'liveness' ? 'liveness session' : 'session with verification';
  const caller = 'application';
  const members = { ...createMembers, ...(preview && previewMembers) };
  return {
    create: operation({
      summary: `Create a ${what}`,
      caller,
      body:
        kind === 'liveness'
          ? { 'application/json': Type.Object(members) }
          : {
              'multipart/form-data': Type.Object({ ...members, ...verifyMembers, verifyImage: VerifyImage }),
            },
      answer: { status: 200, description: 'The session and the token for its device.', body: Created },
    }),
    get: operation({
      summary: `Read a ${what} and its attempts`,
      caller,
      params: SessionParams,
      answer: { status: 200, description: 'The session.', headers: RESULT_HEADERS, body: Session(preview) },
    }),
    remove: operation({
      summary: `Delete a ${what} with everything of it`,
      caller,
      params: SessionParams,
      answer: { status: 204, description: 'Deleted.' },
    }),
  };
}

const Settings = Type.Object({ livenessAbuseMonitoring: Type.Object({ enabled: Type.Boolean() }) });
const ShortSettings = Type.Object({ enabled: Type.Boolean() });

/** The operations of `/settings`. */
export const settingsOperations = {
  get: operation({
    summary: 'Read whether abuse monitoring is on',
    caller: 'application',
    answer: { status: 200, description: 'The settings of the resource.', body: Settings },
  }),
  patch: operation({
    summary: 'Switch abuse monitoring',
    caller: 'application',
    body: { 'application/json': Type.Union([Settings, ShortSettings]) },
    answer: {
      status: 200,
      description: 'The settings, in the shape of the request.',
      body: Type.Union([Settings, Type.Object({ name: Type.String(), enabled: Type.Boolean() })]),
    },
  }),
};
