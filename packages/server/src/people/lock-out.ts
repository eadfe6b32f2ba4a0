import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Store } from '../store/sqlite.js';
import type { Vault } from '../vault.js';

/** So many wrong passwords are anybody's typing. */
const FREE_FAILURES = 4;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 15 * 60_000;
/** Failures are forgotten after a day without one. */
const FORGET_MS = 24 * 3_600_000;

/**
 * Slows guessing down: each failed sign-in under a name doubles the wait for the next, whoever sends it and whether or not
 * the name is known. A right password that comes within the wait is refused too.
 */
export type LockOut = ReturnType<typeof createLockOut>;

export function createLockOut({ store, vault, clock }: { store: Store; vault: Vault; clock: Clock }) {
  const hashOf = (name: string) => vault.lookup(`name ${name.normalize('NFKC').trim().toLowerCase()}`);

  return {
    /** Counts a try as failed until {@link clear}. @throws ServiceError `SignInLocked` within the wait */
    async enter(name: string): Promise<void> {
      const nameHash = hashOf(name);
      const now = clock();
      await store.transaction().execute(async (db) => {
        const row = await db
          .selectFrom('signInFailures')
          .selectAll()
          .where('nameHash', '=', nameHash)
          .where('lastAtMs', '>', now - FORGET_MS)
          .executeTakeFirst();
        const failures = row?.failures ?? 0;
        const waitMs = (row?.lastAtMs ?? 0) + delayAfter(failures) - now;
        if (waitMs > 0)
          throw new ServiceError('SignInLocked', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
        await db
          .deleteFrom('signInFailures')
          .where('lastAtMs', '<=', now - FORGET_MS)
          .execute();
        const values = { failures: failures + 1, lastAtMs: now };
        await db
          .insertInto('signInFailures')
          .values({ nameHash, ...values })
          .onConflict((conflict) => conflict.column('nameHash').doUpdateSet(values))
          .execute();
      });
    },

    /** The sign-in succeeded. */
    async clear(name: string): Promise<void> {
      await store.deleteFrom('signInFailures').where('nameHash', '=', hashOf(name)).execute();
    },
  };
}

function delayAfter(failures: number): number {
  return failures <= FREE_FAILURES
    ? 0
    : Math.min(FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES - 1), MAX_DELAY_MS);
}
