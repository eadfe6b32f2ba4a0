import { Type } from '@sinclair/typebox';
import type { LivenessDecision } from '@bonafide/protocol';
import { Bytes, OneOf } from './operation.js';

// Members that both generations share.

const CorrelationId = (whose: string) =>
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: `a random id of ${whose}, chosen by the application`,
  });

/** Members of every create request. */
export const createMembers = {
  livenessOperationMode: OneOf(['Passive', 'PassiveActive']),
  deviceCorrelationIdSetInClient: Type.Optional(
    Type.Boolean({ default: false, description: 'the device brings its id to session/start' }),
  ),
  deviceCorrelationId: Type.Optional(CorrelationId('the device')),
  authTokenTimeToLiveInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400, default: 600 })),
  enableSessionImage: Type.Optional(
    Type.Boolean({ default: false, description: 'keep the frame that stands for the decision' }),
  ),
};

/** Members of a create request with verification. */
export const verifyMembers = {
  returnVerifyImageHash: Type.Optional(Type.Boolean({ default: false })),
  verifyConfidenceThreshold: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'matchConfidence from which faces are identical',
    }),
  ),
};

/** Members of a user in the preview of generation B. */
export const userMembers = {
  userCorrelationIdSetInClient: Type.Optional(Type.Boolean({ default: false })),
  userCorrelationId: Type.Optional(CorrelationId('the user')),
};

export const FaceRectangle = Type.Object(
  { top: Type.Integer(), left: Type.Integer(), width: Type.Integer(), height: Type.Integer() },
  { description: 'pixels from the upper left corner' },
);
export const Decision = OneOf(
  ['uncertain', 'realface', 'spoofface'] satisfies LivenessDecision[],
  'uncertain is never a pass',
);
export const Digest = Type.String({
  pattern: '^[0-9A-F]{64}$',
  description: 'SHA-256 over session, call and capture; docs/api.md says how the device computes the same',
});
export const Quality = OneOf(['low', 'medium', 'high']);
export const SessionId = Type.String({ format: 'uuid' });
export const AuthToken = Type.String({ description: 'a JWT for the device, good for this session alone' });
export const VerifyImage = Bytes('reference image: JPEG, PNG, GIF, BMP or WebP, 1 KB to 6 MB, one face');

/** Headers of the answer that prints one session. */
export const RESULT_HEADERS = {
  'x-bonafide-result': Type.String({
    description:
      'once there is an outcome: the same as a compact JWS, verifiable with /.well-known/jwks.json',
  }),
};
