import { createHash } from 'node:crypto';
import {
  findBindingFault,
  readCaptureMetadata,
  type Analysis,
  type AnalysisRequest,
  type Engine,
} from '@bonafide/engine';
import { captureDigest, type CaptureMetadata } from '@bonafide/protocol';
import type { Candidates } from './candidates.js';
import type { Clock } from './clock.js';
import { toServiceError } from './engine-errors.js';
import { ServiceError } from './errors.js';
import { livenessErrorOf, refusalOf, toEvidence, toOutcome, type Photo } from './outcome.js';
import { checkImageSize, inspectReference } from './references.js';
import { allowsUnbound } from './resource-policy.js';
import type { Resource } from './resources.js';
import type { Attempt, Outcome, ReceivedRequest, Session } from './session.js';
import type { Judged } from './shadow.js';
import type { Attempts, NewEntry } from './attempts.js';
import type { Sessions } from './sessions.js';

/** What a device brings. */
export interface Capture {
  content: Uint8Array;
  /** The `Metadata` part's bytes as sent. */
  metadata: Uint8Array;
  fileName: string;
  /** Reference image, for a session that has none. */
  reference: Uint8Array | null;
}

/** The call that brings a capture, for its audit entry. */
export interface CaptureCall {
  requestId: string;
  clientRequestId: string | null;
  receivedAtMs: number;
  request: ReceivedRequest;
}

/** What came of a capture; `refusal` says why the device has to try again. */
export interface CaptureAnswer {
  /** null where nothing was judged: the lab keeps what it is shown. */
  outcome: Outcome | null;
  digest: string;
  refusal: ServiceError | null;
}

/** What takes captures: the way from a device's bytes to a written result. */
export interface Captures {
  judge(
    resource: Resource,
    session: Session,
    call: CaptureCall,
    read: () => Promise<Capture>,
  ): Promise<CaptureAnswer>;
}

export function createCaptures(parts: {
  attempts: Attempts;
  sessions: Pick<Sessions, 'referenceTemplate'>;
  engine: Engine;
  candidates: Pick<Candidates, 'deciding'>;
  /** Hears of every judged capture once its result is written; it changes nothing, and does not throw. */
  shadow: { watch(judged: Judged): Promise<void> };
  clock: Clock;
  /** Told of every judged capture; for the log. */
  report: (judged: JudgedCapture) => void;
}): Captures {
  const { attempts, sessions, engine, candidates, shadow, clock, report } = parts;

  /**
   * Reads a capture, matches it with its attempt, judges it and writes the result. Whatever happens is audited. Where the
   * fault is ours (what is thrown), the attempt stays open, so that the same capture may come again.
   * @param read reads what the device sends; what it refuses is audited too
   */
  async function judge(
    resource: Resource,
    session: Session,
    call: CaptureCall,
    read: () => Promise<Capture>,
  ): Promise<CaptureAnswer> {
    let capture: Capture | null = null;
    let begun = false;
    try {
      // Before the upload: a token that opens many at once would fill the memory.
      return await attempts.exclusively(session, async () => {
        capture = await read();
        begun = true;
        return judgeAlone(resource, session, call, capture);
      });
    } catch (error) {
      // From its beginning on, judgeAlone writes what happened itself.
      if (begun || !(error instanceof ServiceError)) throw error;
      const entry = await toEntry(session, call, refused(error), { capture });
      await attempts.recordRefusal(session, entry);
      return { outcome: entry.outcome, digest: entry.digest, refusal: error };
    }
  }

  async function judgeAlone(
    resource: Resource,
    session: Session,
    call: CaptureCall,
    capture: Capture,
  ): Promise<CaptureAnswer> {
    let attempt: Attempt | null = null;
    let judged: Judged | null = null;
    const facts: EntryFacts = { capture };
    try {
      const metadata = readBinding(capture);
      facts.nonce = metadata?.nonce;
      const seePhoto = await photoOf(resource, session, capture);
      attempt = await attempts.claim(resource, session, metadata?.nonce ?? null);
      const bound = metadata && (await bind(capture, metadata, session, attempt, clock()));
      const photo = await seePhoto();
      if (session.settings.verifyImageHash) facts.verifyImageHash = photo.reference?.sha256;

      const candidate = await candidates.deciding(resource);
      const request: AnalysisRequest = {
        content: capture.content,
        ...(bound && { capture: bound }),
        allowUnbound: allowsUnbound(resource.policy),
        allowStill: false,
        operatingPoint: resource.policy.operatingPoint,
        ...(candidate && { decideBy: candidate.policy }),
        ...(photo.template && { reference: photo.template }),
        withTemplate: session.settings.abuseMonitoring && resource.policy.recognition === 'on',
        withPicture: session.settings.sessionImage && resource.policy.sessionImages === 'on',
      };
      const analysis = await engine.analyse(request);
      judged = { resource, session, attempt, request, analysis };

      report({ session, attempt, analysis, failedRules: photo.brought?.failedRules ?? [] });
      const refusal = refusalOf(analysis, session);
      if (refusal) throw refusal;
      const outcome = toOutcome(analysis, session, photo, capture);
      const entry = await toEntry(session, call, outcome, facts);
      const reference = photo.brought;
      const image = analysis.picture ?? null;
      const end = {
        status: 'succeeded',
        livenessError: null,
        entry,
        ...keptOf(analysis),
        reference,
        image,
        capture,
      } as const;
      await attempts.finish(resource, session, attempt, end);
      await shadow.watch(judged);
      return { outcome, digest: entry.digest, refusal: null };
    } catch (thrown) {
      const error = toServiceError(thrown);
      const ours = !(error instanceof ServiceError) || error.row === 'Overloaded';
      const entry = await toEntry(session, call, refused(error), facts);
      if (attempt && !ours) {
        const livenessError = livenessErrorOf(error);
        const end = {
          status: 'failed',
          livenessError,
          entry,
          ...keptOf(judged?.analysis ?? null),
          reference: null,
          image: null,
          capture,
        } as const;
        await attempts.finish(resource, session, attempt, end);
        if (judged) await shadow.watch(judged);
      } else {
        await undo(session, attempt, entry, error);
      }
      if (ours) throw error;
      return { outcome: entry.outcome, digest: entry.digest, refusal: error };
    }
  }

  /** Gives the attempt back and audits the failed call; where even that fails, both errors are told. */
  async function undo(session: Session, attempt: Attempt | null, entry: NewEntry, error: unknown) {
    try {
      await attempts.recordRefusal(session, entry, attempt);
    } catch (second) {
      throw new AggregateError([error, second], 'a failed call could not be written down');
    }
  }

  /**
   * Finds the face to compare with: the session's own, or the one that the device brings. What is given back looks at a
   * photograph of the device's, which is work for the engine: only for a call that pays with its attempt.
   */
  async function photoOf(
    resource: Resource,
    session: Session,
    { reference: image }: Capture,
  ): Promise<() => Photo | Promise<Photo>> {
    if (session.kind === 'liveness') return () => ({ reference: null, template: null, brought: null });
    // It may have been revoked since the session was created.
    if (resource.policy.recognition === 'off') throw new ServiceError('UnsupportedFeature');
    if (image) {
      if (session.reference?.source === 'app') throw new ServiceError('SetVerifyImageNotAllowed');
      checkImageSize(image);
      return async () => {
        const brought = await inspectReference(engine, image, 'device');
        return { reference: brought, template: brought.template, brought };
      };
    }
    const template = await sessions.referenceTemplate(resource, session);
    if (!template) throw new ServiceError('VerifyImageNotProvided');
    return () => ({ reference: session.reference, template, brought: null });
  }

  async function toEntry(
    session: Session,
    call: CaptureCall,
    outcome: Outcome,
    { capture, nonce = '', verifyImageHash }: EntryFacts,
  ): Promise<NewEntry> {
    return {
      ...call,
      outcome,
      latencyMs: Math.round(clock() - call.receivedAtMs),
      digest: await digestOf(session, call, capture, nonce),
      contentSha256: capture ? sha256(capture.content).toString('hex') : null,
      verifyImageHash: verifyImageHash ?? null,
    };
  }

  return { judge };
}

