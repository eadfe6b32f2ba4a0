import { createHmac } from 'node:crypto';
import type { Clock, Random } from '../clock.js';
import { appendAuditLog } from '../audit-log.js';
import type { Store } from '../store/sqlite.js';
import type { People, Person } from './people.js';
import { hashToken, newToken } from './secrets.js';

/** A browser that is signed in. */
export interface SignIn {
  person: Person;
  /** What its pages send along with every change. */
  csrfToken: string;
  /** Of the cookie, by which it is found. */
  hash: string;
}

/** A browser that is left alone for so long must sign in again. */
export const IDLE_MS = 30 * 60_000;
/** So must every browser after so long. */
export const LIFETIME_MS = 12 * 3_600_000;
/** The last use is written down no more often than this. */
const SEEN_STEP_MS = 60_000;

/** Who is signed in. The cookie is a random token; only its hash is stored. */
export type SignIns = ReturnType<typeof createSignIns>;

export function createSignIns(parts: { store: Store; people: People; clock: Clock; random: Random }) {
  const { store, people, clock, random } = parts;

  return {
    /** A new cookie, whatever the browser had before: an identifier from before the sign-in is worth nothing after it. */
    async start(
      person: Person,
      method: 'password' | 'oidc' | 'link',
      last: string | undefined,
    ): Promise<string> {
      const token = newToken(random);
      const now = clock();
      await store.transaction().execute(async (db) => {
        if (last !== undefined) await db.deleteFrom('signIns').where('hash', '=', hashToken(last)).execute();
        await db
          .deleteFrom('signIns')
          .where(({ or, eb }) =>
            or([eb('seenAtMs', '<=', now - IDLE_MS), eb('createdAtMs', '<=', now - LIFETIME_MS)]),
          )
          .execute();
        await db
          .insertInto('signIns')
          .values({ hash: hashToken(token), personId: person.id, createdAtMs: now, seenAtMs: now })
          .execute();
        await appendAuditLog(db, now, {
          event: 'person.signed-in',
          resourceId: null,
          facts: { person: person.name, method },
        });
      });
      return token;
    },

    /** Whose cookie this is; null where it is nobody's any more. */
    async find(token: string): Promise<SignIn | null> {
      const hash = hashToken(token);
      const now = clock();
      const row = await store
        .selectFrom('signIns')
        .selectAll()
        .where('hash', '=', hash)
        .where('seenAtMs', '>', now - IDLE_MS)
        .where('createdAtMs', '>', now - LIFETIME_MS)
        .executeTakeFirst();
      const person = row && (await people.find(row.personId));
      if (!row || !person || person.state === 'disabled') return null;
      if (row.seenAtMs <= now - SEEN_STEP_MS)
        await store.updateTable('signIns').set({ seenAtMs: now }).where('hash', '=', hash).execute();
      return { person, csrfToken: csrfTokenOf(token), hash };
    },

    /** Signs one browser out. */
    async end(token: string): Promise<void> {
      await store.deleteFrom('signIns').where('hash', '=', hashToken(token)).execute();
    },

    /** Signs a person out everywhere but here. */
    async endOthers({ person, hash }: SignIn): Promise<void> {
      await store.deleteFrom('signIns').where('personId', '=', person.id).where('hash', '!=', hash).execute();
    },
  };
}

/** Derived from the cookie, which pages cannot read: it needs no place of its own, and ends with it. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('bonafide csrf').digest('base64url');
}
