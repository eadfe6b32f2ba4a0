import type { OwnWeights, Policy } from '@bonafide/engine';
import { newUuid, type Clock, type Random } from './clock.js';
import type { Resource } from './resources.js';
import type { Store, StoreTransaction } from './store/sqlite.js';

// A model is a candidate of another kind: weights, by the version of the engine that they make, and a decision policy. It only
// scores in the shadow. Who wants it to decide starts the service with those weights, for the whole installation.

/** The other weights that a service scores with beside those that decide. */
export interface ShadowWeights extends Pick<OwnWeights, 'fingerprint' | 'changed'> {
  /** Version of the engine with these weights. */
  engine: string;
  /** Version of the decision policy beside them; null where it is the one that decides for the resource. */
  policy: string | null;
}

/** Weights that scored live sessions of a resource, or do. */
export interface ModelCandidate {
  id: string;
  /** What results would carry. */
  version: string;
  engine: string;
  /** Version of the policy that decided on what they measured. */
  policy: string;
  /** Which weights they are, in words. */
  origin: string;
  createdAtMs: number;
  /** Captures that they were not asked about, since too many waited or not in time, and that they failed on. */
  dropped: number;
  failed: number;
}

export type ModelCandidates = ReturnType<typeof createModelCandidates>;

export function createModelCandidates(parts: { store: Store; clock: Clock; random: Random }) {
  const { store, clock, random } = parts;

  /** The candidate of a resource for the weights with a policy; made where there is none yet. */
  async function idOf(db: StoreTransaction, resourceId: string, found: Found): Promise<string> {
    const policy = JSON.stringify(found.policy);
    const row = await db
      .selectFrom('candidates')
      .select('id')
      .where('resourceId', '=', resourceId)
      .where('kind', '=', 'model')
      .where('engine', '=', found.weights.engine)
      .where('policy', '=', policy)
      .executeTakeFirst();
    if (row) return row.id;
    const id = newUuid(random);
    await db
      .insertInto('candidates')
      .values({
        ...{ id, resourceId, kind: 'model', policy, engine: found.weights.engine },
        ...{ installed: found.installed, origin: originOf(found.weights), runId: '' },
        ...{ bonaFide: 0, species: '{}', createdBy: 'service', createdAtMs: clock() },
        ...{ acceptedBy: null, acceptedAtMs: null, dropped: 0, failed: 0 },
      })
      .execute();
    return id;
  }

  return {
    idOf: (resource: Pick<Resource, 'id'>, found: Found): Promise<string> =>
      store.transaction().execute((db) => idOf(db, resource.id, found)),

    /** Counts a capture that was dropped or failed. */
    count: (resource: Pick<Resource, 'id'>, found: Found, what: 'dropped' | 'failed'): Promise<void> =>
      store.transaction().execute(async (db) => {
        const id = await idOf(db, resource.id, found);
        await db
          .updateTable('candidates')
          .set(({ eb, ref }) => ({ [what]: eb(ref(what), '+', 1) }))
          .where('id', '=', id)
          .execute();
      }),

    /** Newest first. */
    list: async ({ id }: Pick<Resource, 'id'>): Promise<ModelCandidate[]> => {
      const rows = await store
        .selectFrom('candidates')
        .select(['id', 'engine', 'policy', 'origin', 'createdAtMs', 'dropped', 'failed'])
        .where('resourceId', '=', id)
        .where('kind', '=', 'model')
        .orderBy('createdAtMs', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(({ policy: json, ...row }) => {
        const policy = versionIn(json);
        return { ...row, policy, version: `${row.engine}+${policy}` };
      });
    },
  };
}

/** What scores: weights, by which policy, beside which installed one. */
export interface Found {
  weights: ShadowWeights;
  policy: Policy;
  /** Version of the installed policy. */
  installed: string;
}

/**
 * Whether a model scores now.
 * @param deciding version of the policy that decides for the resource
 */
export function isInShadow(
  { engine, policy }: ModelCandidate,
  { policy: { shadowModel } }: Pick<Resource, 'policy'>,
  weights: ShadowWeights | null,
  deciding: string,
): boolean {
  return shadowModel === 'on' && weights?.engine === engine && policy === (weights.policy ?? deciding);
}

function originOf({ changed, policy }: ShadowWeights): string {
  const files = changed.map(({ file, sha256 }) => `${file} ${sha256.slice(0, 8)}`);
  const weights = files.length > 0 ? files.join(', ') : 'the weights of the manifest';
  return policy === null ? weights : `${weights}, and a decision policy of their own`;
}

/** Empty where it cannot be read: then it is of no use but to be deleted. */
function versionIn(json: string): string {
  try {
    const { version } = JSON.parse(json) as Partial<Policy>;
    return version ?? '';
  } catch {
    return '';
  }
}
