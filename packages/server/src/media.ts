import type { ResourcePolicy } from './resource-policy.js';
import type { MediaRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import type { Sealer } from './vault.js';

// Clips and reference photographs as they came, where the policy of their resource keeps them: sealed under the session's key,
// so that they are gone with the session at the latest.

/** Which of a session's files. */
export type MediaName = Pick<MediaRow, 'sessionId' | 'kind' | 'attemptId'>;

/** Keeps a file of a session if the policy says so; a new reference photograph takes the place of the last. */
export async function keepMedia(
  db: StoreTransaction,
  { id: resourceId, policy }: { id: string; policy: Pick<ResourcePolicy, 'clips'> },
  name: MediaName,
  file: Uint8Array | null,
  { sealer, atMs }: { sealer: Sealer; atMs: number },
): Promise<void> {
  if (policy.clips === 'off' || !file) return;
  const values = { sealed: sealer.seal(file, contextOf(name)), atMs };
  await db
    .insertInto('media')
    .values({ ...name, ...values, resourceId })
    .onConflict((conflict) => conflict.columns(['sessionId', 'kind', 'attemptId']).doUpdateSet(values))
    .execute();
}

/** The file of a row. @throws VaultError */
export function openMedia({ sealed, ...name }: MediaName & Pick<MediaRow, 'sealed'>, sealer: Sealer): Buffer {
  return sealer.open(sealed, contextOf(name));
}

/** First bytes of the formats that are accepted, with how files of them end. */
const ENDINGS = [
  ['52494646', 'webp'],
  ['ffd8ff', 'jpg'],
  ['89504e47', 'png'],
  ['47494638', 'gif'],
  ['424d', 'bmp'],
] as const;

/** How the name of a file ends, by its first bytes. */
export function endingOf(file: Uint8Array): string {
  const start = Buffer.from(file.subarray(0, 4)).toString('hex');
  return ENDINGS.find(([magic]) => start.startsWith(magic))?.[1] ?? 'bin';
}

/** Bytes of files that one transaction removes: what is removed is overwritten, and calls wait until it is. */
const BATCH_BYTES = 16 * 1024 * 1024;

/** As many of some rows, in their order, as one transaction should remove; at least one. */
export function withinBatch<T extends { bytes: number }>(rows: readonly T[]): T[] {
  let bytes = 0;
  return rows.filter((row, k) => (bytes += row.bytes) <= BATCH_BYTES || k === 0);
}

/** As many of some sessions, in their order, as one transaction should remove: fewer where files hang on them. */
export async function sessionsWithinBatch(
  db: Store | StoreTransaction,
  sessionIds: readonly string[],
): Promise<string[]> {
  if (sessionIds.length === 0) return [];
  const held = await db
    .selectFrom('media')
    .select('sessionId')
    .select(({ fn }) => fn.sum<number>(fn('length', ['sealed'])).as('bytes'))
    .where('sessionId', 'in', sessionIds)
    .groupBy('sessionId')
    .execute();
  const bytesOf = new Map(held.map(({ sessionId, bytes }) => [sessionId, bytes]));
  return withinBatch(sessionIds.map((id) => ({ id, bytes: bytesOf.get(id) ?? 0 }))).map(({ id }) => id);
}

function contextOf({ kind, attemptId }: MediaName): string {
  return `${kind} ${attemptId}`;
}
