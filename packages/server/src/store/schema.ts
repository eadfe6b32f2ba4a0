/** Tables of the store as the code sees them; columns are snake_case in the database. Times are ms since 1970 UTC. */
export interface Schema {
  settings: SettingRow;
  resources: ResourceRow;
  resourceKeys: ResourceKeyRow;
  signingKeys: SigningKeyRow;
  sessions: SessionRow;
  sessionReferences: SessionReferenceRow;
  attempts: AttemptRow;
  auditEntries: AuditEntryRow;
  auditLog: AuditLogRow;
}

/** Facts about the whole installation. */
export interface SettingRow {
  key: 'masterKeyCheck' | 'endpoint' | 'firstResource';
  value: string;
}

export interface ResourceRow {
  id: string;
  name: string;
  tier: 'F0' | 'S0';
  /** 1 for the resource of the first start. */
  development: number;
  /** ResourcePolicy as JSON. */
  policy: string;
  createdAtMs: number;
}

export interface ResourceKeyRow {
  resourceId: string;
  slot: 'key1' | 'key2';
  /** HMAC of the key. */
  lookup: string;
  sealed: Buffer;
}

export interface SigningKeyRow {
  kid: string;
  /** Public JWK as JSON. */
  publicJwk: string;
  /** Private JWK as JSON, sealed. */
  sealed: Buffer;
  createdAtMs: number;
  /** Since when nothing new is signed with it; null for the one in use. */
  retiredAtMs: number | null;
}

export interface SessionRow {
  id: string;
  resourceId: string;
  kind: 'liveness' | 'livenessWithVerify';
  status: 'NotStarted' | 'Started' | 'Succeeded' | 'Failed' | 'Canceled';
  /** SessionSettings as JSON. */
  settings: string;
  deviceCorrelationId: string | null;
  userCorrelationId: string | null;
  createdAtMs: number;
  startedAtMs: number | null;
  /** How often session/start was called. */
  starts: number;
  /** Key of everything sealed for this session (template, images), itself sealed under the master key. */
  sealedKey: Buffer;
}

export interface SessionReferenceRow {
  sessionId: string;
  /** Who brought it. */
  source: 'app' | 'device';
  /** Of the image's bytes, upper-case hex. */
  sha256: string;
  /** FaceRectangle as JSON. */
  faceRectangle: string;
  quality: 'low' | 'medium' | 'high';
  /** FaceTemplate, sealed under the session's key. */
  template: Buffer;
}

export interface AttemptRow {
  sessionId: string;
  /** 1, 2, 3 … in a session. */
  attemptId: number;
  status: 'open' | 'running' | 'succeeded' | 'failed' | 'canceled';
  /** Base64url; empty for an unbound attempt. */
  nonce: string;
  /** Challenge as JSON; null for an unbound attempt. */
  challenge: string | null;
  openedAtMs: number;
  finishedAtMs: number | null;
  /** Id of the audit entry that finished it. */
  auditId: number | null;
  /** LivenessErrorName of a failed or cancelled attempt. */
  livenessError: string | null;
  /** What the engine saw (EvidenceReport as JSON), for operators. */
  evidence: string | null;
}

export interface AuditEntryRow {
  sessionId: string;
  /** 1, 2, 3 … in a session. */
  id: number;
  attemptId: number | null;
  requestId: string;
  clientRequestId: string | null;
  receivedAtMs: number;
  /** ReceivedRequest as JSON. */
  request: string;
  /** Outcome as JSON. */
  outcome: string;
  latencyMs: number;
  digest: string;
  contentSha256: string | null;
  sessionImageId: string | null;
  verifyImageHash: string | null;
}

/** Append-only: triggers refuse every change and every removal. */
export interface AuditLogRow {
  /** 1, 2, 3 … without a gap. */
  seq: number;
  atMs: number;
  /** null for what concerns the whole installation. */
  resourceId: string | null;
  event: string;
  /** AuditEvent's facts as JSON. */
  facts: string;
  /** Hash of the entry before, lower-case hex. */
  previousHash: string;
  hash: string;
}
