import { appendAuditLog } from '../audit-log.js';
import { newUuid, type Clock, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import { isExpired, type Sessions } from '../sessions.js';
import type { Session } from '../session.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { SessionTokens } from '../tokens.js';
import type { Vault } from '../vault.js';

/**
 * Links that stand for a session each, to be opened once. A link is a secret: the store holds its HMAC, and no token at all,
 * since the token is issued anew when the link is opened, with the end that it always had.
 */
export type QuickLinks = ReturnType<typeof createQuickLinks>;

export function createQuickLinks(parts: {
  store: Store;
  vault: Vault;
  sessions: Sessions;
  tokens: SessionTokens;
  clock: Clock;
  random: Random;
}) {
  const { store, vault, sessions, tokens, clock, random } = parts;
  const lookup = (id: string) => vault.lookup(`quick link ${id.toLowerCase()}`);

  /** Of two who open a link at the same time, one gets true. */
  async function useUp(
    db: StoreTransaction,
    id: string,
    { id: session, resourceId }: Session,
  ): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('quickLinks')
      .where('lookup', '=', lookup(id))
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) return false;
    await appendAuditLog(db, clock(), { event: 'link.opened', resourceId, facts: { session } });
    return true;
  }

  return {
    /**
     * Makes a link; an unused one of the same session is void from then on.
     * @throws ServiceError `Forbidden` for a session that was started, `VerifyImageNotProvided` for one that the page could
     * not bring a photograph for
     */
    async create(session: Session): Promise<string> {
      if (session.status !== 'NotStarted')
        throw new ServiceError('Forbidden', {
          message: 'The session was started already; a link is made before that.',
        });
      if (session.kind === 'livenessWithVerify' && session.reference === null)
        throw new ServiceError('VerifyImageNotProvided', {
          message: 'A link brings no reference image; send it when you create the session.',
        });
      const id = newUuid(random);
      const row = { lookup: lookup(id), createdAtMs: clock() };
      await store.transaction().execute(async (db) => {
        await db
          .insertInto('quickLinks')
          .values({ sessionId: session.id, ...row })
          .onConflict((conflict) => conflict.column('sessionId').doUpdateSet(row))
          .execute();
        await appendAuditLog(db, clock(), {
          event: 'link.created',
          resourceId: session.resourceId,
          facts: { session: session.id },
        });
      });
      return id;
    },

    /** The session of a link that can still be opened, or null. */
    async find(id: string): Promise<Session | null> {
      const row = await store
        .selectFrom('quickLinks')
        .select('sessionId')
        .where('lookup', '=', lookup(id))
        .executeTakeFirst();
      const session = row && (await sessions.find(row.sessionId));
      return session && !isExpired(session, clock()) ? session : null;
    },

    /** Uses a link up, and returns its session's token. @throws ServiceError `LinkNotFound` */
    async open(id: string): Promise<string> {
      const session = await this.find(id);
      const opened = session && (await store.transaction().execute((db) => useUp(db, id, session)));
      if (!opened) throw new ServiceError('LinkNotFound');
      return tokens.issue(session);
    },
  };
}
