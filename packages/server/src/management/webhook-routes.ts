import { Type, type Static } from '@sinclair/typebox';
import { WEBHOOK_EVENTS } from '../webhooks/outbox.js';
import type { Delivery, WebhookTarget } from '../webhooks/webhooks.js';
import { Choice, Nothing, NullableText, NullableTime, Time, toNullableTime, toTime } from './app.js';
import type { ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { ByName } from './resource-routes.js';

const SET_UP = 'set up webhooks';

const ById = Type.Object({
  name: Type.String({ maxLength: 64 }),
  id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
});
const ByDelivery = Type.Object({
  ...ById.properties,
  delivery: Type.String({ pattern: '^msg_[0-9a-f-]{36}$' }),
});
const Url = Type.String({ maxLength: 2_000, description: 'https; a public address' });
const Events = Type.Array(Choice(WEBHOOK_EVENTS), { minItems: 1, maxItems: 10, uniqueItems: true });
const Verdict = Type.Boolean({ description: 'messages carry the decision; false unless asked for' });
const Shape = Type.Object({
  id: Type.String(),
  url: Type.String(),
  events: Type.Array(Choice(WEBHOOK_EVENTS)),
  verdict: Verdict,
  enabled: Type.Boolean({ description: 'a receiver that answers 410 switches it off' }),
  lastSecretUntil: Type.Union([Time, Type.Null()], {
    description: 'until when messages are signed with the secret before, too',
  }),
  createdAt: Time,
});
const Secret = Type.Object({
  secret: Type.String({ description: 'whsec_ and base64, of Standard Webhooks' }),
});
const DeliveryShape = Type.Object({
  id: Type.String(),
  event: Type.String(),
  sessionId: NullableText,
  createdAt: Time,
  tries: Type.Integer(),
  state: Choice(['waiting', 'delivered', 'given up'] as const),
  nextTryAt: NullableTime,
  deliveredAt: NullableTime,
  answer: Type.Union([Type.String(), Type.Null()], { description: 'of the last try' }),
});

/** Webhooks of a resource: set up, tried out, looked after. */
export function addWebhookRoutes(app: ManagementApp, { webhooks, access }: ManagementParts): void {
  const tags = ['webhooks'];
  const base = '/resources/:name/webhooks';

  app.get(
    base,
    {
      schema: {
        summary: 'Webhooks of a resource',
        tags,
        params: ByName,
        response: { 200: Type.Array(Shape) },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SET_UP);
      return (await webhooks.list(resource)).map(print);
    },
  );

  app.post(
    base,
    {
      schema: {
        summary: 'Set a webhook up; the answer has its secret',
        tags,
        params: ByName,
        body: Type.Object(
          { url: Url, events: Type.Optional(Events), verdict: Type.Optional(Verdict) },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ webhook: Shape, secret: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, SET_UP);
      const { url, events = [...WEBHOOK_EVENTS], verdict = false } = request.body;
      const { webhook, secret } = await webhooks.create(resource, { url, events, verdict }, person.name);
      return reply.code(201).send({ webhook: print(webhook), secret });
    },
  );

  app.patch(
    `${base}/:id`,
    {
      schema: {
        summary: 'Change a webhook; what is left out stays',
        tags,
        params: ById,
        body: Type.Object(
          {
            url: Type.Optional(Url),
            events: Type.Optional(Events),
            verdict: Type.Optional(Verdict),
            enabled: Type.Optional(Type.Boolean()),
          },
          { additionalProperties: false },
        ),
        response: { 200: Shape },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, SET_UP);
      return print(await webhooks.change(resource, request.params.id, request.body, person.name));
    },
  );

  app.delete(
    `${base}/:id`,
    {
      schema: {
        summary: 'Remove a webhook with all that it has not delivered',
        tags,
        params: ById,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, SET_UP);
      await webhooks.remove(resource, request.params.id, person.name);
      return reply.code(204).send(null);
    },
  );

  app.get(
    `${base}/:id/secret`,
    {
      schema: {
        summary: 'Show the secret; the audit log says who did',
        tags,
        params: ById,
        response: { 200: Secret },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, SET_UP);
      return { secret: await webhooks.secret(resource, request.params.id, person.name) };
    },
  );

  app.post(
    `${base}/:id/secret`,
    {
      schema: {
        summary: 'Make a new secret; for a day messages are signed with the last one, too',
        tags,
        params: ById,
        response: { 200: Secret },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, SET_UP);
      return { secret: await webhooks.rotateSecret(resource, request.params.id, person.name) };
    },
  );

  app.post(
    `${base}/:id/test`,
    {
      schema: {
        summary: 'Send a webhook.test message, for trying the receiver out',
        tags,
        params: ById,
        response: { 202: Type.Object({ delivery: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { resource } = await access.resource(request, SET_UP);
      return reply.code(202).send({ delivery: await webhooks.test(resource, request.params.id) });
    },
  );

  app.get(
    `${base}/:id/deliveries`,
    {
      schema: {
        summary: 'Messages of the last week, newest first, and what came of them',
        tags,
        params: ById,
        querystring: Type.Object({
          before: Type.Optional(ByDelivery.properties.delivery),
          top: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: { 200: Type.Object({ deliveries: Type.Array(DeliveryShape), next: NullableText }) },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SET_UP);
      const { before, top } = request.query;
      const found = await webhooks.deliveries(resource, request.params.id, { before, top: top + 1 });
      const deliveries = found.slice(0, top);
      return {
        deliveries: deliveries.map(printDelivery),
        next: found.length > top ? (deliveries.at(-1)?.id ?? null) : null,
      };
    },
  );

  app.post(
    `${base}/:id/deliveries/:delivery/replay`,
    {
      schema: {
        summary: 'Send a message once more, under the same id',
        tags,
        params: ByDelivery,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, SET_UP);
      await webhooks.replay(resource, request.params.id, request.params.delivery, person.name);
      return reply.code(204).send(null);
    },
  );
}

function print({ lastSecretUntilMs, createdAtMs, ...webhook }: WebhookTarget): Static<typeof Shape> {
  return { ...webhook, lastSecretUntil: toNullableTime(lastSecretUntilMs), createdAt: toTime(createdAtMs) };
}

function printDelivery(delivery: Delivery): Static<typeof DeliveryShape> {
  const { id, event, sessionId, tries, answer, nextAtMs, deliveredAtMs } = delivery;
  return {
    id,
    event,
    sessionId,
    tries,
    answer,
    state: deliveredAtMs !== null ? 'delivered' : nextAtMs === null ? 'given up' : 'waiting',
    createdAt: toTime(delivery.createdAtMs),
    nextTryAt: toNullableTime(nextAtMs),
    deliveredAt: toNullableTime(deliveredAtMs),
  };
}
