import { checkPolicy, PolicyError, type Policy } from '@bonafide/engine';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
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
export interface Candidate extends Omit<CandidateRow, 'kind' | 'policy' | 'species' | 'dropped' | 'failed'> {
  policy: Policy;
  /** Of its policy: appears in every result that it decides. */
  version: string;
  /** Presentations of each species that it rests on. */
  species: Record<string, number>;
  /** Found with another engine or installed policy than the present ones, so that its numbers mean nothing here. */
  stale: boolean;
}

/** A candidate as a list has it: without a policy where its row is damaged. Such a one decides nothing, and nobody passes by it. */
export type ListedCandidate = Omit<Candidate, 'policy'> & { policy: Policy | null };

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

const Sourced = Type.Object({ value: Type.Number() });
const Thresholds = Type.Object({ realface: Sourced, spoofface: Sourced });
/** What is shown of a policy that was for another engine, which may have known other cues and gates. */
const Shown = Type.Object({
  operatingPoints: Type.Object({ strict: Thresholds, balanced: Thresholds, convenience: Thresholds }),
  cues: Type.Record(Type.String(), Type.Object({ weight: Sourced })),
});
const Counts = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

export type Candidates = ReturnType<typeof createCandidates>;

/** @param parts.versions those of the engine that runs, with the installed policy */
export function createCandidates(parts: {
  store: Store;
  versions: { engine: string; policy: string };
  clock: Clock;
  random: Random;
  /** Hears once of every candidate that is set to decide or to score and is set aside, since it is stale. */
  onStale?: (sentence: string) => void;
}) {
  const { store, versions, clock, random, onStale } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const heard = new Set<string>();

  const isStale = ({ engine, installed }: CandidateRow) =>
    engine !== versions.engine || installed !== versions.policy;

  const toListed = (row: CandidateRow): ListedCandidate => {
    const { policy, species, kind: _, dropped: __, failed: ___, ...rest } = row;
    const stale = isStale(row);
    const counts = parse(species);
    const whole = Value.Check(Counts, counts);
    return {
      ...rest,
      version: versionOf(row),
      stale,
      species: whole ? counts : {},
      policy: whole ? readPolicy(policy, stale) : null,
    };
  };

  /** Writes down that a candidate is not used, since another engine or installed policy is. */
  const refuse = (
    db: StoreTransaction,
    { id, resourceId, engine, installed }: CandidateRow,
    facts: { use: 'decisionPolicy' | 'shadowPolicy' | 'adoption'; by: string | null },
  ) =>
    appendAuditLog(db, clock(), {
      event: 'candidate.refused',
      resourceId,
      facts: {
        ...{ candidate: id, foundWith: `${engine}, ${installed}` },
        ...{ present: `${versions.engine}, ${versions.policy}`, ...facts },
      },
    });

  /** @throws ServiceError `UnknownName` */
  async function rowOf(
    db: Store | StoreTransaction,
    { id: resourceId }: Pick<Resource, 'id'>,
    id: string,
  ): Promise<CandidateRow> {
    const row = await db
      .selectFrom('candidates')
      .selectAll()
      .where('resourceId', '=', resourceId)
      .where('id', '=', id.toLowerCase())
      .executeTakeFirst();
    if (!row) throw new ServiceError('UnknownName', { message: 'There is no such candidate.' });
    return row;
  }

  /** @throws ServiceError `UnknownName`, `NotPossible` where it is a model */
  async function policyRowOf(resource: Pick<Resource, 'id'>, id: string): Promise<CandidateRow> {
    const row = await rowOf(store, resource, id);
    if (row.kind === 'model')
      throw new ServiceError('NotPossible', {
        message: 'It is other weights, by which a service decides that is started with them: docs/lab.md.',
      });
    return row;
  }

  /** @throws ServiceError `UnknownName`, `NotPossible` where it cannot be read */
  async function get(resource: Pick<Resource, 'id'>, id: string): Promise<Candidate> {
    return asWanted(await policyRowOf(resource, id));
  }

  /** For somebody who names it. @throws ServiceError `NotPossible` where it cannot be read */
  function asWanted(row: CandidateRow): Candidate {
    const { policy, ...listed } = toListed(row);
    if (!policy) throw new ServiceError('NotPossible', { message: 'It is damaged and cannot be read.' });
    return { ...listed, policy };
  }

  /**
   * Null for none, and for one that is stale: then the installed policy stands alone, and log and audit log say so once.
   * @throws PolicyError where it cannot be read
   */
  async function ofUse(
    resource: Resource,
    use: 'decisionPolicy' | 'shadowPolicy',
  ): Promise<Candidate | null> {
    const id = resource.policy[use];
    if (id === '') return null;
    const row = await policyRowOf(resource, id);
    if (!isStale(row)) {
      const { policy, ...listed } = toListed(row);
      // A failure of the service, and of no caller: nobody passes by it.
      if (!policy) throw new PolicyError(`the candidate ${row.id} cannot be read`);
      return { ...listed, policy };
    }
    if (!heard.has(`${use} ${id}`)) {
      heard.add(`${use} ${id}`);
      onStale?.(
        `${resource.name}: the candidate ${versionOf(row)} was found with ${row.engine} and ${row.installed}, and is set aside; ` +
          (use === 'decisionPolicy' ? 'the installed policy decides' : 'nothing scores in the shadow'),
      );
      await transaction((db) => refuse(db, row, { use, by: null }));
    }
    return null;
  }

  return {
    get,

    /** The id of a candidate, readable or not, policy or model. @throws ServiceError `UnknownName` */
    idOf: async (resource: Pick<Resource, 'id'>, id: string): Promise<string> =>
      (await rowOf(store, resource, id)).id,

    /** Newest first. */
    list: async ({ id }: Pick<Resource, 'id'>): Promise<ListedCandidate[]> =>
      (
        await store
          .selectFrom('candidates')
          .selectAll()
          .where('resourceId', '=', id)
          .where('kind', '=', 'policy')
          .orderBy('createdAtMs', 'desc')
          .orderBy('id', 'desc')
          .execute()
      ).map(toListed),

    /** Version of the policy that decides. */
    async decidingVersion({ id, policy }: Pick<Resource, 'id' | 'policy'>): Promise<string> {
      if (policy.decisionPolicy === '') return versions.policy;
      const row = await rowOf(store, { id }, policy.decisionPolicy);
      return isStale(row) ? versions.policy : versionOf(row);
    },

    /** What decides instead of the installed policy. */
    deciding: (resource: Resource) => ofUse(resource, 'decisionPolicy'),
    /** What scores and does not decide. */
    inShadow: (resource: Resource) => ofUse(resource, 'shadowPolicy'),

    /** Adds one, named after the policy that it changes. */
    async add(
      db: StoreTransaction,
      { policy, species, ...found }: NewCandidate,
      by: string,
    ): Promise<string> {
      const id = newUuid(random);
      const version = versionOf({ installed: versions.policy, id });
      await db
        .insertInto('candidates')
        .values({
          ...{ ...found, id, kind: 'policy', engine: versions.engine, installed: versions.policy },
          policy: JSON.stringify(checkPolicy({ ...policy, version })),
          species: JSON.stringify(species),
          ...{ createdBy: by, createdAtMs: clock(), acceptedBy: null, acceptedAtMs: null },
          ...{ dropped: 0, failed: 0 },
        })
        .execute();
      await appendAuditLog(db, clock(), {
        event: 'candidate.made',
        resourceId: found.resourceId,
        facts: { candidate: id, version, run: found.runId, origin: found.origin, by },
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
      const row = await policyRowOf(resource, id);
      if (isStale(row)) {
        await transaction((db) => refuse(db, row, { use: 'adoption', by }));
        throw new ServiceError('NotPossible', {
          message: `It was found with ${row.engine} and ${row.installed}; measure again.`,
        });
      }
      const candidate = asWanted(row);
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
          facts: { candidate: candidate.id, version: candidate.version, shortfall, by },
        });
      });
      const note = `adopted ${candidate.version}: ${candidate.origin}`;
      return resources.by(by).setPolicy(resource.name, { decisionPolicy: candidate.id }, note);
    },

    /**
     * Deletes a candidate, policy or model, with what it said in the shadow; one that ever decided stays, since results carry its
     * version. A model that is in the shadow begins anew.
     * @throws ServiceError `UnknownName`, `NotPossible`
     */
    remove: (resource: Resource, id: string, by: string): Promise<void> =>
      transaction(async (db) => {
        const row = await rowOf(db, resource, id);
        if (row.acceptedAtMs !== null)
          throw new ServiceError('NotPossible', { message: 'It was adopted, and results may name it.' });
        const { policy } = await db
          .selectFrom('resources')
          .select('policy')
          .where('id', '=', resource.id)
          .executeTakeFirstOrThrow();
        if ((JSON.parse(policy) as Partial<ResourcePolicy>).shadowPolicy === row.id)
          throw new ServiceError('NotPossible', {
            message: 'It scores live sessions in the shadow; stop that first.',
          });
        await db.deleteFrom('candidates').where('id', '=', row.id).execute();
        await appendAuditLog(db, clock(), {
          event: 'candidate.deleted',
          resourceId: resource.id,
          facts: { candidate: row.id, version: versionOf(row), by },
        });
      }),

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

/** The installed policy's name and a part of the id; it is within what a policy may call itself. */
function versionOf({ installed, id }: Pick<CandidateRow, 'installed' | 'id'>): string {
  return `${installed.slice(0, 55)}+${id.slice(0, 8)}`;
}

/** Null where it is no policy: for this engine, or at all for one that is stale. */
function readPolicy(text: string, stale: boolean): Policy | null {
  const json = parse(text);
  try {
    if (!stale) return checkPolicy(json);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return null;
  }
  return Value.Check(Shown, json) ? (json as unknown as Policy) : null;
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
