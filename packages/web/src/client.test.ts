import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { CallError, openClient } from './client.js';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}

const tokenOf = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.AAAA`;
const SID = '3847ffd3-4657-4e6c-870c-8e20de52f567';
const open = (endpoint: string) =>
  openClient(tokenOf({ sid: SID, kind: 'liveness', endpoint }), new AbortController().signal);

describe('a session token', () => {
  it('names session and service', () => {
    expect(open('https://face.example/')?.sessionId).toBe(SID);
  });

  it.each([
    ['', 'nothing'],
    ['a.b.c', 'no JSON'],
    [tokenOf({ sid: SID, kind: 'liveness' }), 'no service'],
    [tokenOf({ sid: SID, kind: 'other', endpoint: 'https://face.example' }), 'another kind'],
    [
      tokenOf({ sid: SID, kind: 'liveness', endpoint: 'javascript:alert(1)' }),
      'a service that is no web address',
    ],
  ])('%j is none: %s', (token) => {
    expect(openClient(token, new AbortController().signal)).toBeNull();
  });
});

describe('session/start', () => {
  const fault = async (endpoint: string) => {
    try {
      await open(endpoint)?.start({});
    } catch (error) {
      return error instanceof CallError ? error.fault : error;
    }
    throw new Error('expected a fault');
  };

  it('tells a refusal with its code and how long to wait', async () => {
    const endpoint = await serve((_, response) =>
      response
        .writeHead(429, { 'retry-after': '7' })
        .end(JSON.stringify({ error: { code: 'TooManyRequests', message: '' } })),
    );
    expect(await fault(endpoint)).toEqual({
      kind: 'refused',
      status: 429,
      code: 'TooManyRequests',
      retryAfterMs: 7000,
    });
  });

  it("tells a gateway's page by its status", async () => {
    const endpoint = await serve((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
    expect(await fault(endpoint)).toMatchObject({ kind: 'refused', status: 502, code: '502' });
  });

  it('takes no answer that is not as the contract says', async () => {
    const endpoint = await serve((_, response) => response.end('{"attemptId":1}'));
    expect(await fault(endpoint)).toEqual({ kind: 'garbled' });
  });

  it('tells a service that is away', async () => {
    expect(await fault('http://127.0.0.1:9')).toEqual({ kind: 'network' });
  });
});
