import type { Analysis, OperatingPoint } from '@bonafide/engine';
import type { Session } from '../../packages/cli/src/simulate.js';

/** Ways to capture, each with its own figures. */
export const WAYS = {
  'turn, expression and light': { mode: 'PassiveActive', light: true },
  'light alone': { mode: 'Passive', light: true },
  'turn and expression, no light': { mode: 'PassiveActive', light: false },
  'turn alone': { mode: 'Passive', light: false },
} as const satisfies Record<string, Session>;
export type Way = keyof typeof WAYS;

/** A clip of the proof. */
export interface Order {
  way: Way;
  scenario: string;
  seed: number;
}

/** What the engine made of one clip. */
export interface Line extends Order {
  /** Of engine and simulator: lines of another are not mixed with these. */
  of: string;
  /** Without the networks. */
  own: Decided;
  /** With them, where they were asked. */
  all: Decided | null;
  quality: string[];
  /** Ratio, veto or reason of each cue. */
  cues: Record<string, number | string>;
  /** Numbers of each cue's evidence. */
  evidence: Record<string, Record<string, number>>;
  /** Light of the screen on the face against the room's; null where none is played. */
  screen: number | null;
  /** Light sequences of other sessions that were tried, and those that were accepted. */
  wrong: { tried: number; accepted: number } | null;
  /** Whether frames without movement gave evidence of depth; null where there were too few. */
  depthAtRest: boolean | null;
  renderMs: number;
  judgeMs: number;
}

/** A decision at each operating point; `refused`: the binding is broken, so that it is never judged. */
export interface Decided {
  decisions: Record<OperatingPoint, Analysis['decision'] | 'refused'>;
  /** What the thresholds were compared with; null where it did not come to that: evidence is missing, or a veto decided. */
  score: number | null;
}
