import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { sessionOf } from '../simulate.js';
import { NotJudgedError, openFaceService, type OpenSession } from './face-service.js';

// The kit's side of the wire, against a service that answers as it is told.

type Answer = { status: number; body?: unknown; retryAfter?: number };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A service that answers each capture with the next of `answers`, and everything else well. */
async function serviceThat(answers: Answer[], { uploads = 9, created = 200 } = {}) {
  const uploading = { now: 0, most: 0 };
  async function answer(request: IncomingMessage): Promise<Answer> {
    for await (const _ of request);
    const url = request.url ?? '';
    if (url.endsWith('/sessions'))
      return { status: created, body: { sessionId: 's', authToken: 't', error: { code: 'AbuseDetected' } } };
    if (url.endsWith('/sessions/id'))
      return { status: 200, body: { result: { response: { body: { livenessDecision: 'uncertain' } } } } };
    uploading.most = Math.max(uploading.most, ++uploading.now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    uploading.now--;
    return answers.shift() ?? { status: 200, body: {} };
  }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void answer(request).then(({ status, body = {}, retryAfter }) => {
      const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      response.writeHead(status, { 'content-type': 'application/json', ...wait }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const service = openFaceService({ endpoint, key: 'k', uploads, signal: new AbortController().signal });
  return { service, uploading };
}

const session: OpenSession = {
  ...sessionOf(1, { mode: 'PassiveActive', light: true }),
  sessionId: 'id',
  token: 't',
  startedAtMs: 0,
};

/** A capture that has lasted for long enough; of another nonce, as the kit replays it. */
const capture = {
  file: new Uint8Array(8),
  metadata: {
    version: 'bonafide-capture/1' as const,
    sdk: { name: 'test', version: '0' },
    sessionId: 'id',
    nonce: 'old',
    challengeId: 'c',
    frames: [],
    steps: [],
    light: [],
    camera: {},
    device: {},
    chain: [],
  } as never,
};

const error = (code: string) => ({ error: { code } });

describe('openFaceService', () => {
  it('reads the decision as the app server would', async () => {
    const { service } = await serviceThat([{ status: 200 }]);
    expect((await service.present(session, capture)).outcome).toEqual({ decision: 'uncertain' });
  });

  it('comes again when it was put off, and counts how often', async () => {
    const busy = { status: 503, retryAfter: 0, body: error('ServiceUnavailable') };
    const { service } = await serviceThat([busy, { ...busy, status: 429 }, busy, { status: 200 }]);
    expect((await service.present(session, capture)).outcome).toEqual({ decision: 'uncertain' });
    expect(service.putOff).toEqual({ 429: 1, 503: 2 });
  });

  it.each([400, 409])('takes a %d for a refusal that lies in the capture', async (status) => {
    const { service } = await serviceThat([{ status, body: error('InvalidMetadata') }]);
    const { outcome } = await service.present(session, capture);
    expect(outcome).toEqual({ decision: 'refused', code: 'InvalidMetadata' });
  });

  it.each([401, 403, 404, 413, 500])('takes a %d for no judgement at all', async (status) => {
    const { service } = await serviceThat([{ status, body: error('SomeCode') }]);
    await expect(service.present(session, capture)).rejects.toEqual(new NotJudgedError('SomeCode'));
  });

  it('takes a session that it may not create for no judgement, and a wrong key for the end', async () => {
    const refused = await serviceThat([], { created: 403 });
    await expect(refused.service.open()).rejects.toEqual(new NotJudgedError('AbuseDetected'));
    const wrong = await serviceThat([], { created: 401 });
    await expect(wrong.service.open()).rejects.toThrow('is the key that of a resource?');
  });

  it('has no more captures judged at a time than it was told', async () => {
    const { service, uploading } = await serviceThat([], { uploads: 2 });
    await Promise.all(Array.from({ length: 6 }, () => service.present(session, capture)));
    expect(uploading.most).toBe(2);
  });
});