/** What the log is told of a judged capture. */
export interface JudgedCapture {
  session: Session;
  attempt: Attempt;
  analysis: Analysis;
  /** Photo rules that the device's reference image does not keep. */
  failedRules: string[];
}

/** What is kept of an analysis, whatever was decided. */
function keptOf(analysis: Analysis | null) {
  return { evidence: analysis && toEvidence(analysis), template: analysis?.template ?? null };
}

interface EntryFacts {
  capture: Capture | null;
  nonce?: string | undefined;
  verifyImageHash?: string | undefined;
}

/** The digest of a call, which the device computes from the same facts. */
export function digestOf(
  { id: sessionId }: Session,
  { requestId }: CaptureCall,
  capture: Capture | null,
  nonce: string,
): Promise<string> {
  const { content = new Uint8Array(), metadata = '' } = capture ?? {};
  return captureDigest({ sessionId, requestId, nonce, content, metadata }, sha256);
}

/** The metadata of a bound capture; null for an unbound one. @throws ServiceError `InvalidMetadata` */
export function readBinding({ metadata }: Capture): CaptureMetadata | null {
  const read = readCaptureMetadata(metadata);
  if (read.kind === 'broken') throw brokenMetadata(read.fault);
  return read.kind === 'bound' ? read.metadata : null;
}

/** The capture as the engine takes it, once it was found to belong to the attempt. @throws ServiceError `InvalidMetadata` */
export async function bind(
  { content }: Capture,
  metadata: CaptureMetadata,
  session: Session,
  attempt: Attempt,
  nowMs: number,
) {
  if (!attempt.challenge) throw new TypeError('expected an attempt that session/start opened');
  const identity = { sessionId: session.id, nonce: attempt.nonce, challenge: attempt.challenge };
  const fault = await findBindingFault(content, metadata, {
    ...identity,
    elapsedMs: nowMs - attempt.openedAtMs,
  });
  if (fault !== null) throw brokenMetadata(fault);
  return { ...identity, metadata };
}

function brokenMetadata(fault: string): ServiceError {
  return new ServiceError('InvalidMetadata', {
    message: `The metadata claims bonafide-capture/1 and does not keep to it: ${fault}.`,
  });
}

function refused(error: unknown): Outcome {
  const { row, code, message } = error instanceof ServiceError ? error : new ServiceError('Unspecified');
  return { kind: 'refused', error: row, code, message };
}

function sha256(data: Uint8Array | string): Buffer {
  return createHash('sha256').update(data).digest();
}
