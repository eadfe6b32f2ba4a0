import { appendAuditLog, type AuditEvent } from './audit-log.js';
import { SESSION_BATCH, untilNone } from './batches.js';
import type { Clock, Random } from './clock.js';
import { newUuid } from './clock.js';
import { checkCandidates, shadowStillThere } from './candidate-check.js';
import { sessionsWithinBatch } from './media.js';
import { checkImageHosts, checkRecognition } from './policy-change.js';
import { addPolicyVersion, listPolicyVersions, type PolicyVersion } from './policy-versions.js';
import { insertRequest, type RecognitionState } from './recognition.js';
import {
  completePolicy,
  DEVELOPMENT_POLICY,
  readPolicyAssignment,
  type ResourcePolicy,
} from './resource-policy.js';
import type { ResourceRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import { acceptTerms, TERMS_VERSION } from './terms.js';
import type { Vault } from './vault.js';

/** Something that sessions belong to: a name, a tier, two keys and a policy. */
export interface Resource {
  id: string;
  name: string;
  tier: Tier;
  /** The resource of the first start, for trying things out. */
  development: boolean;
  /** Where it stands with the comparison of faces; its policy says `off` unless this is `approved`. */
  recognition: RecognitionState;
  policy: ResourcePolicy;
  createdAtMs: number;
}

/** Tiers by their call limits. */
export type Tier = 'F0' | 'S0';
/** Either key is valid, so that one can be replaced while the other is in use. */
export type KeySlot = 'key1' | 'key2';

/** What was asked of a resource cannot be done; the message is one sentence for the operator. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError';
  constructor(
    readonly reason: 'unknown' | 'taken' | 'name' | 'key',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Administration of resources; works beside a running service, which sees every change at its next request. Changes and shown
 * keys are audited.
 */
export interface Resources {
  /** The same, for somebody else than whoever works on the machine: what they do is audited under their name. */
  by(actor: string): Resources;
  list(): Promise<Resource[]>;
  /** @throws ResourceError when there is none of this name */
  get(name: string): Promise<Resource>;
  /** The resource that a key opens, or null. */
  findByKey(key: string): Promise<Resource | null>;
  findById(id: string): Promise<Resource | null>;
  /** @throws ResourceError when the name is taken or not a name, ResourcePolicyError */
  create(options: NewResource): Promise<Resource>;
  /** All of it, or nothing. @throws ResourceError when the new name is taken or not a name, ResourcePolicyError */
  change(name: string, changes: ResourceChanges): Promise<Resource>;
  /** Removes the resource with its keys, sessions and everything else of it but the audit log. */
  remove(name: string): Promise<void>;
  keys(name: string): Promise<Record<KeySlot, string>>;
  /** Replaces one key; returns the new one. The old one is void at once. */
  regenerateKey(name: string, slot: KeySlot): Promise<string>;
  /** Changes members of the policy, given as an object or as `key=value` texts. @throws ResourcePolicyError */
  setPolicy(
    name: string,
    changes: Partial<ResourcePolicy> | readonly string[],
    note?: string,
  ): Promise<Resource>;
  /** Versions of the policy, newest first. */
  policyVersions(name: string, page: { before?: number | undefined; top: number }): Promise<PolicyVersion[]>;
  /** Makes the policy what it was in a version, as a new version. @throws ResourceError, ResourcePolicyError */
  restorePolicy(name: string, version: number): Promise<Resource>;
  /** Makes the development resource `default`, once in the life of a data folder; null when it was made before. */
  ensureFirst(): Promise<Resource | null>;
}

/** What a resource is made of; what is left out has its default. */
export interface NewResource {
  name: string;
  tier?: Tier;
  policy?: Partial<ResourcePolicy>;
  /** Approves the comparison of faces for this purpose at once, as only whoever works on the machine may. */
  recognitionPurpose?: string;
}

/** What becomes another; what is left out stays. */
export interface ResourceChanges {
  name?: string | undefined;
  tier?: Tier | undefined;
  policy?: Partial<ResourcePolicy> | undefined;
  /** Why the policy is changed; stands in its versions. */
  policyNote?: string | undefined;
}

/** The resource of the first start. */
const DEVELOPMENT_RESOURCE: NewResource = {
  name: 'default',
  policy: DEVELOPMENT_POLICY,
  recognitionPurpose: 'development',
};
/** A letter or digit, then letters, digits, dots, dashes and underscores. */
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** 128 bits, printed as the 32 hex digits that clients of the classic API expect. */
const KEY_BYTES = 16;

export function createResources(
  store: Store,
  vault: Vault,
  { clock, random, person }: { clock: Clock; random: Random; person?: string },
): Resources {
  const actor = person ?? 'console';
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    { id, name }: { id: string; name: string },
    facts: AuditEvent['facts'] = {},
  ) => appendAuditLog(db, clock(), { event, resourceId: id, facts: { ...facts, resource: name, by: actor } });

  async function rowOf(
    name: string,
    db: Store | StoreTransaction = store,
  ): Promise<ResourceRow & WithRequest> {
    const row = await rows(db).where('resources.name', '=', name).executeTakeFirst();
    if (!row) throw new ResourceError('unknown', `There is no resource named ${JSON.stringify(name)}.`);
    return row;
  }

  async function checkName(db: StoreTransaction, name: string): Promise<void> {
    if (!NAME_PATTERN.test(name))
      throw new ResourceError(
        'name',
        'A resource name is up to 64 letters, digits, dots, dashes and underscores, the first a letter or digit.',
      );
    const taken = await db.selectFrom('resources').select('id').where('name', '=', name).executeTakeFirst();
    if (taken) throw new ResourceError('taken', `There is a resource named ${JSON.stringify(name)} already.`);
  }

  /** Writes values of a resource, by its name, and audits them. */
  async function writeValues(
    db: StoreTransaction,
    name: string,
    values: Partial<Pick<ResourceRow, 'name' | 'tier'>>,
    facts: AuditEvent['facts'],
  ): Promise<Resource> {
    const row = await rowOf(name, db);
    if (values.name !== undefined) await checkName(db, values.name);
    await db.updateTable('resources').set(values).where('id', '=', row.id).execute();
    await log(db, 'resource.changed', row, facts);
    return toResource({ ...row, ...values });
  }

  /** Makes the policy of a resource another one, as a new version. */
  async function writePolicy(
    db: StoreTransaction,
    row: ResourceRow & WithRequest,
    changed: Partial<ResourcePolicy>,
    note: string,
  ): Promise<Resource> {
    checkRecognition(changed, toResource(row));
    await checkCandidates(db, row.id, changed);
    if (person !== undefined) checkImageHosts(changed, toResource(row).policy.imageHosts);
    const policy = JSON.stringify(completePolicy({ ...(JSON.parse(row.policy) as object), ...changed }));
    await db.updateTable('resources').set({ policy }).where('id', '=', row.id).execute();
    const version = await addPolicyVersion(db, row.id, { policy, note, changedBy: actor, atMs: clock() });
    await log(db, 'resource.changed', row, { policy: JSON.stringify(changed), version });
    return toResource({ ...row, policy });
  }

  /** Writes a fresh key into a slot. */
  async function writeKey(db: Store | StoreTransaction, resourceId: string, slot: KeySlot): Promise<string> {
    const key = Buffer.from(random(KEY_BYTES)).toString('hex');
    const values = {
      lookup: vault.lookup(key),
      sealed: vault.seal(Buffer.from(key), keyContext(resourceId, slot)),
    };
    await db
      .insertInto('resourceKeys')
      .values({ resourceId, slot, ...values })
      .onConflict((conflict) => conflict.columns(['resourceId', 'slot']).doUpdateSet(values))
      .execute();
    return key;
  }

  async function insert(
    db: StoreTransaction,
    { name, tier = 'S0', policy = {}, recognitionPurpose }: NewResource,
    development: boolean,
  ): Promise<Resource> {
    await checkName(db, name);
    if (person !== undefined) checkImageHosts(policy, []);
    const id = newUuid(random);
    await checkCandidates(db, id, policy);
    const row: ResourceRow = {
      id,
      name,
      tier,
      development: development ? 1 : 0,
      policy: JSON.stringify(completePolicy(policy)),
      createdAtMs: clock(),
    };
    await db.insertInto('resources').values(row).execute();
    await writeKey(db, row.id, 'key1');
    await writeKey(db, row.id, 'key2');
    await addPolicyVersion(db, row.id, {
      policy: row.policy,
      note: 'as the resource was made',
      changedBy: actor,
      atMs: row.createdAtMs,
    });
    await log(db, 'resource.created', row, { tier });
    if (recognitionPurpose !== undefined) {
      const approved = development ? 'the resource of the first start' : 'approved on the machine itself';
      await insertRequest(db, row.id, {
        purpose: recognitionPurpose,
        by: actor,
        atMs: row.createdAtMs,
        approved,
      });
    }
    return toResource(await rowOf(name, db));
  }

  return {
    async list() {
      return (await rows(store).orderBy('resources.name').execute()).map(toResource);
    },
    get: async (name) => toResource(await rowOf(name)),
    async findByKey(key) {
      const row = await rows(store)
        .innerJoin('resourceKeys', 'resourceKeys.resourceId', 'resources.id')
        .where('resourceKeys.lookup', '=', vault.lookup(key))
        .executeTakeFirst();
      return row ? toResource(row) : null;
    },
    async findById(id) {
      const row = await rows(store).where('resources.id', '=', id).executeTakeFirst();
      return row ? toResource(row) : null;
    },
    create: (options) => transaction((db) => insert(db, options, false)),
    async remove(name) {
      const row = await rowOf(name);
      // Nobody gets in any more; then its sessions, a few at a time; a removal that was cut off is taken up by another call.
      await store.deleteFrom('resourceKeys').where('resourceId', '=', row.id).execute();
      await untilNone(async () => {
        const some = await store
          .selectFrom('sessions')
          .select('id')
          .where('resourceId', '=', row.id)
          .limit(SESSION_BATCH)
          .execute();
        const few = await sessionsWithinBatch(
          store,
          some.map(({ id }) => id),
        );
        await store.deleteFrom('sessions').where('id', 'in', few).execute();
        return few.length;
      });
      await transaction(async (db) => {
        await db.deleteFrom('resources').where('id', '=', row.id).execute();
        await log(db, 'resource.deleted', row);
      });
    },
    keys: (name) =>
      transaction(async (db) => {
        const row = await rowOf(name, db);
        const keys = await db
          .selectFrom('resourceKeys')
          .selectAll()
          .where('resourceId', '=', row.id)
          .execute();
        const reveal = (slot: KeySlot) => {
          const key = keys.find((candidate) => candidate.slot === slot);
          if (!key) throw new ResourceError('key', `The resource ${JSON.stringify(name)} has no ${slot}.`);
          return vault.open(key.sealed, keyContext(row.id, slot)).toString();
        };
        await log(db, 'key.shown', row);
        return { key1: reveal('key1'), key2: reveal('key2') };
      }),
    regenerateKey: (name, slot) =>
      transaction(async (db) => {
        const row = await rowOf(name, db);
        await log(db, 'key.regenerated', row, { slot });
        return writeKey(db, row.id, slot);
      }),
    change: (name, { policy, policyNote = '', tier, name: to = name }) =>
      transaction(async (db) => {
        if (policy) await writePolicy(db, await rowOf(name, db), policy, policyNote);
        if (tier) await writeValues(db, name, { tier }, { tier });
        if (to !== name) await writeValues(db, name, { name: to }, { to });
        return toResource(await rowOf(to, db));
      }),
    setPolicy: (name, changes, note = '') =>
      transaction(async (db) => {
        const parts = isTexts(changes) ? changes.map(readPolicyAssignment) : [changes];
        const changed: Partial<ResourcePolicy> = Object.assign({}, ...parts) as object;
        return writePolicy(db, await rowOf(name, db), changed, note);
      }),
    policyVersions: async (name, page) => listPolicyVersions(store, (await rowOf(name)).id, page),
    restorePolicy: (name, version) =>
      transaction(async (db) => {
        const row = await rowOf(name, db);
        const [wanted] = await listPolicyVersions(db, row.id, { before: version + 1, top: 1 });
        if (wanted?.version !== version)
          throw new ResourceError(
            'unknown',
            `The policy of ${JSON.stringify(name)} has no version ${version}.`,
          );
        // What recognition is for and whether it is approved is no matter of a version.
        const {
          recognition,
          recognitionPurpose: _,
          ...rest
        } = completePolicy(JSON.parse(wanted.policy) as object);
        const possible = recognition === 'off' || row.state === 'approved';
        const shadowPolicy = await shadowStillThere(db, row.id, rest);
        return writePolicy(
          db,
          row,
          { ...rest, shadowPolicy, ...(possible && { recognition }) },
          `back to version ${version}`,
        );
      }),
    ensureFirst: () =>
      store.transaction().execute(async (db) => {
        const made = await db
          .insertInto('settings')
          .values({ key: 'firstResource', value: 'default' })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (!made.numInsertedOrUpdatedRows) return null;
        await acceptTerms(db, clock, { id: null, name: actor }, TERMS_VERSION);
        return insert(db, DEVELOPMENT_RESOURCE, true);
      }),
    by: (name) => createResources(store, vault, { clock, random, person: name }),
  };
}

