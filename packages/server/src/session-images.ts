import type { Random } from './clock.js';
import type { Session } from './session.js';
import type { SessionImageRow } from './store/schema.js';
import type { StoreTransaction } from './store/sqlite.js';
import type { Sealer } from './vault.js';

// The picture that stands for an attempt's decision, where the session asked for it: sealed under the session's key, so that
// it lives and dies with the session.

/** 264 bits: 44 characters of base64url, as the contract's ids are. */
const ID_BYTES = 33;

/** Keeps a picture of a session; returns its id. */
export async function putSessionImage(
  db: StoreTransaction,
  { id: sessionId, resourceId }: Pick<Session, 'id' | 'resourceId'>,
  jpeg: Uint8Array,
  { sealer, atMs, random }: { sealer: Sealer; atMs: number; random: Random },
): Promise<string> {
  const id = Buffer.from(random(ID_BYTES)).toString('base64url');
  await db
    .insertInto('sessionImages')
    .values({ id, sessionId, resourceId, atMs, sealed: sealer.seal(jpeg, contextOf(id)) })
    .execute();
  return id;
}

/** The JPEG of a row. @throws VaultError */
export function openSessionImage(
  { id, sealed }: Pick<SessionImageRow, 'id' | 'sealed'>,
  sealer: Sealer,
): Buffer {
  return sealer.open(sealed, contextOf(id));
}

function contextOf(id: string): string {
  return `session image ${id}`;
}
