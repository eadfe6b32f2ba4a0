/**
 * Does `work` on every item, `concurrency` at a time, beginning in order. When one fails, or `signal` fires, nothing further
 * begins, and the first error is thrown.
 */
export async function forEachInParallel<T>(
  items: readonly T[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of waiting) {
      signal.throwIfAborted();
      if (failed) return;
      await work(item);
    }
  };
  const workers = Array.from({ length: Math.max(1, concurrency) }, () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(workers);
}
