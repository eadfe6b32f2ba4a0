import { findScenario, resignClip, type Size } from '@bonafide/simulator';
import { readWebp } from '@bonafide/engine';
import type { Companion } from '@bonafide/protocol';
import { oneSidedUpper } from '@bonafide/engine/evaluation';
import { forEachInParallel } from '../evaluate/parallel.js';
import { sha256 } from '../simulate.js';
import type { Simulator } from '../simulate-pool.js';
import type { CaptureOutcome, FaceService, OpenSession } from './face-service.js';

/**
 * Levels of an attacker who feeds a service pictures in place of a camera's. Each can do what the ones below can; all know
 * this code, and so can make a capture that binds.
 */
export const LEVELS = {
  L0: 'sends the whole capture of an earlier session again, to the byte',
  L1: 'binds the frames of an earlier session to the new nonce and challenge',
  L2: 'picks and warps old frames so that the face is where the new challenge wants it',
  L3: 'as L2, and tints the face with the colours of the screen, 100 to 400 ms late',
  L4: 'renders a likeness that follows movement and light, 100 to 250 ms late',
} as const;
export type Level = keyof typeof LEVELS;

/** What came of the captures of one level, or of the genuine ones. */
export interface LevelResult {
  level: Level | 'genuine';
  description: string;
  n: number;
  realface: number;
  spoofface: number;
  uncertain: number;
  refused: number;
  /** How many were refused with which code. */
  codes: Record<string, number>;
  /** One-sided 95 % upper bound of the share that passed as `realface`. */
  upperBound: number;
}

export interface RedTeam {
  service: FaceService;
  simulator: Simulator;
  levels: readonly Level[];
  /** Captures of each level. */
  count: number;
  /** Rendered people, each with one genuine capture that the attacks take their pictures from. */
  people: number;
  seed: number;
  /** Sessions that are open at a time: most of each one's time is spent waiting for its challenge to pass. */
  concurrency: number;
  size?: Size;
  signal: AbortSignal;
  onProgress(level: LevelResult['level'], done: number, of: number): void;
}

/** A genuine capture of one rendered person, and what an attacker has recorded of it. */
interface Recorded {
  seed: number;
  session: OpenSession;
  file: Uint8Array;
  metadata: Companion['metadata'];
}

/**
 * Makes genuine captures of rendered people at a service, then attacks it with them. The genuine ones are reported too: a
 * service that refuses everybody withstands every attack.
 */
export async function attackService(team: RedTeam): Promise<LevelResult[]> {
  const recorded: Recorded[] = [];
  const genuine = await trials(team, 'genuine', team.people, async (k) => {
    const seed = team.seed + k;
    const session = await team.service.open();
    const { file, companion } = await render(team, 'live', seed, session);
    recorded.push({ seed, session, file, metadata: companion.metadata });
    return team.service.present(session, { file, metadata: companion.metadata });
  });
  const results = [genuine];
  for (const level of team.levels)
    results.push(
      await trials(team, level, team.count, async (k) => {
        const victim = recorded[k % recorded.length];
        if (!victim) throw new TypeError('expected people to attack');
        const session = await team.service.open();
        return team.service.present(session, await forge(team, level, victim, session, team.seed + k));
      }),
    );
  return results;
}

async function forge(
  team: RedTeam,
  level: Level,
  victim: Recorded,
  session: OpenSession,
  seed: number,
): Promise<{ file: Uint8Array; metadata: Companion['metadata'] }> {
  if (level === 'L0') return victim;
  if (level === 'L1') {
    const frames = readWebp(victim.file).frames.map(({ chunk }) =>
      victim.file.subarray(chunk.start, chunk.end),
    );
    const [{ width = 0, height = 0 } = {}] = victim.metadata.frames;
    const { file, companion } = await resignClip({ frames, size: { width, height } }, session, seed, sha256);
    return { file, metadata: companion.metadata };
  }
  const scenario = { L2: 'inject-warped', L3: 'inject-tinted', L4: 'inject-puppet' }[level];
  const { file, companion } = await render(team, scenario, victim.seed, session, victim.session);
  return { file, metadata: companion.metadata };
}

function render(team: RedTeam, scenario: string, seed: number, session: OpenSession, earlier?: OpenSession) {
  const { simulator, size, signal } = team;
  const plain = ({ sessionId, nonce, challenge }: OpenSession) => ({ sessionId, nonce, challenge });
  const request = {
    scenario: findScenario(scenario).name,
    seed,
    session: plain(session),
    ...(earlier && { earlier: plain(earlier) }),
    ...(size && { options: { size } }),
  };
  return simulator.render(request, signal);
}

async function trials(
  { concurrency, signal, onProgress }: RedTeam,
  level: LevelResult['level'],
  count: number,
  trial: (k: number) => Promise<CaptureOutcome>,
): Promise<LevelResult> {
  const counts = { realface: 0, spoofface: 0, uncertain: 0, refused: 0 };
  const codes: Record<string, number> = {};
  let done = 0;
  onProgress(level, done, count);
  await forEachInParallel([...Array(count).keys()], concurrency, signal, async (k) => {
    const outcome = await trial(k);
    counts[outcome.decision]++;
    if (outcome.decision === 'refused') codes[outcome.code] = (codes[outcome.code] ?? 0) + 1;
    onProgress(level, ++done, count);
  });
  const description = level === 'genuine' ? 'rendered people who follow the challenge' : LEVELS[level];
  const upperBound = oneSidedUpper(counts.realface, count);
  return { level, description, n: count, ...counts, codes, upperBound };
}
