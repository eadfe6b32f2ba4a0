import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join, joinAsOwner, PASSWORD, type PortalBrowser } from '../../test/portal-browser.js';
import {
  clip,
  DETECT,
  PASSIVE,
  SESSIONS,
  SESSIONS_B,
  startService,
  type TestService,
} from '../../test/service.js';
import { BACK_OFF_MS } from '../webhooks/sender.js';

interface Message {
  headers: IncomingHttpHeaders;
  body: string;
}
interface DeliveryAnswer {
  deliveries: { id: string; event: string; state: string; tries: number; answer: string | null }[];
}

let service: TestService;
let owner: PortalBrowser;
let receiver: Server;
let url: string;
let messages: Message[];
let status: number;

beforeEach(async () => {
  messages = [];
  status = 200;
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      messages.push({ headers: request.headers, body });
      response.writeHead(status, { location: `${url}elsewhere` }).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await start(['127.0.0.1']);
});
afterEach(async () => {
  await service.end();
  await new Promise((done) => receiver.close(done));
});

async function start(webhookAllow: string[]): Promise<void> {
  service = await startService({ webhookAllow });
  owner = await joinAsOwner(service);
}

async function setUp(settings: object = {}): Promise<{ id: string; secret: string; path: string }> {
  const { webhook, secret } = await owner.ok<{ webhook: { id: string }; secret: string }>(
    'POST',
    '/resources/default/webhooks',
    { url, ...settings },
  );
  return { id: webhook.id, secret, path: `/resources/default/webhooks/${webhook.id}` };
}

async function judge(word: string): Promise<string> {
  const { sessionId, authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json<{
    sessionId: string;
    authToken: string;
  }>();
  await service.call('POST', DETECT, { token: authToken, form: { Content: clip(word) } });
  return sessionId;
}

/** A sign-in ends long before a webhook gives up. */
const signInAgain = () => owner.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });

const deliveriesOf = async (path: string) =>
  (await owner.ok<DeliveryAnswer>('GET', `${path}/deliveries`)).deliveries;

