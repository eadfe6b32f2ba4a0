import type { Companion } from '@bonafide/protocol';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';

/** The clip of a presentation and the session that it was captured in. */
export interface LabClip {
  content: Buffer;
  companion: Companion;
}

/** Keeps the clip of a presentation, sealed under a key of its own, which goes with it. */
export async function sealClip(
  db: StoreTransaction,
  vault: Vault,
  presentationId: string,
  { content, companion }: { content: Uint8Array; companion: Companion },
): Promise<void> {
  const { sealer, sealedKey } = vault.newSealer(keyContext(presentationId));
  await db
    .insertInto('labClips')
    .values({
      presentationId,
      sealedKey,
      companion: sealer.seal(Buffer.from(JSON.stringify(companion)), companionContext(presentationId)),
      content: sealer.seal(content, contentContext(presentationId)),
    })
    .execute();
}

/** Null where there is none. @throws VaultError */
export async function openClip(
  db: Store | StoreTransaction,
  vault: Vault,
  presentationId: string,
): Promise<LabClip | null> {
  const row = await db
    .selectFrom('labClips')
    .selectAll()
    .where('presentationId', '=', presentationId)
    .executeTakeFirst();
  if (!row) return null;
  const sealer = vault.openSealer(row.sealedKey, keyContext(presentationId));
  const companion = sealer.open(row.companion, companionContext(presentationId)).toString();
  return {
    content: sealer.open(row.content, contentContext(presentationId)),
    companion: JSON.parse(companion) as Companion,
  };
}

function keyContext(presentationId: string): string {
  return `lab clip ${presentationId}`;
}

function contentContext(presentationId: string): string {
  return `lab content ${presentationId}`;
}

function companionContext(presentationId: string): string {
  return `lab companion ${presentationId}`;
}
