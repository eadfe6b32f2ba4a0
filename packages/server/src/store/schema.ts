import type { Generated } from 'kysely';

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
  sessionImages: SessionImageRow;
  media: MediaRow;
  faces: FaceRow;
  auditLog: AuditLogRow;
  people: PersonRow;
  recoveryCodes: RecoveryCodeRow;
  roleGrants: RoleGrantRow;
  invitations: InvitationRow;
  signIns: SignInRow;
  signInFailures: SignInFailureRow;
  termsAcceptances: TermsAcceptanceRow;
  recognitionRequests: RecognitionRequestRow;
  usage: UsageRow;
  correlationEvents: CorrelationEventRow;
  seenFaces: SeenFaceRow;
  quickLinks: QuickLinkRow;
  webhooks: WebhookRow;
  webhookDeliveries: WebhookDeliveryRow;
  policyVersions: PolicyVersionRow;
  labSubjects: LabSubjectRow;
  labPresentations: LabPresentationRow;
  labClips: LabClipRow;
  labRuns: LabRunRow;
  labScores: LabScoreRow;
  candidates: CandidateRow;
  shadowDecisions: ShadowDecisionRow;
  shadowCounts: ShadowCountRow;
}

/** Facts about the whole installation. */
export interface SettingRow {
  key:
    | 'masterKeyCheck'
    | 'lookupKey'
    | 'endpoint'
    | 'engineVersions'
    | 'firstResource'
    | 'auditDays'
    | 'auditCut';
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
  /** The latest decision; null before the first. */
  decision: 'realface' | 'spoofface' | 'uncertain' | null;
  /** How often session/start was called. */
  starts: number;
  /** Key of everything sealed for this session (template, images), itself sealed under the master key. */
  sealedKey: Buffer;
  /** 1 for one that records a presentation of the lab: no live session, and counted nowhere. */
  lab: number;
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
  /** FaceTemplate, sealed under the session's key; empty once its time is over. */
  template: Buffer;
  resourceId: string;
  atMs: number;
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
  /** AbuseFinding as JSON; null where nothing was monitored. */
  abuse: string | null;
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

export interface SessionImageRow {
  /** 33 random bytes in base64url; told apart by case. */
  id: string;
  sessionId: string;
  /** JPEG, sealed under the session's key. */
  sealed: Buffer;
  resourceId: string;
  atMs: number;
}

/** What was brought to a session as it came, where the policy keeps it. */
export interface MediaRow {
  sessionId: string;
  kind: 'clip' | 'reference';
  /** 0 for the reference photograph of the session. */
  attemptId: number;
  /** The file, sealed under the session's key. */
  sealed: Buffer;
  resourceId: string;
  atMs: number;
}

/** A face that `/detect` has given an id. */
export interface FaceRow {
  id: string;
  resourceId: string;
  /** FaceTemplate, sealed. */
  template: Buffer;
  expiresAtMs: number;
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

/** Somebody who may use the portal, by a password or by the company's sign-in. */
export interface PersonRow {
  id: string;
  name: string;
  /** The name as it is compared: no two differ only in case or form. */
  nameKey: string;
  /** `scrypt$N$r$p$salt$hash`; null where there is none (yet). */
  password: string | null;
  /** Secret of one-time codes, sealed; asked for once it is confirmed. */
  totp: Buffer | null;
  totpConfirmed: number;
  /** Time step of the last code that was taken: none is taken twice. */
  totpLastStep: number;
  /** Issuer and subject of OpenID Connect as JSON. */
  oidcSubject: string | null;
  disabled: number;
  createdAtMs: number;
}

export interface RecoveryCodeRow {
  personId: string;
  /** SHA-256, hex. */
  hash: string;
}

export interface RoleGrantRow {
  personId: string;
  /** null for the whole installation. */
  resourceId: string | null;
  role: 'Owner' | 'Contributor' | 'Reader';
}

/** A one-time link by which a person sets a password or signs in with the company's account for the first time. */
export interface InvitationRow {
  /** SHA-256 of the token, hex. */
  hash: string;
  personId: string;
  expiresAtMs: number;
}

/** A browser that is signed in. */
export interface SignInRow {
  /** SHA-256 of the cookie, hex. */
  hash: string;
  personId: string;
  createdAtMs: number;
  seenAtMs: number;
}

/** Failed sign-ins under a name, whether or not somebody has it. */
export interface SignInFailureRow {
  /** HMAC of the name. */
  nameHash: string;
  failures: number;
  lastAtMs: number;
}

export interface TermsAcceptanceRow {
  /** Name at that time. */
  acceptedBy: string;
  personId: string | null;
  version: string;
  atMs: number;
}

export interface RecognitionRequestRow {
  id: Generated<number>;
  resourceId: string;
  state: 'pending' | 'approved' | 'refused' | 'revoked';
  purpose: string;
  requestedBy: string;
  requestedAtMs: number;
  decidedBy: string | null;
  decidedAtMs: number | null;
  reason: string;
}

/** How much of something there was in an hour. */
export interface UsageRow {
  resourceId: string;
  hourMs: number;
  measure: string;
  count: number;
}

/** Something that happened under a correlation id. */
export interface CorrelationEventRow {
  id: Generated<number>;
  resourceId: string;
  /** HMAC of the id, its kind and its resource. */
  lookup: string;
  event: 'failed' | 'spoof' | 'timedOut' | 'flagged';
  atMs: number;
  /** When a time-out ends; null for other events. */
  untilMs: number | null;
  /** The attempt that it happened in; both stay when the session is deleted. */
  sessionId: string;
  attemptId: number;
}

/** The face of one attempt. */
export interface SeenFaceRow {
  sessionId: string;
  attemptId: number;
  /** HMAC of the correlation id that it came under. */
  lookup: string;
  /** FaceTemplate, sealed under the session's key. */
  template: Buffer;
  resourceId: string;
  atMs: number;
}

/** A link that was not opened yet; a session has at most one. */
export interface QuickLinkRow {
  sessionId: string;
  /** HMAC of the link's id. */
  lookup: string;
  createdAtMs: number;
}

/** Where events of a resource are sent. */
export interface WebhookRow {
  id: string;
  resourceId: string;
  url: string;
  /** WebhookEvent[] as JSON. */
  events: string;
  /** 1 where messages carry the decision. */
  verdict: number;
  enabled: number;
  /** Sealed. */
  secret: Buffer;
  /** The secret before, sealed, which signs too until its time is over. */
  lastSecret: Buffer | null;
  lastSecretUntilMs: number | null;
  createdAtMs: number;
}

/** A message of a webhook: to be sent, or what came of it. */
export interface WebhookDeliveryRow {
  id: string;
  webhookId: string;
  sessionId: string | null;
  event: string;
  /** The message as it is signed and sent. */
  body: string;
  createdAtMs: number;
  /** How often it was sent. */
  tries: number;
  /** null once it was delivered or given up. */
  nextAtMs: number | null;
  deliveredAtMs: number | null;
  /** What the receiver answered last, or why it did not. */
  answer: string | null;
}

export interface PolicyVersionRow {
  resourceId: string;
  /** 1, 2, 3 … of a resource. */
  version: number;
  /** ResourcePolicy as JSON. */
  policy: string;
  /** Why it was changed, in whoever's words. */
  note: string;
  changedBy: string;
  atMs: number;
}

/** Somebody whom presentations of the lab show, by a code that stands for no name. */
export interface LabSubjectRow {
  resourceId: string;
  code: string;
  /** What the subject agreed to, word for word. */
  consentText: string;
  /** Who confirmed that the subject did. */
  confirmedBy: string;
  confirmedAtMs: number;
}

/** What the camera was shown, or will be. */
export interface LabPresentationRow {
  id: string;
  resourceId: string;
  subject: string;
  label: 'bonafide' | 'attack';
  /** Of the attack instrument; empty for bona fide, as `instrument` is. */
  species: string;
  instrument: string;
  /** The session that records it, gone once it has. */
  sessionId: string;
  createdBy: string;
  createdAtMs: number;
  /** null while there is no clip yet. */
  recordedAtMs: number | null;
  sizeBytes: number | null;
}

/** The capture of a presentation. */
export interface LabClipRow {
  presentationId: string;
  /** Key of what is sealed here, itself sealed under the master key. */
  sealedKey: Buffer;
  /** Companion as JSON, sealed. */
  companion: Buffer;
  /** Animated WebP, sealed. */
  content: Buffer;
}

/** A measurement on the set of the lab. */
export interface LabRunRow {
  id: string;
  resourceId: string;
  kind: 'evaluation' | 'calibration';
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  operatingPoint: 'strict' | 'balanced' | 'convenience';
  /** Id of the candidate that decides; empty for the installed policy. */
  decisionPolicy: string;
  /** Versions of the engine and of the installed policy, which the measurements come from. */
  engine: string;
  policy: string;
  /** Presentations that were recorded when it was asked for. */
  total: number;
  createdBy: string;
  createdAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
  /** Why it failed, in a sentence. */
  fault: string | null;
  /** Report or Calibration as JSON, once it is done. */
  result: string | null;
  /** The report as a page. */
  page: string | null;
}

/** What the engine made of a presentation in a measurement. */
export interface LabScoreRow {
  runId: string;
  presentationId: string;
  /** Outcome as JSON; its labels are those of the presentation. */
  outcome: string;
}

/** What may come to decide: a decision policy that the lab has found, or other weights, which only score in the shadow. */
export interface CandidateRow {
  id: string;
  resourceId: string;
  kind: 'policy' | 'model';
  /** Policy of the engine as JSON; of a model what it decides by. */
  policy: string;
  /** Versions of the engine and of the installed policy that it was found with, and is of use with; the former names a model. */
  engine: string;
  installed: string;
  /** Where its numbers come from, in words. */
  origin: string;
  /** The measurement, which may be deleted by now. */
  runId: string;
  /** Presentations that it rests on. */
  bonaFide: number;
  /** Numbers by species of attacks, as JSON. */
  species: string;
  createdBy: string;
  createdAtMs: number;
  /** Who said that it may decide. */
  acceptedBy: string | null;
  acceptedAtMs: number | null;
  /** Captures that a model was not asked about, since too many waited or not in time, and that it failed on. */
  dropped: number;
  failed: number;
}

/** What a candidate would have decided on an attempt of a live session; goes with the session. */
export interface ShadowDecisionRow {
  sessionId: string;
  attemptId: number;
  candidateId: string;
  live: 'realface' | 'spoofface' | 'uncertain';
  liveScore: number | null;
  shadow: 'realface' | 'spoofface' | 'uncertain';
  shadowScore: number | null;
  atMs: number;
}

/** How often a candidate and what decides agreed, and how not. */
export interface ShadowCountRow {
  candidateId: string;
  live: ShadowDecisionRow['live'];
  shadow: ShadowDecisionRow['shadow'];
  count: number;
}
