import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../clock.js';

/** Cost of scrypt (RFC 7914). Memory is 128 N r bytes. */
export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/** OWASP Password Storage Cheat Sheet, its set with the least memory of comparable strength: 32 MB, about 0.5 s of a core. */
export const DEFAULT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

/** NIST SP 800-63B: length counts, composition rules do not help. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 256;

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes at work at a time, so that a flood of sign-ins takes neither all memory nor all threads. */
const MAX_PARALLEL = 2;

/** Hashes and checks passwords; parameters are kept with each hash, so that a later default leaves old ones valid. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long where there is no hash to compare with. */
  matches(password: string, stored: string | null): Promise<boolean>;
}

export function createPasswords({
  cost = DEFAULT_COST,
  random = randomBytes as Random,
}: { cost?: ScryptCost | undefined; random?: Random } = {}): Passwords {
  let active = 0;
  const waiting: (() => void)[] = [];

  async function derive(password: string, salt: Uint8Array, { N, r, p }: ScryptCost): Promise<Buffer> {
    if (active >= MAX_PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
    active++;
    try {
      return await new Promise((resolve, reject) => {
        const options = { N, r, p, maxmem: 256 * N * r };
        // NFKC: the same password typed on another keyboard (NIST SP 800-63B, 5.1.1.2).
        scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      });
    } finally {
      active--;
      waiting.shift()?.();
    }
  }

  return {
    async hash(password) {
      const salt = Buffer.from(random(SALT_BYTES));
      const hash = await derive(password, salt, cost);
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join(
        '$',
      );
    },
    async matches(password, stored) {
      const [scheme, N, r, p, salt = '', hash = ''] = stored?.split('$') ?? [];
      if (scheme !== 'scrypt') {
        await derive(password, Buffer.alloc(SALT_BYTES), cost);
        return false;
      }
      const wanted = Buffer.from(hash, 'base64url');
      const found = await derive(password, Buffer.from(salt, 'base64url'), {
        N: Number(N),
        r: Number(r),
        p: Number(p),
      });
      return wanted.length === found.length && timingSafeEqual(wanted, found);
    },
  };
}
