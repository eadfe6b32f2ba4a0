import type { QualityReason } from '@bonafide/protocol';
import type { AnalysisRequest, CueOutcome } from '../analysis.js';
import type { FaceFrame, SeenFrame } from '../face.js';
import type { Networks } from '../networks.js';

/** A clip after its faces were found: what cues choose their work from. Plain data. */
export interface Clip {
  mode: 'clip' | 'singleFrame';
  frames: readonly SeenFrame[];
  /** The frames that passed the quality gates, in order of time. */
  usable: readonly FaceFrame[];
  /** The challenge and the capture's own report; absent for an unbound clip. */
  capture?: NonNullable<AnalysisRequest['capture']>;
}

/** The cue's numbers from the policy, by the names that the cue asks for. */
export type Parameters = Readonly<Record<string, number>>;

/** A piece of a cue's work on pixels; it may run in another thread. Plain data. */
export interface Part {
  /** The frames that the piece needs, as indices into `Clip.frames`. */
  frames: number[];
}

/**
 * A cue against presentation attacks. It works in three moves, so that one clip's work spreads over all cores: `plan` picks
 * frames, `measure` looks at pixels (each part on its own, perhaps at the same time), `conclude` judges the measurements.
 *
 * To add one: this interface in a file of its own, a test beside it, one line in index.ts, its row in the policy file.
 */
export interface Cue<P extends Part = Part, M = unknown> {
  /** Kebab-case; its row in the policy has the same name. */
  readonly name: string;
  /** Changes whenever the same clip may get another outcome. */
  readonly version: string;
  /**
   * `proof` reads what the capture says of itself, `signal` does cheap arithmetic on pixels, `network` is dear. Cues of a
   * stage run together; once one of them vetoes, the later stages are spared.
   */
  readonly stage: Stage;
  /** Names of the numbers that it takes from the policy. */
  readonly parameters: readonly string[];
  /** Picks the parts to measure, or concludes at once where there is nothing to measure. */
  plan(clip: Clip, parameters: Parameters): P[] | CueOutcome;
  /** Measures one part; `frames` are those the part asked for. */
  measure(part: P, frames: readonly SeenFrame[], networks: Networks): Promise<M>;
  /** Judges the measurements, in the order of the parts. */
  conclude(measured: readonly M[], clip: Clip, parameters: Parameters, parts: readonly P[]): CueOutcome;
}

/** Stages in the order in which they run. */
export const STAGES = ['proof', 'signal', 'network'] as const;
export type Stage = (typeof STAGES)[number];

/** The number that the policy gives for a name that the cue lists; the policy was checked against that list at load. */
export function parameter(parameters: Parameters, name: string): number {
  const value = parameters[name];
  if (value === undefined) throw new Error(`the policy gives no ${name}`);
  return value;
}

/** An outcome that says why the cue cannot tell anything about this clip. */
export function notApplicable(reason: string): CueOutcome {
  return { status: 'not_applicable', reason };
}

/** An outcome that says why evidence which the challenge asked for is not there: the capture stays undecided. */
export function missing(reason: string, ...faults: QualityReason[]): CueOutcome {
  return { status: 'not_applicable', reason, missing: true, ...(faults.length > 0 && { faults }) };
}

/** Middle value, or the mean of the two middle ones; NaN for none, and where one is none, which sorts nowhere. */
export function median(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** 0 at `from`, 1 at `to` and beyond, linear between; `to` may lie on either side. */
export function ramp(value: number, from: number, to: number): number {
  return Math.max(0, Math.min(1, (value - from) / (to - from)));
}
