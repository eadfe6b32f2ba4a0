import type { PolicyVersionRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

// Every policy that a resource ever had, by a number that counts up. None is changed or taken away while the resource lives:
// going back to an old one makes a new version that says the same.

/** A version; its policy is JSON as it was written, and is completed and checked anew before it is used again. */
export type PolicyVersion = Omit<PolicyVersionRow, 'resourceId'>;

/** Adds a version; returns its number. */
export async function addPolicyVersion(
  db: StoreTransaction,
  resourceId: string,
  version: Omit<PolicyVersion, 'version'>,
): Promise<number> {
  const { last } = await db
    .selectFrom('policyVersions')
    .select(({ fn }) => fn.max('version').as('last'))
    .where('resourceId', '=', resourceId)
    .executeTakeFirstOrThrow();
  const number = Number(last ?? 0) + 1;
  await db
    .insertInto('policyVersions')
    .values({ ...version, resourceId, version: number })
    .execute();
  return number;
}

/** Newest first. @param before versions below this one only */
export function listPolicyVersions(
  db: Store | StoreTransaction,
  resourceId: string,
  { before, top }: { before?: number | undefined; top: number },
): Promise<PolicyVersion[]> {
  let query = db
    .selectFrom('policyVersions')
    .select(['version', 'policy', 'note', 'changedBy', 'atMs'])
    .where('resourceId', '=', resourceId)
    .orderBy('version', 'desc')
    .limit(top);
  if (before !== undefined) query = query.where('version', '<', before);
  return query.execute();
}
