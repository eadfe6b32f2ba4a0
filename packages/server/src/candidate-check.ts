import { ResourcePolicyError, type ResourcePolicy } from './resource-policy.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

/**
 * Holds a change of a resource's policy to candidates of its own, and what decides to those that somebody has accepted.
 * @throws ResourcePolicyError
 */
export async function checkCandidates(
  db: Store | StoreTransaction,
  resourceId: string,
  { decisionPolicy = '', shadowPolicy = '' }: Partial<ResourcePolicy>,
): Promise<void> {
  const find = (id: string) =>
    db
      .selectFrom('candidates')
      .select('acceptedAtMs')
      .where('resourceId', '=', resourceId)
      .where('kind', '=', 'policy')
      .where('id', '=', id)
      .executeTakeFirst();
  for (const [member, id] of Object.entries({ decisionPolicy, shadowPolicy })) {
    if (id === '') continue;
    const row = await find(id);
    if (!row) throw new ResourcePolicyError(`${member}: the resource has no candidate ${id}`);
    if (member === 'decisionPolicy' && row.acceptedAtMs === null)
      throw new ResourcePolicyError(
        `${member}: the candidate ${id} was not adopted yet; the portal does that`,
      );
  }
}

/** What an earlier version of a policy let score in the shadow; nothing where that candidate was deleted since. */
export async function shadowStillThere(
  db: StoreTransaction,
  resourceId: string,
  { shadowPolicy }: Pick<ResourcePolicy, 'shadowPolicy'>,
): Promise<string> {
  const row = await db
    .selectFrom('candidates')
    .select('id')
    .where('resourceId', '=', resourceId)
    .where('id', '=', shadowPolicy)
    .executeTakeFirst();
  return row?.id ?? '';
}
