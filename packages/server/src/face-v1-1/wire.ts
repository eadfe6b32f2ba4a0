import { WIRE_ERRORS } from '@bonafide/protocol';
import { toWireTime } from '../clock.js';
import type { AuditEntry, Outcome, Session, SessionStatus } from '../session.js';
import { isExpired } from '../sessions.js';

// The shapes of generation A, members in the order of the real service; what is absent is left out, never null.

const STATUS: Record<SessionStatus, string> = {
  NotStarted: 'NotStarted',
  Started: 'Started',
  Succeeded: 'ResultAvailable',
  // Without a result there is nothing to fetch: this generation has no word for more.
  Failed: 'Started',
  Canceled: 'Started',
};

/** The answer to a create request. */
export function toCreated({ id, reference }: Session, authToken: string) {
  return {
    ...(reference && {
      verifyImage: { faceRectangle: reference.faceRectangle, qualityForRecognition: reference.quality },
    }),
    sessionId: id,
    authToken,
  };
}

/** A whole session. */
export function toWireSession(session: Session, nowMs: number) {
  const latest = session.attempts.findLast(({ entry }) => entry?.outcome.kind === 'decided')?.entry;
  return {
    status: STATUS[session.status],
    ...(latest && { result: toWireEntry(latest) }),
    id: session.id,
    createdDateTime: toWireTime(session.createdAtMs),
    authTokenTimeToLiveInSeconds: session.settings.tokenTtlSeconds,
    ...(session.startedAtMs !== null && { sessionStartDateTime: toWireTime(session.startedAtMs) }),
    ...(session.deviceCorrelationId !== null && { deviceCorrelationId: session.deviceCorrelationId }),
    sessionExpired: isExpired(session, nowMs),
  };
}

/** A session in a list. */
export function toWireItem(session: Session, nowMs: number) {
  return {
    id: session.id,
    createdDateTime: toWireTime(session.createdAtMs),
    ...(session.startedAtMs !== null && { sessionStartDateTime: toWireTime(session.startedAtMs) }),
    sessionExpired: isExpired(session, nowMs),
    ...(session.deviceCorrelationId !== null && { deviceCorrelationId: session.deviceCorrelationId }),
    authTokenTimeToLiveInSeconds: session.settings.tokenTtlSeconds,
  };
}

/** A call that brought a capture, with what it was answered (the decision, even where the device was told none). */
export function toWireEntry(entry: AuditEntry) {
  const { url, method, contentLength, contentType, userAgent } = entry.request;
  return {
    id: entry.id,
    sessionId: entry.sessionId,
    requestId: entry.requestId,
    ...(entry.clientRequestId !== null && { clientRequestId: entry.clientRequestId }),
    receivedDateTime: toWireTime(entry.receivedAtMs),
    request: {
      url,
      method,
      ...(contentLength !== undefined && { contentLength }),
      ...(contentType !== undefined && { contentType }),
      ...(userAgent !== undefined && { userAgent }),
    },
    response: {
      body: toResultBody(entry.outcome),
      statusCode: entry.outcome.kind === 'decided' ? 200 : WIRE_ERRORS[entry.outcome.error].status,
      latencyInMilliseconds: entry.latencyMs,
    },
    digest: entry.digest,
    ...(entry.sessionImageId !== null && { sessionImageId: entry.sessionImageId }),
    ...(entry.verifyImageHash !== null && { verifyImageHash: entry.verifyImageHash }),
  };
}

/** The body that a decision or a refusal has, on the device's route and in audit entries. */
export function toResultBody(outcome: Outcome) {
  if (outcome.kind === 'refused') return { error: { code: outcome.code, message: outcome.message } };
  const { decision, target, modelVersion, verification } = outcome;
  return {
    livenessDecision: decision,
    ...(target && {
      target: {
        faceRectangle: target.faceRectangle,
        fileName: target.fileName,
        timeOffsetWithinFile: target.timeMs,
        imageType: 'Color',
      },
    }),
    modelVersionUsed: modelVersion,
    ...(verification && {
      verifyResult: {
        verifyImage: {
          faceRectangle: verification.reference.faceRectangle,
          qualityForRecognition: verification.reference.quality,
        },
        matchConfidence: verification.matchConfidence,
        isIdentical: verification.isIdentical,
      },
    }),
  };
}
