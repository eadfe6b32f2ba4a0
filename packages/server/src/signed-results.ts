import { SignJWT } from 'jose';
import type { FastifyReply } from 'fastify';
import type { Attempt, Session } from './session.js';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.js';

/** Header of a session's answer that carries its signed result. */
export const RESULT_HEADER = 'x-bonafide-result';
/** `typ` of a signed result (RFC 8725, 3.11): a session token cannot stand for one. */
const TYPE = 'bonafide-result+jwt';

/**
 * What came of a session as a compact JWS, which anybody can verify against `/.well-known/jwks.json` without the service: also
 * after the session was deleted, and after the signing key was replaced.
 */
export interface SignedResults {
  /** Null while there is no outcome. */
  sign(session: Session): Promise<string | null>;
  /** Adds the signed result to the answer that prints the session. */
  attach(reply: FastifyReply, session: Session): Promise<void>;
}

/** @param endpoint where the service is reached: who signs */
export function createSignedResults(keys: SigningKeys, endpoint: () => string): SignedResults {
  async function sign(session: Session): Promise<string | null> {
    const attempt = outcomeOf(session);
    if (!attempt) return null;
    const { kid, key } = await keys.current();
    return new SignJWT(claimsOf(session, attempt))
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
      .setIssuer(endpoint())
      .setIssuedAt(Math.floor((attempt.finishedAtMs ?? session.createdAtMs) / 1000))
      .sign(key);
  }
  return {
    sign,
    async attach(reply, session) {
      const signed = await sign(session);
      if (signed !== null) reply.header(RESULT_HEADER, signed);
    },
  };
}

/** The attempt that a session's outcome comes from: its latest decision, else what ended it without one. */
function outcomeOf({ attempts, status }: Session): Attempt | null {
  const decided = attempts.findLast(({ entry }) => entry?.outcome.kind === 'decided');
  if (decided) return decided;
  const isOver = status === 'Failed' || status === 'Canceled';
  return (isOver && attempts.findLast(({ finishedAtMs }) => finishedAtMs !== null)) || null;
}

function claimsOf({ id, kind }: Session, { attemptId, nonce, challenge, entry, livenessError }: Attempt) {
  const outcome = entry?.outcome.kind === 'decided' ? entry.outcome : null;
  const verification = outcome?.verification;
  return {
    schema: 'bonafide-result/1',
    sid: id,
    kind,
    attempt: attemptId,
    /** Whether a challenge of this session binds the capture to it. */
    bound: nonce !== '',
    /** What the challenge asked for, in its order: without `light`, the check was done without. */
    challenge: (challenge?.steps ?? []).map(({ kind: step }) => step),
    ...(outcome ? { decision: outcome.decision } : { error: livenessError ?? 'GenericFailure' }),
    ...(verification && {
      verification: {
        matchConfidence: verification.matchConfidence,
        isIdentical: verification.isIdentical,
      },
    }),
    ...(entry && { requestId: entry.requestId, digest: entry.digest }),
    sha256: {
      ...(entry?.contentSha256 && { clip: entry.contentSha256 }),
      ...(outcome?.frameSha256 && { frame: outcome.frameSha256 }),
      ...(verification?.reference.sha256 && { reference: verification.reference.sha256.toLowerCase() }),
    },
    ...(outcome && { modelVersion: outcome.modelVersion }),
  };
}
