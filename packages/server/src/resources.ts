import type { Clock, Random } from './clock.js';
import { newUuid } from './clock.js';
import {
  completePolicy,
  DEVELOPMENT_POLICY,
  readPolicyAssignment,
  type ResourcePolicy,
} from './resource-policy.js';
import type { ResourceRow } from './store/schema.js';
import type { Store, StoreTransaction } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** Something that sessions belong to: a name, a tier, two keys and a policy. */
export interface Resource {
  id: string;
  name: string;
  tier: Tier;
  /** The resource of the first start, for trying things out. */
  development: boolean;
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
}

/** Administration of resources; works beside a running service, which sees every change at its next request. */
export interface Resources {
  list(): Promise<Resource[]>;
  /** @throws ResourceError when there is none of this name */
  get(name: string): Promise<Resource>;
  /** The resource that a key opens, or null. */
  findByKey(key: string): Promise<Resource | null>;
  findById(id: string): Promise<Resource | null>;
  /** @throws ResourceError when the name is taken or not a name, ResourcePolicyError */
  create(options: { name: string; tier?: Tier; policy?: Partial<ResourcePolicy> }): Promise<Resource>;
  /** Removes the resource with its keys and sessions. */
  remove(name: string): Promise<void>;
  keys(name: string): Promise<Record<KeySlot, string>>;
  /** Replaces one key; returns the new one. The old one is void at once. */
  regenerateKey(name: string, slot: KeySlot): Promise<string>;
  setTier(name: string, tier: Tier): Promise<Resource>;
  /** Changes members of the policy, given as an object or as `key=value` texts. @throws ResourcePolicyError */
  setPolicy(name: string, changes: Partial<ResourcePolicy> | readonly string[]): Promise<Resource>;
  /** Makes the development resource `default`, once in the life of a data folder; null when it was made before. */
  ensureFirst(): Promise<Resource | null>;
}

/** A letter or digit, then letters, digits, dots, dashes and underscores. */
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** 128 bits, printed as the 32 hex digits that clients of the classic API expect. */
const KEY_BYTES = 16;

export function createResources(
  store: Store,
  vault: Vault,
  { clock, random }: { clock: Clock; random: Random },
): Resources {
  async function rowOf(name: string, db: Store | StoreTransaction = store): Promise<ResourceRow> {
    const row = await db.selectFrom('resources').selectAll().where('name', '=', name).executeTakeFirst();
    if (!row) throw new ResourceError(`There is no resource named ${JSON.stringify(name)}.`);
    return row;
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
    { name, tier = 'S0', policy = {} }: Parameters<Resources['create']>[0],
    development: boolean,
  ): Promise<Resource> {
    if (!NAME_PATTERN.test(name))
      throw new ResourceError(
        'A resource name is up to 64 letters, digits, dots, dashes and underscores, the first a letter or digit.',
      );
    const taken = await db.selectFrom('resources').select('id').where('name', '=', name).executeTakeFirst();
    if (taken) throw new ResourceError(`There is a resource named ${JSON.stringify(name)} already.`);
    const row: ResourceRow = {
      id: newUuid(random),
      name,
      tier,
      development: development ? 1 : 0,
      policy: JSON.stringify(completePolicy(policy)),
      createdAtMs: clock(),
    };
    await db.insertInto('resources').values(row).execute();
    await writeKey(db, row.id, 'key1');
    await writeKey(db, row.id, 'key2');
    return toResource(row);
  }

  return {
    async list() {
      return (await store.selectFrom('resources').selectAll().orderBy('name').execute()).map(toResource);
    },
    get: async (name) => toResource(await rowOf(name)),
    async findByKey(key) {
      const row = await store
        .selectFrom('resourceKeys')
        .innerJoin('resources', 'resources.id', 'resourceKeys.resourceId')
        .selectAll('resources')
        .where('resourceKeys.lookup', '=', vault.lookup(key))
        .executeTakeFirst();
      return row ? toResource(row) : null;
    },
    async findById(id) {
      const row = await store.selectFrom('resources').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toResource(row) : null;
    },
    create: (options) => store.transaction().execute((db) => insert(db, options, false)),
    async remove(name) {
      const { id } = await rowOf(name);
      await store.deleteFrom('resources').where('id', '=', id).execute();
    },
    async keys(name) {
      const { id } = await rowOf(name);
      const rows = await store.selectFrom('resourceKeys').selectAll().where('resourceId', '=', id).execute();
      const reveal = (slot: KeySlot) => {
        const row = rows.find((candidate) => candidate.slot === slot);
        if (!row) throw new ResourceError(`The resource ${JSON.stringify(name)} has no ${slot}.`);
        return vault.open(row.sealed, keyContext(id, slot)).toString();
      };
      return { key1: reveal('key1'), key2: reveal('key2') };
    },
    async regenerateKey(name, slot) {
      const { id } = await rowOf(name);
      return writeKey(store, id, slot);
    },
    async setTier(name, tier) {
      const { id } = await rowOf(name);
      await store.updateTable('resources').set({ tier }).where('id', '=', id).execute();
      return toResource(await rowOf(name));
    },
    setPolicy: (name, changes) =>
      store.transaction().execute(async (db) => {
        const row = await rowOf(name, db);
        const parts: readonly object[] = isTexts(changes) ? changes.map(readPolicyAssignment) : [changes];
        const policy = completePolicy(Object.assign({}, JSON.parse(row.policy), ...parts) as object);
        await db
          .updateTable('resources')
          .set({ policy: JSON.stringify(policy) })
          .where('id', '=', row.id)
          .execute();
        return { ...toResource(row), policy };
      }),
    ensureFirst: () =>
      store.transaction().execute(async (db) => {
        const made = await db
          .insertInto('settings')
          .values({ key: 'firstResource', value: 'default' })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (!made.numInsertedOrUpdatedRows) return null;
        return insert(db, { name: 'default', tier: 'S0', policy: DEVELOPMENT_POLICY }, true);
      }),
  };
}

function isTexts(changes: Partial<ResourcePolicy> | readonly string[]): changes is readonly string[] {
  return Array.isArray(changes);
}

function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    name: row.name,
    tier: row.tier,
    development: row.development === 1,
    policy: completePolicy(JSON.parse(row.policy) as object),
    createdAtMs: row.createdAtMs,
  };
}

function keyContext(resourceId: string, slot: KeySlot): string {
  return `resource ${resourceId} ${slot}`;
}
