import { appendAuditLog, type AuditEvent } from '../audit-log.js';
import { newUuid, type Clock, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import { checkHost } from '../http/outgoing.js';
import type { Resource } from '../resources.js';
import type { WebhookDeliveryRow, WebhookRow } from '../store/schema.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { eventsOf, insertDelivery, type WebhookEvent } from './outbox.js';

/** Where events of a resource are sent, without the secret. */
export interface WebhookTarget {
  id: string;
  url: string;
  events: WebhookEvent[];
  /** Messages carry the decision. */
  verdict: boolean;
  enabled: boolean;
  /** Until when the last secret signs too; null once it does not. */
  lastSecretUntilMs: number | null;
  createdAtMs: number;
}

/** What an operator sets. */
export type WebhookSettings = Pick<WebhookTarget, 'url' | 'events' | 'verdict' | 'enabled'>;

/** A message and what became of it. */
export type Delivery = Pick<
  WebhookDeliveryRow,
  'id' | 'event' | 'sessionId' | 'createdAtMs' | 'tries' | 'nextAtMs' | 'deliveredAtMs' | 'answer'
>;

/** Webhooks of a resource; more are no help to anybody, and each costs calls. */
const MAX_WEBHOOKS = 5;
/** A receiver has a day to take the new secret over. */
const SECRET_OVERLAP_MS = 24 * 3_600_000;
/** Standard Webhooks 1.0.0 asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;
const SHOWN = [
  'id',
  'event',
  'sessionId',
  'createdAtMs',
  'tries',
  'nextAtMs',
  'deliveredAtMs',
  'answer',
] as const satisfies readonly (keyof WebhookDeliveryRow)[];

/** Webhooks: where they go, their secrets, and what was delivered. Everything that changes or shows a secret is audited. */
export type Webhooks = ReturnType<typeof createWebhooks>;

export function createWebhooks(parts: {
  store: Store;
  vault: Vault;
  clock: Clock;
  random: Random;
  allowed: readonly string[];
}) {
  const { store, vault, clock, random, allowed } = parts;

  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    { id: resourceId }: Resource,
    facts: AuditEvent['facts'],
  ) => appendAuditLog(db, clock(), { event, resourceId, facts });

  async function rowOf(db: Store | StoreTransaction, resource: Resource, id: string): Promise<WebhookRow> {
    const row = await db
      .selectFrom('webhooks')
      .selectAll()
      .where('id', '=', id)
      .where('resourceId', '=', resource.id)
      .executeTakeFirst();
    if (!row) throw new ServiceError('UnknownName', { message: 'There is no such webhook.' });
    return row;
  }

  function newSecret(webhookId: string): { secret: string; sealed: Buffer } {
    const secret = `whsec_${Buffer.from(random(SECRET_BYTES)).toString('base64')}`;
    return { secret, sealed: vault.seal(Buffer.from(secret), secretContext(webhookId)) };
  }

  const inTransaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);

  return {
    async list(resource: Resource): Promise<WebhookTarget[]> {
      const rows = await store
        .selectFrom('webhooks')
        .selectAll()
        .where('resourceId', '=', resource.id)
        .orderBy('createdAtMs')
        .execute();
      return rows.map((row) => toTarget(row, clock()));
    },

    /** @throws ServiceError `InvalidRequestBody` for a URL that is never called, `NotPossible` where there are enough */
    create: (resource: Resource, wanted: Omit<WebhookSettings, 'enabled'>, by: string) =>
      inTransaction(async (db) => {
        checkUrl(wanted.url, allowed);
        const { count } = await db
          .selectFrom('webhooks')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('resourceId', '=', resource.id)
          .executeTakeFirstOrThrow();
        if (Number(count) >= MAX_WEBHOOKS)
          throw new ServiceError('NotPossible', {
            message: `A resource has at most ${MAX_WEBHOOKS} webhooks.`,
          });
        const id = newUuid(random);
        const { secret, sealed } = newSecret(id);
        const row: WebhookRow = {
          id,
          resourceId: resource.id,
          url: wanted.url,
          events: JSON.stringify(wanted.events),
          verdict: wanted.verdict ? 1 : 0,
          enabled: 1,
          secret: sealed,
          lastSecret: null,
          lastSecretUntilMs: null,
          createdAtMs: clock(),
        };
        await db.insertInto('webhooks').values(row).execute();
        await log(db, 'webhook.created', resource, { webhook: id, host: new URL(wanted.url).host, by });
        return { webhook: toTarget(row, clock()), secret };
      }),

    change: (resource: Resource, id: string, wanted: Partial<WebhookSettings>, by: string) =>
      inTransaction(async (db) => {
        await rowOf(db, resource, id);
        if (wanted.url !== undefined) checkUrl(wanted.url, allowed);
        const values: Partial<WebhookRow> = {
          ...(wanted.url !== undefined && { url: wanted.url }),
          ...(wanted.events && { events: JSON.stringify(wanted.events) }),
          ...(wanted.verdict !== undefined && { verdict: wanted.verdict ? 1 : 0 }),
          ...(wanted.enabled !== undefined && { enabled: wanted.enabled ? 1 : 0 }),
        };
        if (Object.keys(values).length > 0)
          await db.updateTable('webhooks').set(values).where('id', '=', id).execute();
        await log(db, 'webhook.changed', resource, { webhook: id, what: Object.keys(values).join(' '), by });
        return toTarget(await rowOf(db, resource, id), clock());
      }),

    remove: (resource: Resource, id: string, by: string) =>
      inTransaction(async (db) => {
        await rowOf(db, resource, id);
        await db.deleteFrom('webhooks').where('id', '=', id).execute();
        await log(db, 'webhook.deleted', resource, { webhook: id, by });
      }),

    secret: (resource: Resource, id: string, by: string) =>
      inTransaction(async (db) => {
        const { secret } = await rowOf(db, resource, id);
        await log(db, 'webhook.secret-shown', resource, { webhook: id, by });
        return vault.open(secret, secretContext(id)).toString();
      }),

    /** Makes a new secret; for a day the last one signs too, so that the receiver can take its time. */
    rotateSecret: (resource: Resource, id: string, by: string) =>
      inTransaction(async (db) => {
        const { secret: last } = await rowOf(db, resource, id);
        const { secret, sealed } = newSecret(id);
        await db
          .updateTable('webhooks')
          .set({ secret: sealed, lastSecret: last, lastSecretUntilMs: clock() + SECRET_OVERLAP_MS })
          .where('id', '=', id)
          .execute();
        await log(db, 'webhook.secret-rotated', resource, { webhook: id, by });
        return secret;
      }),

    /** Sends a message that says nothing, for trying the receiver out; returns its id. */
    test: (resource: Resource, id: string): Promise<string> =>
      inTransaction(async (db) => {
        await rowOf(db, resource, id);
        const data = { resource: resource.name };
        return insertDelivery(
          db,
          { webhookId: id, sessionId: null, event: 'webhook.test', data },
          { atMs: clock(), random },
        );
      }),

    /** Messages, newest first. @param before id of the last one of the page before */
    async deliveries(
      resource: Resource,
      id: string,
      { before, top }: { before?: string | undefined; top: number },
    ): Promise<Delivery[]> {
      await rowOf(store, resource, id);
      let query = store
        .selectFrom('webhookDeliveries')
        .select(SHOWN)
        .where('webhookId', '=', id)
        .orderBy('createdAtMs', 'desc')
        .orderBy('id', 'desc')
        .limit(top);
      if (before !== undefined) {
        const last = await store
          .selectFrom('webhookDeliveries')
          .select(['createdAtMs', 'id'])
          .where('webhookId', '=', id)
          .where('id', '=', before)
          .executeTakeFirst();
        if (!last) throw new ServiceError('UnknownName', { message: 'There is no such delivery.' });
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('createdAtMs', 'id'), '<', tuple(last.createdAtMs, last.id)),
        );
      }
      return query.execute();
    },

    /** Sends a message once more, under its old id, by which receivers know it again. */
    replay: (resource: Resource, id: string, deliveryId: string, by: string) =>
      inTransaction(async (db) => {
        await rowOf(db, resource, id);
        const { numUpdatedRows } = await db
          .updateTable('webhookDeliveries')
          .set({ tries: 0, nextAtMs: clock(), deliveredAtMs: null })
          .where('id', '=', deliveryId)
          .where('webhookId', '=', id)
          .executeTakeFirst();
        if (numUpdatedRows === 0n)
          throw new ServiceError('UnknownName', { message: 'There is no such delivery.' });
        await log(db, 'webhook.replayed', resource, { webhook: id, delivery: deliveryId, by });
      }),
  };
}

/** What a webhook's secret is sealed as. */
export function secretContext(webhookId: string): string {
  return `webhook secret ${webhookId}`;
}

function toTarget(row: WebhookRow, nowMs: number): WebhookTarget {
  return {
    id: row.id,
    url: row.url,
    events: eventsOf(row),
    verdict: row.verdict === 1,
    enabled: row.enabled === 1,
    lastSecretUntilMs: (row.lastSecretUntilMs ?? 0) > nowMs ? row.lastSecretUntilMs : null,
    createdAtMs: row.createdAtMs,
  };
}

/** Plain HTTP reads as well to whoever listens in between; it is for addresses of the operator's own network alone. */
function checkUrl(text: string, allowed: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const schemes = allowed.length > 0 ? ['https:', 'http:'] : ['https:'];
  if (
    !url ||
    !schemes.includes(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.hash !== ''
  )
    throw new ServiceError('InvalidRequestBody', {
      message: 'url: an https address without a name and password in it.',
    });
  try {
    checkHost(url, allowed);
  } catch (cause) {
    throw new ServiceError('InvalidRequestBody', {
      message: 'url: its address is not public, and the service is not set up to call it.',
      cause,
    });
  }
}