describe('a webhook', () => {
  it('tells that a session has finished, signed, and says no verdict', async () => {
    const { secret, path } = await setUp();
    const sessionId = await judge('spoofface');
    await service.webhookSender.send();
    expect(messages).toHaveLength(1);
    const { headers, body } = messages[0] ?? { headers: {}, body: '' };
    // The library refuses old timestamps by the machine's clock, so that the signature is compared.
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    expect(at.getTime()).toBe(service.now);
    const id = String(headers['webhook-id']);
    expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(id, at, body));
    expect(JSON.parse(body)).toEqual({
      type: 'session.finished',
      timestamp: '2026-11-24T12:00:00.000Z',
      data: {
        resource: 'default',
        sessionId,
        kind: 'liveness',
        deviceCorrelationId: PASSIVE.deviceCorrelationId,
        userCorrelationId: null,
        status: 'Succeeded',
        attempts: 1,
      },
    });
    expect(body).not.toContain('spoof');
    expect(await deliveriesOf(path)).toMatchObject([
      { id, state: 'delivered', tries: 1, answer: 'HTTP 200' },
    ]);
    await service.webhookSender.send();
    expect(messages).toHaveLength(1);
  });

  it('says the decision where its operator asked for it', async () => {
    await setUp({ verdict: true });
    await judge('spoofface');
    await service.webhookSender.send();
    expect(JSON.parse(messages[0]?.body ?? '')).toMatchObject({ data: { decision: 'spoofface' } });
  });

  it('tells only what it was set up for, and nothing while it is off', async () => {
    const { path } = await setUp({ events: ['abuse.detected'] });
    await judge('realface');
    await owner.ok('PATCH', path, { events: ['session.finished'], enabled: false });
    await judge('realface');
    await service.webhookSender.send();
    expect(messages).toEqual([]);
    expect(await deliveriesOf(path)).toEqual([]);
  });

  it('tells that abuse was detected, and of how many other sessions', async () => {
    await setUp({ events: ['abuse.detected'] });
    await service.resources.setPolicy('default', { abuseMonitoring: 'on' });
    let last = '';
    for (let k = 0; k < 4; k++) {
      const created = await service.call('POST', SESSIONS_B, {
        json: { livenessOperationMode: 'Passive', deviceCorrelationId: `device ${k}` },
      });
      const { sessionId, authToken } = created.json<{ sessionId: string; authToken: string }>();
      await service.call('POST', DETECT, { token: authToken, form: { Content: clip('realface', 'anna') } });
      last = sessionId;
    }
    await service.webhookSender.send();
    expect(messages.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      {
        type: 'abuse.detected',
        data: { sessionId: last, deviceCorrelationId: 'device 3', attempt: 1, otherSessions: 3 },
      },
    ]);
  });

  it('is tried again after longer and longer times, then given up, and sent once more when asked', async () => {
    const { path } = await setUp();
    status = 500;
    await judge('realface');
    await service.webhookSender.send();
    for (const wait of BACK_OFF_MS) {
      const before = messages.length;
      service.now += wait - 1;
      await service.webhookSender.send();
      expect(messages).toHaveLength(before);
      service.now += wait * 0.2 + 1;
      await service.webhookSender.send();
      expect(messages).toHaveLength(before + 1);
    }
    await signInAgain();
    const [given] = await deliveriesOf(path);
    expect(given).toMatchObject({ state: 'given up', tries: BACK_OFF_MS.length + 1, answer: 'HTTP 500' });
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

    status = 200;
    await owner.ok('POST', `${path}/deliveries/${given?.id}/replay`);
    await service.webhookSender.send();
    expect(await deliveriesOf(path)).toMatchObject([{ state: 'delivered', tries: 1 }]);
    expect(messages.at(-1)?.headers['webhook-id']).toBe(given?.id);
  });

  it('does not follow a redirect, and switches off where the receiver is gone', async () => {
    const { path } = await setUp();
    status = 302;
    await owner.ok('POST', `${path}/test`);
    await service.webhookSender.send();
    expect(messages).toHaveLength(1);
    status = 410;
    await owner.ok('POST', `${path}/test`);
    await service.webhookSender.send();
    expect(await owner.ok('GET', '/resources/default/webhooks')).toMatchObject([{ enabled: false }]);
  });

  it('is signed with the new and, for a day, the last secret', async () => {
    const { secret, path } = await setUp();
    const { secret: next } = await owner.ok<{ secret: string }>('POST', `${path}/secret`);
    expect(next).not.toBe(secret);
    expect(await owner.ok('GET', `${path}/secret`)).toEqual({ secret: next });
    await owner.ok('POST', `${path}/test`);
    await service.webhookSender.send();
    service.now += 24 * 3_600_000;
    await signInAgain();
    await owner.ok('POST', `${path}/test`);
    await service.webhookSender.send();
    const expected = ([first, ...more]: string[], { headers, body }: Message) =>
      [first ?? '', ...more]
        .map((key) =>
          new Webhook(key).sign(
            String(headers['webhook-id']),
            new Date(Number(headers['webhook-timestamp']) * 1000),
            body,
          ),
        )
        .join(' ');
    const [both, one] = messages;
    if (!both || !one) throw new Error('expected two messages');
    expect(both.headers['webhook-signature']).toBe(expected([next, secret], both));
    expect(one.headers['webhook-signature']).toBe(expected([next], one));
    const audited = await owner.ok<{ entries: { event: string }[] }>('GET', '/resources/default/audit');
    expect(audited.entries.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['webhook.created', 'webhook.secret-rotated', 'webhook.secret-shown']),
    );
    expect(JSON.stringify(audited)).not.toContain('whsec_');
  });

  it('loses nothing when the service ends before it was sent, and goes with its session', async () => {
    await setUp();
    const kept = await judge('realface');
    const gone = await judge('realface');
    await service.call('DELETE', `${SESSIONS}/${gone}`);
    const { dataDir } = service;
    await service.close();
    expect(messages.length).toBeLessThanOrEqual(2);
    messages = messages.filter(({ body }) => body.includes(kept));
    if (messages.length === 0) {
      const again = await startService({ webhookAllow: ['127.0.0.1'], dataDir });
      await again.webhookSender.send();
      await again.close();
    }
    expect(
      messages.map(({ body }) => (JSON.parse(body) as { data: { sessionId: string } }).data.sessionId),
    ).toEqual([kept]);
  });

  it('is set up by Contributors alone, and is unknown under another resource', async () => {
    const { id } = await setUp();
    await service.resources.create({ name: 'shop' });
    const reader = await join(service, owner, 'rita', 'Reader');
    expect((await reader.call('GET', '/resources/default/webhooks')).statusCode).toBe(403);
    for (const path of ['', '/secret', '/deliveries']) {
      const method = path === '' ? 'DELETE' : 'GET';
      const answer = await owner.call(method, `/resources/shop/webhooks/${id}${path}`);
      expect(answer.statusCode).toBe(404);
    }
  });
});

describe('private addresses', () => {
  beforeEach(async () => {
    await service.end();
    await start([]);
  });

  it('are refused at set-up, however they are written', async () => {
    for (const target of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://169.254.169.254/latest/meta-data',
      'https://10.0.0.1/',
      'https://[::ffff:192.168.1.1]/',
      'https://[::192.168.1.1]/',
      'https://2130706433/',
      'http://example.com/',
      'https://user:secret@example.com/',
      'file:///etc/passwd',
    ]) {
      const answer = await owner.call('POST', '/resources/default/webhooks', { json: { url: target } });
      expect([target, answer.statusCode]).toEqual([target, 400]);
      expect(answer.json()).toMatchObject({ error: { code: 'InvalidRequestBody' } });
    }
  });

  it('are told from public ones of both kinds', async () => {
    for (const target of ['https://8.8.8.8/', 'https://[2606:4700:4700::1111]/'])
      await owner.ok('POST', '/resources/default/webhooks', { url: target });
  });

  it('are not called by a name that stands for one', async () => {
    const { path } = await setUp({ url: url.replace('http://127.0.0.1', 'https://localhost') });
    let connected = false;
    receiver.on('connection', () => (connected = true));
    await owner.ok('POST', `${path}/test`);
    await service.webhookSender.send();
    expect(await deliveriesOf(path)).toMatchObject([
      {
        state: 'waiting',
        tries: 1,
        answer: 'an address that is not public, and that the operator does not allow',
      },
    ]);
    expect(connected).toBe(false);
  });
});
