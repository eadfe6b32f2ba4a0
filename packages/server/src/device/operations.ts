import { Type } from '@sinclair/typebox';
import { AttemptEndRequest, SessionStartAnswer, SessionStartRequest } from '@bonafide/protocol';
import { DetectAnswer } from '../face-v1-1/operations.js';
import { Digest, VerifyImage } from '../openapi/members.js';
import { Bytes, operation } from '../openapi/operation.js';
import type { SessionKind } from '../session.js';

// What the routes of devices take and give, for the OpenAPI document.

const caller = 'device';

export const startOperation = operation({
  summary: 'Open an attempt',
  description:
    'Hands out a nonce and a challenge for one capture; a further start voids the last nonce. The body may be left out.',
  caller,
  body: { 'application/json': SessionStartRequest },
  answer: { status: 200, description: 'The attempt.', body: SessionStartAnswer },
});

export const endOperation = operation({
  summary: 'Give the open attempt up',
  description: 'The body may be left out.',
  caller,
  body: { 'application/json': AttemptEndRequest },
  answer: { status: 204, description: 'Given up, or there was none.' },
});

/** The operation that brings a capture. */
export function detectOperation(kind: SessionKind) {
  const digest = { 'x-bonafide-digest': Digest };
  return operation({
    summary:
      kind === 'liveness'
        ? 'Bring a capture'
        : 'Bring a capture, and the reference image where there is none',
    caller,
    body: {
      'multipart/form-data': Type.Object({
        Content: Bytes('animated WebP or still: 8 MB, 60 frames, 40 megapixels, 30 s at most'),
        Metadata: Type.Optional(
          Type.String({ description: 'bonafide-capture/1 as JSON; anything else is unbound' }),
        ),
        ...(kind === 'livenessWithVerify' && { VerifyImage: Type.Optional(VerifyImage) }),
      }),
    },
    answer: [
      {
        status: 200,
        description: 'The decision, where the session has sendResultsToClient.',
        headers: digest,
        body: DetectAnswer,
      },
      { status: 204, description: 'Judged; the application reads the decision.', headers: digest },
    ],
  });
}
