import type { Clock } from './clock.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

/** What is counted, an hour at a time; counts outlive the sessions that they count and name nobody. */
export type Measure = 'sessions' | 'calls' | 'realface' | 'spoofface' | 'uncertain' | 'refused';
const MEASURES = ['sessions', 'calls', 'realface', 'spoofface', 'uncertain', 'refused'] as const;

/** Counts of a span, with quantiles of how long judged captures took. */
export type Usage = Record<Measure, number> & { latencyMs: { p50: number; p95: number; p99: number } | null };

/** {@link Usage} of one step of time. */
export type UsagePoint = Usage & { startMs: number };

export const HOUR_MS = 3_600_000;
const LATENCY = 'latency ';
/** Latencies are counted in steps of 10 %, and a quantile is the upper end of its step. */
const LATENCY_STEP = Math.log(1.1);

/** Adds to the counts of the present hour, in the transaction of what is counted. */
export async function countUsage(
  db: StoreTransaction,
  resourceId: string,
  atMs: number,
  counts: Partial<Record<Measure, number>>,
  latencyMs?: number,
): Promise<void> {
  const measures = new Map<string, number>(Object.entries(counts));
  if (latencyMs !== undefined)
    measures.set(`${LATENCY}${Math.ceil(Math.log(Math.max(latencyMs, 1)) / LATENCY_STEP)}`, 1);
  for (const [measure, count] of measures)
    await db
      .insertInto('usage')
      .values({ resourceId, hourMs: Math.floor(atMs / HOUR_MS) * HOUR_MS, measure, count })
      .onConflict((conflict) =>
        conflict
          .columns(['resourceId', 'hourMs', 'measure'])
          .doUpdateSet(({ eb, ref }) => ({ count: eb(ref('usage.count'), '+', count) })),
      )
      .execute();
}

/** Counts from `fromMs` to `toMs`, as a whole and by steps of whole hours; the span is widened to whole steps. */
export async function readUsage(
  store: Store,
  resourceId: string,
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
): Promise<{ total: Usage; points: UsagePoint[] }> {
  const startMs = Math.floor(fromMs / stepMs) * stepMs;
  const rows = await store
    .selectFrom('usage')
    .select(['hourMs', 'measure', 'count'])
    .where('resourceId', '=', resourceId)
    .where('hourMs', '>=', startMs)
    .where('hourMs', '<', toMs)
    .execute();
  const steps = Array.from({ length: Math.ceil((toMs - startMs) / stepMs) }, () => new Map<string, number>());
  const total = new Map<string, number>();
  for (const { hourMs, measure, count } of rows)
    for (const counts of [total, steps[Math.floor((hourMs - startMs) / stepMs)]])
      counts?.set(measure, (counts.get(measure) ?? 0) + count);
  return {
    total: toUsage(total),
    points: steps.map((counts, k) => ({ startMs: startMs + k * stepMs, ...toUsage(counts) })),
  };
}

function toUsage(counts: ReadonlyMap<string, number>): Usage {
  const values = MEASURES.map((measure) => [measure, counts.get(measure) ?? 0]);
  return { ...(Object.fromEntries(values) as Record<Measure, number>), latencyMs: quantiles(counts) };
}

function quantiles(counts: ReadonlyMap<string, number>): Usage['latencyMs'] {
  const buckets = [...counts]
    .filter(([measure]) => measure.startsWith(LATENCY))
    .map(([measure, count]) => ({ step: Number(measure.slice(LATENCY.length)), count }))
    .sort((a, b) => a.step - b.step);
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return null;
  const quantile = (q: number) => {
    let seen = 0;
    const bucket = buckets.find(({ count }) => (seen += count) >= q * all);
    return Math.round(Math.exp((bucket?.step ?? 0) * LATENCY_STEP));
  };
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}

/** Calls are counted in memory and written down now and then: none of them waits for the disk. */
export interface CallCounter {
  count(resourceId: string): void;
  flush(): Promise<void>;
  /** Writes what is left. */
  stop(): Promise<void>;
}

const FLUSH_MS = 10_000;

export function startCallCounter(
  store: Store,
  { clock, onError }: { clock: Clock; onError: (error: unknown) => void },
): CallCounter {
  let counts = new Map<string, number>();

  async function flush(): Promise<void> {
    const taken = counts;
    counts = new Map();
    if (taken.size === 0) return;
    await store.transaction().execute(async (db) => {
      const known = await db.selectFrom('resources').select('id').execute();
      for (const { id } of known) {
        const calls = taken.get(id);
        if (calls !== undefined) await countUsage(db, id, clock(), { calls });
      }
    });
  }

  const timer = setInterval(() => void flush().catch(onError), FLUSH_MS).unref();
  return {
    count: (resourceId) => void counts.set(resourceId, (counts.get(resourceId) ?? 0) + 1),
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
