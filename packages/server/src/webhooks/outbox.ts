import { newUuid, type Random } from '../clock.js';
import type { SessionRow, WebhookRow } from '../store/schema.js';
import type { StoreTransaction } from '../store/sqlite.js';

/** What a webhook tells of. */
export const WEBHOOK_EVENTS = ['session.finished', 'abuse.detected'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** An event of one session. `verdict` goes only to webhooks whose operator asked for verdicts. */
export interface SessionEvent {
  event: WebhookEvent;
  session: Pick<SessionRow, 'id' | 'resourceId' | 'kind' | 'deviceCorrelationId' | 'userCorrelationId'>;
  facts: Record<string, string | number | boolean | null>;
  verdict: Record<string, string | number | boolean | null>;
}

/** Writes what is to be delivered, in the transaction of what happened: both are there, or neither. */
export async function enqueue(
  db: StoreTransaction,
  { event, session, facts, verdict }: SessionEvent,
  { atMs, random }: { atMs: number; random: Random },
): Promise<void> {
  const webhooks = await db
    .selectFrom('webhooks')
    .innerJoin('resources', 'resources.id', 'webhooks.resourceId')
    .selectAll('webhooks')
    .select('resources.name')
    .where('webhooks.resourceId', '=', session.resourceId)
    .where('webhooks.enabled', '=', 1)
    .execute();
  for (const webhook of webhooks) {
    if (!eventsOf(webhook).includes(event)) continue;
    const data = {
      resource: webhook.name,
      sessionId: session.id,
      kind: session.kind,
      deviceCorrelationId: session.deviceCorrelationId,
      userCorrelationId: session.userCorrelationId,
      ...facts,
      ...(webhook.verdict === 1 && verdict),
    };
    await insertDelivery(db, { webhookId: webhook.id, sessionId: session.id, event, data }, { atMs, random });
  }
}

/** Writes one message, due at once; returns its id. */
export async function insertDelivery(
  db: StoreTransaction,
  message: { webhookId: string; sessionId: string | null; event: string; data: Record<string, unknown> },
  { atMs, random }: { atMs: number; random: Random },
): Promise<string> {
  const { webhookId, sessionId, event, data } = message;
  const id = `msg_${newUuid(random)}`;
  await db
    .insertInto('webhookDeliveries')
    .values({
      id,
      webhookId,
      sessionId,
      event,
      body: JSON.stringify({ type: event, timestamp: new Date(atMs).toISOString(), data }),
      createdAtMs: atMs,
      tries: 0,
      nextAtMs: atMs,
      deliveredAtMs: null,
      answer: null,
    })
    .execute();
  return id;
}

export function eventsOf({ events }: Pick<WebhookRow, 'events'>): WebhookEvent[] {
  return JSON.parse(events) as WebhookEvent[];
}
