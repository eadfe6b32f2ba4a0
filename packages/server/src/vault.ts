import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Random } from './clock.js';

/** Encrypts and authenticates small secrets; `context` says what a secret is, so that one cannot stand for another. */
export interface Sealer {
  seal(plain: Uint8Array, context: string): Buffer;
  /** @throws VaultError when the bytes were changed, cut, sealed for another context or under another key */
  open(sealed: Uint8Array, context: string): Buffer;
}

/** The secrets of a data folder, under its master key. */
export interface Vault extends Sealer {
  /** HMAC-SHA-256 of a high-entropy secret, hex: finds a key without storing it. */
  lookup(secret: string): string;
  /** The key of lookups, sealed as another vault's own, so that what was looked up before a change of master keys still is. */
  sealLookupKey(under: Sealer): Buffer;
  /** The same vault with lookups by a key from {@link sealLookupKey}. @throws VaultError */
  withLookupKey(sealedKey: Uint8Array): Vault;
  /** A fresh key of its own, to be stored in its sealed form: whoever deletes that form has erased what it sealed. */
  newSealer(context: string): { sealer: Sealer; sealedKey: Buffer };
  /** The sealer of a stored key. @throws VaultError */
  openSealer(sealedKey: Uint8Array, context: string): Sealer;
}

/** Something sealed cannot be opened. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

export const KEY_BYTES = 32;
/** NIST SP 800-38D: a random 96-bit IV is good for 2^32 messages a key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const LOOKUP_CONTEXT = 'lookup key';

/** @param masterKey 32 bytes; keys for sealing and for lookups are derived from it (HKDF-SHA-256) */
export function createVault(masterKey: Uint8Array, random: Random): Vault {
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', masterKey, '', `bonafide ${use}`, KEY_BYTES));
  const sealer = createSealer(derive('seal'), random);
  const withKey = (lookupKey: Uint8Array): Vault => ({
    ...sealer,
    sealLookupKey: (under) => under.seal(lookupKey, LOOKUP_CONTEXT),
    withLookupKey: (sealedKey) => withKey(sealer.open(sealedKey, LOOKUP_CONTEXT)),
    lookup: (secret) => createHmac('sha256', lookupKey).update(secret).digest('hex'),
    newSealer(context) {
      const key = Buffer.from(random(KEY_BYTES));
      return { sealer: createSealer(key, random), sealedKey: sealer.seal(key, context) };
    },
    openSealer: (sealedKey, context) => createSealer(sealer.open(sealedKey, context), random),
  });
  return withKey(derive('lookup'));
}

/** AES-256-GCM; a sealed secret is IV, ciphertext and tag. */
function createSealer(key: Uint8Array, random: Random): Sealer {
  return {
    seal(plain, context) {
      const iv = random(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < IV_BYTES + TAG_BYTES) throw new VaultError(`${context}: too short to be sealed`);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch (cause) {
        throw new VaultError(`${context}: cannot be opened with this key`, { cause });
      }
    },
  };
}
