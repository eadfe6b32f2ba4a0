import { appendAuditLog } from './audit-log.js';
import type { Clock } from './clock.js';
import { ServiceError } from './errors.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

/** Version of docs/responsible-use.md; whoever creates a resource has accepted the newest one. */
export const TERMS_VERSION = '1';

/** Who accepts: a person, or null for whoever works on the machine itself. */
export interface Acceptor {
  id: string | null;
  name: string;
}

/** The newest version that somebody accepted, and when; null for nobody. */
export async function acceptedTerms(
  store: Store | StoreTransaction,
  personId: string,
): Promise<{ version: string; atMs: number } | null> {
  const row = await store
    .selectFrom('termsAcceptances')
    .select(['version', 'atMs'])
    .where('personId', '=', personId)
    .orderBy('atMs', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Records that somebody accepts the terms. @throws ServiceError `TermsNotAccepted` for another version than the newest */
export async function acceptTerms(
  db: StoreTransaction,
  clock: Clock,
  { id, name }: Acceptor,
  version: string,
): Promise<void> {
  if (version !== TERMS_VERSION)
    throw new ServiceError('TermsNotAccepted', {
      message: `The terms of responsible use are now version ${TERMS_VERSION}; read and accept that.`,
    });
  const atMs = clock();
  await db.insertInto('termsAcceptances').values({ acceptedBy: name, personId: id, version, atMs }).execute();
  await appendAuditLog(db, atMs, {
    event: 'terms.accepted',
    resourceId: null,
    facts: { by: name, version },
  });
}