/** What a resource's latest application for recognition says; null before the first. */
interface WithRequest {
  state: Exclude<RecognitionState, 'none'> | null;
  purpose: string | null;
}

/** Resources with {@link WithRequest}. */
function rows(db: Store | StoreTransaction) {
  return db
    .selectFrom('resources')
    .leftJoin('recognitionRequests', (join) =>
      join.on('recognitionRequests.id', '=', ({ selectFrom }) =>
        selectFrom('recognitionRequests as latest')
          .select(({ fn }) => fn.max('latest.id').as('id'))
          .whereRef('latest.resourceId', '=', 'resources.id'),
      ),
    )
    .selectAll('resources')
    .select(['recognitionRequests.state', 'recognitionRequests.purpose']);
}

function isTexts(changes: Partial<ResourcePolicy> | readonly string[]): changes is readonly string[] {
  return Array.isArray(changes);
}

function toResource(row: ResourceRow & WithRequest): Resource {
  const stored = completePolicy(JSON.parse(row.policy) as object);
  const policy = { ...stored, recognitionPurpose: row.purpose ?? '' };
  return {
    id: row.id,
    name: row.name,
    tier: row.tier,
    development: row.development === 1,
    recognition: row.state ?? 'none',
    policy: row.state === 'approved' ? policy : { ...policy, recognition: 'off' },
    createdAtMs: row.createdAtMs,
  };
}

function keyContext(resourceId: string, slot: KeySlot): string {
  return `resource ${resourceId} ${slot}`;
}
