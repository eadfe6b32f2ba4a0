import type {
  Challenge,
  FaceRectangle,
  LivenessDecision,
  LivenessErrorName,
  QualityForRecognition,
  QualityReason,
  WireErrorName,
} from '@bonafide/protocol';
import type { AttemptRow, AuditEntryRow, SessionReferenceRow, SessionRow } from './store/schema.js';

/** What a session is for. */
export type SessionKind = SessionRow['kind'];

/**
 * `Succeeded` means that there is a decision, whichever; `Failed` that there is none and none can come any more. Each API
 * generation prints these in its own words.
 */
export type SessionStatus = SessionRow['status'];

/** What the application asked for when it created the session. */
export interface SessionSettings {
  mode: 'Passive' | 'PassiveActive';
  tokenTtlSeconds: number;
  /** The device may see the decision. */
  sendResults: boolean;
  sessionImage: boolean;
  verifyImageHash: boolean;
  /** matchConfidence from which two faces are called identical, 0..1. */
  verifyThreshold: number;
  attemptsAllowed: number;
  /** A decision ends the session; otherwise attempts go on and the latest counts. */
  endsWithDecision: boolean;
  /** The device brings the correlation id at session/start. */
  deviceIdFromClient: boolean;
  userIdFromClient: boolean;
  /** Address or CIDR range that the device must call from. */
  expectedClientIp: string | null;
  abuseMonitoring: boolean;
}

/** A session with all that a reader of it needs. */
export interface Session {
  id: string;
  resourceId: string;
  kind: SessionKind;
  status: SessionStatus;
  settings: SessionSettings;
  deviceCorrelationId: string | null;
  userCorrelationId: string | null;
  createdAtMs: number;
  /** The first session/start; null before. */
  startedAtMs: number | null;
  /** How often session/start was called. */
  starts: number;
  /** It records a presentation of the lab: no live session, and counted nowhere. */
  lab: boolean;
  /** When the token ends. */
  expiresAtMs: number;
  reference: Reference | null;
  /** Oldest first. */
  attempts: Attempt[];
}

/** The reference photograph of a session that verifies. */
export interface Reference {
  source: 'app' | 'device';
  /** SHA-256 of the image's bytes, upper-case hex. */
  sha256: string;
  faceRectangle: FaceRectangle;
  quality: QualityForRecognition;
}

/** One try of the person. `open` waits for its capture, `running` is being judged. */
export interface Attempt {
  attemptId: number;
  status: AttemptRow['status'];
  /** Base64url; empty for an unbound attempt. */
  nonce: string;
  challenge: Challenge | null;
  openedAtMs: number;
  finishedAtMs: number | null;
  livenessError: LivenessErrorName | null;
  /** The call that finished it; null where no call did. */
  entry: AuditEntry | null;
  /** What abuse monitoring found; null where it did not look. */
  abuse: AbuseFinding | null;
}

/** What abuse monitoring found at the end of an attempt, in the contract's words. */
export interface AbuseFinding {
  isAbuseDetected: boolean;
  /** What the finding rests on besides this session, newest first. */
  otherFlaggedSessions: { attemptId: number; sessionId: string; sessionImageId?: string }[];
}

/** One call that brought a capture, and its answer. */
export interface AuditEntry {
  sessionId: string;
  /** 1, 2, 3 … in a session. */
  id: number;
  attemptId: number | null;
  requestId: string;
  clientRequestId: string | null;
  receivedAtMs: number;
  request: ReceivedRequest;
  outcome: Outcome;
  latencyMs: number;
  digest: string;
  contentSha256: string | null;
  sessionImageId: string | null;
  verifyImageHash: string | null;
}

/** A request as it came, for whoever reads the audit. */
export interface ReceivedRequest {
  url: string;
  method: string;
  contentLength?: number;
  contentType?: string;
  userAgent?: string;
  /** Where it came from; not shown by every generation. */
  clientIp: string;
}

/** What came of one call: a decision, or a refusal in the contract's words. */
export type Outcome =
  | {
      kind: 'decided';
      decision: LivenessDecision;
      target: { faceRectangle: FaceRectangle; fileName: string; timeMs: number } | null;
      modelVersion: string;
      verification: {
        matchConfidence: number;
        isIdentical: boolean;
        /** Its hash is missing in entries of before it was kept. */
        reference: Pick<Reference, 'faceRectangle' | 'quality'> & Partial<Pick<Reference, 'sha256'>>;
      } | null;
      /** SHA-256 of the frame that stands for the decision, as the capture chain hashes it; lower-case hex. Missing likewise. */
      frameSha256?: string | null;
      /** What was wrong with the capture; empty when it was good enough. */
      quality: QualityReason[];
    }
  | { kind: 'refused'; error: WireErrorName; code: string; message: string };

/** Puts a session together from its rows. */
export function toSession(
  row: SessionRow,
  reference: SessionReferenceRow | undefined,
  attempts: readonly AttemptRow[],
  entries: readonly AuditEntryRow[],
): Session {
  const settings = JSON.parse(row.settings) as SessionSettings;
  return {
    id: row.id,
    resourceId: row.resourceId,
    kind: row.kind,
    status: row.status,
    settings,
    deviceCorrelationId: row.deviceCorrelationId,
    userCorrelationId: row.userCorrelationId,
    createdAtMs: row.createdAtMs,
    startedAtMs: row.startedAtMs,
    starts: row.starts,
    lab: row.lab === 1,
    expiresAtMs: row.createdAtMs + settings.tokenTtlSeconds * 1000,
    reference: reference
      ? {
          source: reference.source,
          sha256: reference.sha256,
          faceRectangle: JSON.parse(reference.faceRectangle) as FaceRectangle,
          quality: reference.quality,
        }
      : null,
    attempts: attempts.map((attempt) => ({
      attemptId: attempt.attemptId,
      status: attempt.status,
      nonce: attempt.nonce,
      challenge: attempt.challenge === null ? null : (JSON.parse(attempt.challenge) as Challenge),
      openedAtMs: attempt.openedAtMs,
      finishedAtMs: attempt.finishedAtMs,
      livenessError: attempt.livenessError as LivenessErrorName | null,
      entry: entries.filter(({ id }) => id === attempt.auditId).map(toAuditEntry)[0] ?? null,
      abuse: attempt.abuse === null ? null : (JSON.parse(attempt.abuse) as AbuseFinding),
    })),
  };
}

export function toAuditEntry(row: AuditEntryRow): AuditEntry {
  return {
    ...row,
    request: JSON.parse(row.request) as ReceivedRequest,
    outcome: JSON.parse(row.outcome) as Outcome,
  };
}
