import { LIVENESS_ERROR_MESSAGES, type FaceRectangle } from '@bonafide/protocol';
import type { Attempt, Session, SessionStatus } from '../session.js';

// The shapes of generation B, members in the order of the real service; what is absent is left out, never null.

/** Versions of generation B. */
export type VersionB = 'v1.2' | 'v1.3-preview.1';

const STATUS: Record<SessionStatus, string> = {
  NotStarted: 'NotStarted',
  Started: 'Running',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Canceled: 'Canceled',
};

/** The answer to a create request: the only one that carries the token. */
export function toCreated(session: Session, authToken: string, modelVersion: string) {
  const reference = session.reference;
  return {
    sessionId: session.id,
    authToken,
    status: STATUS[session.status],
    modelVersion,
    results: {
      ...(reference && { verifyReferences: [{ referenceType: 'image', ...toWireReference(reference) }] }),
      attempts: [],
    },
  };
}

/** A whole session; the token is never printed again. */
export function toWireSession(session: Session, version: VersionB) {
  const done = session.attempts.filter(({ status }) => ATTEMPT_STATUS[status] !== null);
  const decided = done
    .flatMap(({ entry }) => (entry?.outcome.kind === 'decided' ? [entry.outcome] : []))
    .at(-1);
  const { expectedClientIp, abuseMonitoring } = session.settings;
  return {
    sessionId: session.id,
    authToken: '',
    status: STATUS[session.status],
    ...(decided && { modelVersion: decided.modelVersion }),
    ...(version === 'v1.3-preview.1' && {
      isAbuseMonitoringEnabled: abuseMonitoring,
      ...(expectedClientIp !== null && { expectedClientIpAddress: expectedClientIp }),
    }),
    results: {
      ...(session.reference && { verifyReferences: [toWireReference(session.reference)] }),
      attempts: done.reverse().map((attempt) => toWireAttempt(attempt, version)),
    },
  };
}

const ATTEMPT_STATUS: Record<Attempt['status'], string | null> = {
  // Not printed before it has ended: an attempt has exactly one of result and error.
  open: null,
  running: null,
  succeeded: 'Succeeded',
  failed: 'Failed',
  canceled: 'Canceled',
};

function toWireAttempt(attempt: Attempt, version: VersionB) {
  const { entry } = attempt;
  const preview = version === 'v1.3-preview.1';
  const abuse = preview && attempt.abuse && { abuseMonitoringResult: attempt.abuse };
  return {
    attemptId: attempt.attemptId,
    attemptStatus: ATTEMPT_STATUS[attempt.status],
    ...(entry?.outcome.kind === 'decided'
      ? // Published samples read the finding here, the specification has it beside the result.
        { result: { ...toWireResult(entry, entry.outcome), ...abuse } }
      : { error: toWireError(attempt) }),
    ...(preview && { clientInformation: entry ? [{ ip: entry.request.clientIp }] : [] }),
    ...abuse,
  };
}

function toWireResult(
  entry: NonNullable<Attempt['entry']>,
  { decision, target, verification }: Extract<NonNullable<Attempt['entry']>['outcome'], { kind: 'decided' }>,
) {
  return {
    livenessDecision: decision,
    targets: toTargets(target?.faceRectangle),
    digest: entry.digest,
    ...(entry.sessionImageId !== null && { sessionImageId: entry.sessionImageId }),
    ...(entry.verifyImageHash !== null && { verifyImageHash: entry.verifyImageHash }),
    ...(verification && {
      verifyResult: {
        matchConfidence: verification.matchConfidence,
        isIdentical: verification.isIdentical,
      },
    }),
  };
}

function toWireError({ livenessError }: Attempt) {
  const code = livenessError ?? 'GenericFailure';
  return { code, message: LIVENESS_ERROR_MESSAGES[code], targets: toTargets(undefined) };
}

/** Where the face was; zeros, as the contract's own example has them, where there was none. */
function toTargets(faceRectangle: FaceRectangle = { top: 0, left: 0, width: 0, height: 0 }) {
  return { color: { faceRectangle } };
}

function toWireReference({ faceRectangle, quality }: NonNullable<Session['reference']>) {
  return { faceRectangle, qualityForRecognition: quality };
}
