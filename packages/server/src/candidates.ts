import { checkPolicy, type Policy } from '@bonafide/engine';
import { appendAuditLog } from './audit-log.js';
import { newUuid, type Clock, type Random } from './clock.js';
import { ServiceError } from './errors.js';
import type { ResourcePolicy } from './resource-policy.js';
import type { Resource, Resources } from './resources.js';
import type { CandidateRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

// A candidate is a whole decision policy that differs from the installed one in weights and thresholds. It is never changed:
// the members decisionPolicy and shadowPolicy of a resource's policy say which one decides and which one only scores.

/** A decision policy that the lab has found. */
export interface Candidate extends Omit<CandidateRow, 'policy' | 'species'> {
  policy: Policy;
  /** Presentations of each species that it rests on. */
  species: Record<string, number>;
  /** Found with another engine or installed policy than the present ones, so that its numbers mean nothing here. */
  stale: boolean;
}

/** What a measurement gives for a candidate; `version` and `id` come by themselves. */
export interface NewCandidate extends Pick<CandidateRow, 'resourceId' | 'origin' | 'runId' | 'bonaFide'> {
  policy: Policy;
  species: Record<string, number>;
}

/** Fewer presentations than these are adopted by whoever says so: of people, and of each species. */
export const ENOUGH = { bonaFide: 50, species: 150 } as const;

/** What a candidate lacks in presentations, in words; null where they are enough. */
export function shortfallOf({ bonaFide, species }: Pick<Candidate, 'bonaFide' | 'species'>): string | null {
  const kinds = Object.entries(species);
  const lacking = [
    ...(bonaFide < ENOUGH.bonaFide ? [`${bonaFide} of ${ENOUGH.bonaFide} bona fide presentations`] : []),
    ...(kinds.length === 0 ? ['no attack'] : []),
    ...kinds.flatMap(([name, n]) => (n < ENOUGH.species ? [`${n} of ${ENOUGH.species} of ${name}`] : [])),
  ];
  return lacking.length > 0 ? lacking.join(', ') : null;
}

export type Candidates = ReturnType<typeof createCandidates>;

/** @param parts.versions those of the engine that runs, with the installed policy */
export function createCandidates(parts: {
  store: Store;
  versions: { engine: string; policy: string };
  clock: Clock;
  random: Random;
}) {
  const { store, versions, clock, random } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);

  /** @throws PolicyError where the engine cannot use it any more */
  const toCandidate = ({ policy, species, ...row }: CandidateRow): Candidate => {
    const stale = row.engine !== versions.engine || row.installed !== versions.policy;
    const json: unknown = JSON.parse(policy);
    return {
      ...row,
      // Another engine may know other cues; this one does not decide by it.
      policy: stale ? (json as Policy) : checkPolicy(json),
      species: JSON.parse(species) as Record<string, number>,
      stale,
    };
  };

  const find = (db: Store | StoreTransaction, { id: resourceId }: Pick<Resource, 'id'>, id: string) =>
    db
      .selectFrom('candidates')
      .selectAll()
      .where('resourceId', '=', resourceId)
      .where('id', '=', id.toLowerCase())
      .executeTakeFirst();

  /** @throws ServiceError `UnknownName` */
  async function get(resource: Pick<Resource, 'id'>, id: string): Promise<Candidate> {
    const row = await find(store, resource, id);
    if (!row) throw new ServiceError('UnknownName', { message: 'There is no such candidate.' });
    return toCandidate(row);
  }

  /** Null for none, and for one that is stale: then the installed policy stands alone. */
  async function ofUse(resource: Pick<Resource, 'id'>, id: string): Promise<Candidate | null> {
    if (id === '') return null;
    const candidate = await get(resource, id);
    return candidate.stale ? null : candidate;
  }

  return {
    get,

    /** Newest first. */
    list: async ({ id }: Pick<Resource, 'id'>): Promise<Candidate[]> =>
      (
        await store
          .selectFrom('candidates')
          .selectAll()
          .where('resourceId', '=', id)
          .orderBy('createdAtMs', 'desc')
          .orderBy('id', 'desc')
          .execute()
      ).map(toCandidate),

    /** What decides instead of the installed policy. */
    deciding: (resource: Resource) => ofUse(resource, resource.policy.decisionPolicy),
    /** What scores and does not decide. */
    inShadow: (resource: Resource) => ofUse(resource, resource.policy.shadowPolicy),

    /** Adds one, named after the policy that it changes. */
    async add(
      db: StoreTransaction,
      { policy, species, ...found }: NewCandidate,
      by: string,
    ): Promise<string> {
      const id = newUuid(random);
      const version = `${versions.policy.slice(0, 55)}+${id.slice(0, 8)}`;
      await db
        .insertInto('candidates')
        .values({
          ...{ ...found, id, engine: versions.engine, installed: versions.policy },
          policy: JSON.stringify(checkPolicy({ ...policy, version })),
          species: JSON.stringify(species),
          ...{ createdBy: by, createdAtMs: clock(), acceptedBy: null, acceptedAtMs: null },
        })
        .execute();
      await appendAuditLog(db, clock(), {
        event: 'candidate.made',
        resourceId: found.resourceId,
        facts: { candidate: id, version, run: found.runId, by },
      });
      return id;
    },

    /**
     * Lets a candidate decide from now on, as a new version of the resource's policy.
     * @param acknowledged its shortfall, word for word, from whoever adopts it all the same
     * @throws ServiceError `UnknownName`, `NotPossible`
     */
    async adopt(
      { resource, resources, by }: { resource: Resource; resources: Resources; by: string },
      id: string,
      acknowledged: string | undefined,
    ): Promise<Resource> {
      const candidate = await get(resource, id);
      if (candidate.stale)
        throw new ServiceError('NotPossible', {
          message: `It was found with ${candidate.engine} and ${candidate.installed}; measure again.`,
        });
      const shortfall = shortfallOf(candidate);
      if (shortfall !== null && acknowledged !== shortfall)
        throw new ServiceError('NotPossible', {
          message: `It rests on few presentations: ${shortfall}. Adopt it only if you say so.`,
        });
      await transaction(async (db) => {
        const values = { acceptedBy: by, acceptedAtMs: clock() };
        await db.updateTable('candidates').set(values).where('id', '=', candidate.id).execute();
        await appendAuditLog(db, clock(), {
          event: 'candidate.accepted',
          resourceId: resource.id,
          facts: { candidate: candidate.id, version: candidate.policy.version, shortfall, by },
        });
      });
      const note = `adopted ${candidate.policy.version}: ${candidate.origin}`;
      return resources.by(by).setPolicy(resource.name, { decisionPolicy: candidate.id }, note);
    },

    /** Lets decide again what decided before, as a new version. @throws ServiceError `NotPossible` where nothing else ever did */
    async rollBack({
      resource,
      resources,
      by,
    }: {
      resource: Resource;
      resources: Resources;
      by: string;
    }): Promise<Resource> {
      const { decisionPolicy: present } = resource.policy;
      let before: number | undefined;
      for (;;) {
        const versions = await resources.policyVersions(resource.name, { before, top: 100 });
        for (const { version, policy } of versions) {
          const { decisionPolicy = '' } = JSON.parse(policy) as Partial<ResourcePolicy>;
          if (decisionPolicy !== present)
            return resources
              .by(by)
              .setPolicy(resource.name, { decisionPolicy }, `back to what decided in version ${version}`);
        }
        before = versions.at(-1)?.version;
        if (before === undefined)
          throw new ServiceError('NotPossible', { message: 'Nothing else has decided before.' });
      }
    },
  };
}
