import type { LivenessDecision, QualityReason } from '@bonafide/protocol';
import {
  InputError,
  type AnalysisRequest,
  type CueReport,
  type Engine,
  type OperatingPoint,
  type Reason,
} from '../analysis.js';
import { findBindingFault } from '../capture-binding.js';
import { decide } from '../decide.js';
import type { Policy } from '../policy-schema.js';
import { readWebp } from '../webp.js';
import { conditionsOf, type Conditions } from './conditions.js';

/** A still or clip and what it really shows; what is not known is an empty string. */
export interface LabelledPresentation {
  /** What it is called in the set: a path of its manifest. */
  path: string;
  /** `bonafide`, `attack`, or another word, whose decisions are only counted. */
  label: string;
  /** Species of the attack instrument (print, replay, mask, ...); empty unless the label is `attack`. */
  species: string;
  subject: string;
  clip: string;
  source: string;
  media: 'still' | 'clip';
  licence: string;
  /** Rendered, not captured: the source says so, or a companion lies beside the file that names no camera. */
  simulated: boolean;
}

/** What the engine made of one presentation: a line of scores.jsonl. */
export interface Outcome {
  path: string;
  label: string;
  species: string;
  subject: string;
  clip: string;
  source: string;
  /** `noResponse`: there was no face to judge, or the file was refused. */
  decision: LivenessDecision | 'noResponse';
  /** Log-likelihood ratio, higher = more like bona fide; null when the evidence could not be scored. */
  score: number | null;
  reasons: Reason[];
  cues: CueReport[];
  /** What was wrong with the capture; none of it is a verdict about the person. */
  quality: QualityReason[];
  /** It was judged without a session: nothing proves when and for whom it was made. */
  unbound: boolean;
  /** How the face was shown; null where no face was found. */
  conditions: Conditions | null;
  /** From the bytes to the decision, with the other workers busy. */
  timeMs: number;
}

/** Code of the reason of a presentation that made the engine itself fail. */
export const ENGINE_FAILED = 'EngineFailed';
/** Code of the reason of a clip that is no capture of the session which its companion names: a service refuses it. */
const INVALID_METADATA = 'InvalidMetadata';
/** Code of the reason of a file that is damaged or of no known format. */
const UNDECODABLE = 'Undecodable' satisfies InputError['code'];

/** The session that a clip was captured in, as the engine wants it. */
export type CapturedFor = NonNullable<AnalysisRequest['capture']>;

/** Judges one presentation; what a service or the engine refuses, or fails on, is a presentation without response. */
export async function judge(
  { path, label, species, subject, clip, source }: LabelledPresentation,
  { content, capture }: { content: Uint8Array; capture: CapturedFor | null },
  by: { engine: Pick<Engine, 'analyse'>; operatingPoint: OperatingPoint; signal: AbortSignal },
): Promise<Outcome> {
  const row = { path, label, species, subject, clip, source };
  const unbound = capture === null;
  const { operatingPoint, signal } = by;
  const started = performance.now();
  const noResponse = (code: string, text: string): Outcome => {
    const nothing = {
      score: null,
      reasons: [{ code, text }],
      cues: [],
      quality: [],
      unbound,
      conditions: null,
    };
    return { ...row, decision: 'noResponse', ...nothing, timeMs: since(started) };
  };
  try {
    // A damaged file is none that a service would refuse for its session.
    if (capture) readWebp(content);
    const fault = capture && (await findFault(content, capture));
    if (fault !== null) return noResponse(INVALID_METADATA, fault);
    const analysis = await by.engine.analyse(
      { content, ...(capture && { capture }), allowUnbound: true, allowStill: true, operatingPoint },
      signal,
    );
    const { target, score, reasons, cues, quality } = analysis;
    const decision = target === null ? 'noResponse' : analysis.decision;
    const conditions = conditionsOf(analysis);
    return { ...row, decision, score, reasons, cues, quality, unbound, conditions, timeMs: since(started) };
  } catch (error) {
    signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    const code = error instanceof InputError ? error.code : ENGINE_FAILED;
    return noResponse(code, text);
  }
}

/** Whether the file could not be read at all: nothing was presented, so that no figure counts it. */
export function isUnreadable({ reasons }: Pick<Outcome, 'reasons'>): boolean {
  return reasons.some(({ code }) => code === UNDECODABLE);
}

/** The outcome as a policy decides on what was measured; one without a response stays as it is. */
export function decideAgain(outcome: Outcome, policy: Policy, at: OperatingPoint): Outcome {
  if (outcome.decision === 'noResponse') return outcome;
  return { ...outcome, ...decide({ ...outcome, allowUnbound: true }, policy, at) };
}

/** Why a service would refuse the clip as a capture of this session; null where it would judge it. */
export function findFault(
  content: Uint8Array,
  { metadata, ...session }: CapturedFor,
): Promise<string | null> {
  // How old the nonce was when the clip arrived is known to a service alone.
  return findBindingFault(content, metadata, { ...session, elapsedMs: Infinity });
}

/** Whole tenths of a millisecond. */
function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}
