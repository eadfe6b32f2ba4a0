import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { inspectWeights, loadPolicy, type Engine, type Policy } from '@bonafide/engine';
import { createAnalysisPool, type AnalysisPool } from './analysis-pool.js';
import type { Clock } from './clock.js';
import type { MeasurableEngine } from './metrics.js';
import type { Found, ModelCandidates, ShadowWeights } from './model-candidates.js';
import type { Judged, Shadow } from './shadow.js';
import type { Store } from './store/sqlite.js';

// Other weights score what was decided. A capture is held in memory for that, since policies may keep no clips: few at a time,
// not for long, and no longer than its session is there. Nothing of it reaches a check: it begins when none is at work, and
// each of its jobs waits for that again.

/** Captures that are held at most, the one at work included. */
export const MAX_HELD = 8;
/** A capture is given up after this long, ms. */
const HOLD_MS = 60_000;
/** Between two looks at what is held, ms. */
const LOOK_MS = 1_000;

/** An engine with other weights, and what they are. */
export interface ShadowSource {
  engine: Pick<MeasurableEngine, 'analyse' | 'atLeisure' | 'close'>;
  weights: ShadowWeights;
  /** The decision policy beside the weights, where there is one. */
  policy: Policy | null;
}

/**
 * Opens the weights of a folder, one thread for them, and the decision policy `policy.json` where the folder has one.
 * @param installed what decides where it has none
 * @throws ModelError, PolicyError
 */
export async function openShadowWeights(
  folder: string,
  installed: Policy,
  options: { yieldTo?: Pick<AnalysisPool, 'whenIdle'>; onWorkerError: (error: Error) => void },
): Promise<ShadowSource> {
  const file = join(folder, 'policy.json');
  const policy = existsSync(file) ? loadPolicy(file) : null;
  const own = await inspectWeights(folder);
  const engine = await createAnalysisPool({
    ...options,
    modelsFolder: folder,
    policy: policy ?? installed,
    weights: own,
    workers: 1,
  });
  const { fingerprint, changed } = own;
  const weights = { engine: engine.versions.engine, fingerprint, changed, policy: policy?.version ?? null };
  return { engine, weights, policy };
}

/** What it takes of a judged capture. */
export interface Offered extends Pick<Judged, 'request'> {
  resource: Pick<Judged['resource'], 'id' | 'policy'>;
  session: Pick<Judged['session'], 'id'>;
  attempt: Pick<Judged['attempt'], 'attemptId'>;
  analysis: Pick<Judged['analysis'], 'decision' | 'score'>;
}

/** Scores captures that were decided by other weights; nothing of it is part of a result. */
export interface ShadowModel {
  /** Takes a judged capture, or drops it; never throws. */
  offer(judged: Offered): void;
  /** Captures that are held. */
  readonly held: number;
  /** Drops what is held, and settles once nothing of it is at work. */
  stop(): Promise<void>;
}

interface Held {
  judged: Offered;
  /** When it was taken, ms of the monotonic clock. */
  sinceMs: number;
  end: AbortController;
}

export function startShadowModel(parts: {
  store: Store;
  source: ShadowSource;
  /** What decides, and goes first. */
  judge: Pick<MeasurableEngine, 'whenIdle'>;
  installed: Policy;
  models: Pick<ModelCandidates, 'idOf' | 'count'>;
  shadow: Pick<Shadow, 'add'>;
  onError: (error: unknown) => void;
  holdMs?: number;
  lookMs?: number;
  /** Monotonic, ms. */
  elapsed?: Clock;
}): ShadowModel {
  const { store, source, judge, installed, models, shadow, onError } = parts;
  const { holdMs = HOLD_MS, lookMs = LOOK_MS, elapsed = () => performance.now() } = parts;
  const { analyse }: Pick<Engine, 'analyse'> = source.engine.atLeisure ?? source.engine;
  const held = new Set<Held>();
  const counting = new Set<Promise<void>>();
  let working: Promise<void> | null = null;
  let looking: NodeJS.Timeout | null = null;
  let stopped = false;

  const foundOf = ({ request }: Offered): Found => ({
    weights: source.weights,
    policy: source.policy ?? request.decideBy ?? installed,
    installed: installed.version,
  });

  function count(judged: Offered, what: 'dropped' | 'failed'): void {
    const counted = models.count(judged.resource, foundOf(judged), what).catch(onError);
    counting.add(counted);
    void counted.finally(() => counting.delete(counted));
  }

  function letGo(one: Held): void {
    held.delete(one);
    one.end.abort();
    if (held.size > 0 || !looking) return;
    clearInterval(looking);
    looking = null;
  }

  function drop(one: Held): void {
    letGo(one);
    count(one.judged, 'dropped');
  }

  async function isThere({ session }: Offered): Promise<boolean> {
    const row = await store
      .selectFrom('sessions')
      .select('id')
      .where('id', '=', session.id)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Gives up what is held for too long, and what belongs to a session that is gone. */
  async function look(): Promise<void> {
    for (const one of held) {
      if (elapsed() - one.sinceMs >= holdMs) drop(one);
      else if (!(await isThere(one.judged))) letGo(one);
    }
  }

  async function score({ judged, end }: Held): Promise<void> {
    await judge.whenIdle?.(end.signal);
    if (!(await isThere(judged))) return;
    const { resource, session, attempt, request, analysis: live } = judged;
    const { content, capture, allowUnbound, allowStill, operatingPoint } = request;
    const found = foundOf(judged);
    const { decision, score } = await analyse(
      {
        ...{ content, allowUnbound, allowStill, decideBy: found.policy },
        ...(capture && { capture }),
        ...(operatingPoint && { operatingPoint }),
      },
      end.signal,
    );
    if (end.signal.aborted) return;
    await shadow.add(await models.idOf(resource, found), session, attempt, {
      live: live.decision,
      liveScore: live.score,
      shadow: decision,
      shadowScore: score,
    });
  }

  async function work(): Promise<void> {
    // A set is gone through in the order of its beginnings, with what comes meanwhile.
    for (const one of held) {
      try {
        await score(one);
      } catch (error) {
        // What was given up is counted already.
        if (!one.end.signal.aborted) {
          onError(error);
          count(one.judged, 'failed');
        }
      } finally {
        letGo(one);
      }
    }
  }

  function begin(): void {
    working ??= work().finally(() => {
      working = null;
      // What came as it ended.
      if (held.size > 0) begin();
    });
  }

  return {
    get held() {
      return held.size;
    },
    offer(judged) {
      if (stopped || judged.resource.policy.shadowModel === 'off') return;
      if (held.size >= MAX_HELD) return count(judged, 'dropped');
      // Faces are not compared here, so that none is held.
      const { reference: _, ...request } = judged.request;
      held.add({ judged: { ...judged, request }, sinceMs: elapsed(), end: new AbortController() });
      looking ??= setInterval(() => void look().catch(onError), lookMs).unref();
      begin();
    },
    async stop() {
      stopped = true;
      for (const one of held) drop(one);
      await working;
      await Promise.all(counting);
    },
  };
}
