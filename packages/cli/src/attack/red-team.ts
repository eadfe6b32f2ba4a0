import { findScenario, resignClip, type Size } from '@bonafide/simulator';
import { readWebp } from '@bonafide/engine';
import type { Companion } from '@bonafide/protocol';
import { oneSidedUpper } from '@bonafide/engine/evaluation';
import { forEachInParallel } from '../evaluate/parallel.js';
import { Failure } from '../failure.js';
import { sha256 } from '../simulate.js';
import type { Simulator } from '../simulate-pool.js';
import { NotJudgedError, type FaceService, type OpenSession, type Presented } from './face-service.js';

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
  /** Captures that were to be made. */
  planned: number;
  /** Captures that were judged, refusals that lie in the capture included; the next four are their sum. */
  n: number;
  realface: number;
  spoofface: number;
  uncertain: number;
  refused: number;
  /** How many were refused with which code. */
  codes: Record<string, number>;
  /**
   * Captures that came to no judgement, by code: limits of a tier, time-outs of a device, a service that is too busy. They
   * count neither as passed nor as held back.
   */
  notJudged: Record<string, number>;
  /** Calls that were put off and came again later, by status: 429 by limits, 503 by a busy service. */
  putOff: Record<string, number>;
  /** One-sided 95 % upper bound of the share of `n` that passed as `realface`. */
  upperBound: number;
  /** What the time of a capture goes to, mean ms: rendering, its challenge, a place among the uploads, the service. */
  meanMs: Record<'render' | 'wait' | 'queue' | 'judge', number>;
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
  /** Told after every capture: all levels so far, of which the last may not be done. */
  onProgress(results: readonly LevelResult[]): void;
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
  const results: LevelResult[] = [];
  const run = async (level: LevelResult['level'], planned: number, forgeFor: Forge) => {
    const before = results.slice();
    await trials(team, level, planned, forgeFor, (result) => {
      results.splice(0, results.length, ...before, result);
      team.onProgress(results);
    });
  };
  await run('genuine', team.people, async (k, session) => {
    const seed = team.seed + k;
    const { file, companion } = await render(team, 'live', seed, session);
    recorded.push({ seed, session, file, metadata: companion.metadata });
    return { file, metadata: companion.metadata };
  });
  if (recorded.length === 0)
    throw new Failure('the service let nobody make a genuine capture: there is nothing to attack with');
  recorded.sort((a, b) => a.seed - b.seed);
  for (const level of team.levels)
    await run(level, team.count, (k, session) => {
      // One person after the other: who is rendered again at once need not be painted again.
      const victim = recorded[Math.floor((k * recorded.length) / team.count)];
      if (!victim)
        throw new Failure('no genuine capture could be made, so that there is nothing to attack with');
      return forge(team, level, victim, session, team.seed + k);
    });
  return results;
}

/** Makes the capture number `k` of a level for a session. */
type Forge = (
  k: number,
  session: OpenSession,
) => Promise<{ file: Uint8Array; metadata: Companion['metadata'] }>;

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
  { service, concurrency, signal }: RedTeam,
  level: LevelResult['level'],
  planned: number,
  forgeFor: Forge,
  onResult: (result: LevelResult) => void,
): Promise<void> {
  const counts = { realface: 0, spoofface: 0, uncertain: 0, refused: 0 };
  const codes: Record<string, number> = {};
  const notJudged: Record<string, number> = {};
  const spent = { render: 0, wait: 0, queue: 0, judge: 0 };
  const putOffBefore = { ...service.putOff };
  let n = 0;

  async function present(k: number): Promise<Presented & { renderMs: number }> {
    const session = await service.open();
    const begunMs = performance.now();
    const capture = await forgeFor(k, session);
    const renderMs = performance.now() - begunMs;
    return { renderMs, ...(await service.present(session, capture)) };
  }

  const mean = (sum: number) => Math.round(sum / Math.max(1, n));

  function result(): LevelResult {
    return {
      level,
      description: level === 'genuine' ? 'rendered people who follow the challenge' : LEVELS[level],
      planned,
      n,
      ...counts,
      codes: { ...codes },
      notJudged: { ...notJudged },
      putOff: since(putOffBefore, service.putOff),
      upperBound: n > 0 ? oneSidedUpper(counts.realface, n) : 1,
      meanMs: {
        render: mean(spent.render),
        wait: mean(spent.wait),
        queue: mean(spent.queue),
        judge: mean(spent.judge),
      },
    };
  }

  onResult(result());
  await forEachInParallel([...Array(planned).keys()], concurrency, signal, async (k) => {
    try {
      const { outcome, renderMs, waitMs, queueMs, judgeMs } = await present(k);
      n++;
      counts[outcome.decision]++;
      if (outcome.decision === 'refused') add(codes, outcome.code);
      spent.render += renderMs;
      spent.wait += waitMs;
      spent.queue += queueMs;
      spent.judge += judgeMs;
    } catch (error) {
      if (!(error instanceof NotJudgedError)) throw error;
      add(notJudged, error.code);
    }
    onResult(result());
  });
}

function add(counts: Record<string, number>, code: string): void {
  counts[code] = (counts[code] ?? 0) + 1;
}

/** What was counted since an earlier look. */
function since(
  earlier: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  const rows = Object.entries(now).map(([key, count]): [string, number] => [
    key,
    count - (earlier[key] ?? 0),
  ]);
  return Object.fromEntries(rows.filter(([, count]) => count > 0));
}
