import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { appendAuditLog } from './audit-log.js';
import type { Clock, Random } from './clock.js';
import type { Store } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** ECDSA on P-256 with SHA-256 (RFC 7518). */
export const SIGNING_ALGORITHM = 'ES256';

/** The installation's signing keys: one signs, all that were ever made verify. */
export interface SigningKeys {
  current(): Promise<{ kid: string; key: CryptoKey }>;
  /** The public key of a `kid`, or null. */
  find(kid: string): Promise<{ key: CryptoKey; retiredAtMs: number | null } | null>;
  /** All public keys, newest first, as RFC 7517 prints them. */
  jwks(): Promise<{ keys: JWK[] }>;
  /** Makes a new key and retires the one in use, which goes on verifying what it signed. Returns the new `kid`. */
  rotate(): Promise<string>;
}

/** Makes the first key if there is none. Keys are looked up in the store, so that a rotation beside the service counts at once. */
export async function openSigningKeys(
  store: Store,
  vault: Vault,
  { clock, random }: { clock: Clock; random: Random },
): Promise<SigningKeys> {
  const opened = new Map<string, Promise<CryptoKey>>();
  /** Imports a key once; `kind` keeps the two halves apart. */
  const importOnce = (kind: 'public' | 'private', kid: string, jwk: () => JWK) => {
    const name = `${kind} ${kid}`;
    const key = opened.get(name) ?? importKey(jwk());
    opened.set(name, key);
    return key;
  };

  async function rotate(): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const kid = Buffer.from(random(12)).toString('base64url');
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: SIGNING_ALGORITHM, use: 'sig' };
    const sealed = vault.seal(Buffer.from(JSON.stringify(await exportJWK(privateKey))), contextOf(kid));
    const now = clock();
    await store.transaction().execute(async (db) => {
      const { numUpdatedRows: retired } = await db
        .updateTable('signingKeys')
        .set({ retiredAtMs: now })
        .where('retiredAtMs', 'is', null)
        .executeTakeFirst();
      await db
        .insertInto('signingKeys')
        .values({ kid, publicJwk: JSON.stringify(publicJwk), sealed, createdAtMs: now, retiredAtMs: null })
        .execute();
      if (retired > 0n)
        await appendAuditLog(db, now, { event: 'signing-key.rotated', resourceId: null, facts: { kid } });
    });
    return kid;
  }

  const inUse = () => store.selectFrom('signingKeys').selectAll().where('retiredAtMs', 'is', null);
  if (!(await inUse().executeTakeFirst())) await rotate();

  return {
    async current() {
      const { kid, sealed } = await inUse().executeTakeFirstOrThrow();
      const key = await importOnce('private', kid, () =>
        parseJwk(vault.open(sealed, contextOf(kid)).toString()),
      );
      return { kid, key };
    },
    async find(kid) {
      const row = await store.selectFrom('signingKeys').selectAll().where('kid', '=', kid).executeTakeFirst();
      if (!row) return null;
      return {
        key: await importOnce('public', kid, () => parseJwk(row.publicJwk)),
        retiredAtMs: row.retiredAtMs,
      };
    },
    async jwks() {
      const rows = await store
        .selectFrom('signingKeys')
        .select('publicJwk')
        .orderBy('createdAtMs', 'desc')
        .execute();
      return { keys: rows.map(({ publicJwk }) => parseJwk(publicJwk)) };
    },
    rotate,
  };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('expected an asymmetric key');
  return key;
}

function parseJwk(text: string): JWK {
  return JSON.parse(text) as JWK;
}

function contextOf(kid: string): string {
  return `signing key ${kid}`;
}
