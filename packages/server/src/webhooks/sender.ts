import { Webhook } from 'standardwebhooks';
import type { Clock, Random } from '../clock.js';
import type { WebhookDeliveryRow, WebhookRow } from '../store/schema.js';
import type { Store } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { post, type PostResult } from './post.js';
import { secretContext } from './webhooks.js';

/** Delivers what the outbox holds, at least once each, while the service runs. */
export interface WebhookSender {
  /** Sends what is due, once; returns how many calls it made. */
  send(): Promise<number>;
  /** Breaks off what is in work; it is sent again after the next start. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 1_000;
/** Messages that are on their way at the same time. */
const BATCH = 20;
/** A message that is on its way is nobody else's for so long; then the process that sent it must be gone. */
const LEASE_MS = 60_000;
/** After the first try fails, the next follow after so long, ms: a receiver may be away for three days. */
export const BACK_OFF_MS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
  (s) => s * 1_000,
);
/** Each wait is longer by up to this share, so that what failed together does not come back together. */
const JITTER = 0.2;
/** What was delivered or given up is kept for the portal's list, ms. */
const KEEP_MS = 7 * 24 * 3_600_000;

export function startWebhookSender(parts: {
  store: Store;
  vault: Vault;
  clock: Clock;
  random: Random;
  /** Addresses and ranges beside the public ones that may be called. */
  allowed: readonly string[];
  onError: (error: unknown) => void;
}): WebhookSender {
  const { store, vault, clock, random, allowed, onError } = parts;
  const stopping = new AbortController();
  let running: Promise<number> | null = null;

  /** Takes what is due, so that it is sent once even where sending takes longer than the interval. */
  const take = () =>
    store.transaction().execute(async (db) => {
      const due = await db
        .selectFrom('webhookDeliveries')
        .innerJoin('webhooks', 'webhooks.id', 'webhookDeliveries.webhookId')
        .selectAll('webhookDeliveries')
        .select(['url', 'secret', 'lastSecret', 'lastSecretUntilMs'])
        .where('nextAtMs', '<=', clock())
        .where('webhooks.enabled', '=', 1)
        .orderBy('nextAtMs')
        .limit(BATCH)
        .execute();
      const ids = due.map(({ id }) => id);
      if (ids.length > 0)
        await db
          .updateTable('webhookDeliveries')
          .set({ nextAtMs: clock() + LEASE_MS })
          .where('id', 'in', ids)
          .execute();
      return due;
    });

  /** One signature for each secret that is good now (Standard Webhooks 1.0.0: space-delimited). */
  function sign(delivery: WebhookDeliveryRow & Secrets): Record<string, string> {
    const now = new Date(clock());
    const isLastGood = delivery.lastSecret !== null && (delivery.lastSecretUntilMs ?? 0) > now.getTime();
    const sealed = [delivery.secret, ...(isLastGood && delivery.lastSecret ? [delivery.lastSecret] : [])];
    const signatures = sealed.map((secret) =>
      new Webhook(vault.open(secret, secretContext(delivery.webhookId)).toString()).sign(
        delivery.id,
        now,
        delivery.body,
      ),
    );
    return {
      'webhook-id': delivery.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    };
  }

  async function deliver(delivery: WebhookDeliveryRow & Secrets & Pick<WebhookRow, 'url'>): Promise<void> {
    const result = await post(
      delivery.url,
      { body: delivery.body, headers: sign(delivery) },
      { allowed, signal: stopping.signal },
    );
    // Not the receiver's fault: it counts as no try.
    if (stopping.signal.aborted && !('status' in result)) return;
    const done = 'status' in result && result.status >= 200 && result.status < 300;
    const wait = BACK_OFF_MS[delivery.tries];
    await store.transaction().execute(async (db) => {
      await db
        .updateTable('webhookDeliveries')
        .set({
          tries: delivery.tries + 1,
          answer: describe(result),
          deliveredAtMs: done ? clock() : null,
          nextAtMs:
            done || wait === undefined ? null : clock() + Math.round(wait * (1 + JITTER * fraction(random))),
        })
        .where('id', '=', delivery.id)
        .execute();
      // 410 Gone: the receiver wants no more of these (Standard Webhooks 1.0.0).
      if ('status' in result && result.status === 410)
        await db.updateTable('webhooks').set({ enabled: 0 }).where('id', '=', delivery.webhookId).execute();
    });
  }

  async function sendDue(): Promise<number> {
    const due = await take();
    await Promise.all(due.map(deliver));
    return due.length;
  }

  /** One round at a time. */
  const send = () =>
    (running ??= sendDue().finally(() => {
      running = null;
    }));

  const sendAndForget = async () => {
    // What is long over is forgotten, some at a time.
    await store
      .deleteFrom('webhookDeliveries')
      .where('id', 'in', (db) =>
        db
          .selectFrom('webhookDeliveries')
          .select('id')
          .where('nextAtMs', 'is', null)
          .where('createdAtMs', '<', clock() - KEEP_MS)
          .limit(BATCH),
      )
      .execute();
    await send();
  };

  const timer = setInterval(() => void send().catch(onError), INTERVAL_MS).unref();
  const forgetTimer = setInterval(() => void sendAndForget().catch(onError), 60 * INTERVAL_MS).unref();
  return {
    send,
    async stop() {
      clearInterval(timer);
      clearInterval(forgetTimer);
      stopping.abort();
      await running?.catch(onError);
    },
  };
}

type Secrets = Pick<WebhookRow, 'secret' | 'lastSecret' | 'lastSecretUntilMs'>;

function describe(result: PostResult): string {
  return 'status' in result ? `HTTP ${result.status}` : result.fault;
}

/** 0 to 1. */
function fraction(random: Random): number {
  return Buffer.from(random(4)).readUInt32BE() / 2 ** 32;
}
