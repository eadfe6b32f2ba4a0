import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clip,
  DETECT,
  DETECT_VERIFY,
  startService,
  type TestService,
} from '../../../packages/server/test/service.js';
import { createAppServer, decide, type AppServerConfig } from './app-server.js';

let folder: string;
let service: TestService;
let faceUrl: string;
let app: Running;
let talkative: Running;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-app-'));
  mkdirSync(join(folder, 'page'));
  mkdirSync(join(folder, 'sdk', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>the page');
  writeFileSync(join(folder, 'sdk', 'assets', 'part.wasm'), 'bytes');
  writeFileSync(join(folder, 'secret.json'), '{}');
  service = await startService();
  faceUrl = await service.listen();
  app = await run();
  talkative = await run({ basePath: '/demo', showResult: true });
});
afterAll(async () => {
  app.server.close();
  talkative.server.close();
  await service.end();
  rmSync(folder, { recursive: true });
});

interface Running {
  server: Server;
  url: string;
}

async function run(options: Partial<AppServerConfig> = {}): Promise<Running> {
  const server = createServer(
    createAppServer({
      face: (path, init) => fetch(faceUrl + path, init),
      key: async () => service.key,
      endpoint: () => faceUrl,
      pageFolder: join(folder, 'page'),
      sdkFolder: join(folder, 'sdk'),
      clock: () => service.now,
      ...options,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}${options.basePath ?? ''}` };
}

/** A person's browser: keeps its cookie, runs the SDK's part of a check. */
class Browser {
  private cookie = '';

  constructor(private readonly url = app.url) {}

  async post(path: string, body?: Uint8Array | object): Promise<{ status: number; body: Answer }> {
    const payload =
      body === undefined ? null : body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
    const headers = this.cookie ? { cookie: this.cookie } : undefined;
    const answer = await fetch(this.url + path, {
      method: 'POST',
      body: payload,
      ...(headers && { headers }),
    });
    const [set] = answer.headers.getSetCookie();
    if (set) this.cookie = set.split(';', 1)[0] ?? '';
    return { status: answer.status, body: (await answer.json()) as Answer };
  }

  start(kind = 'liveness', photo?: Uint8Array) {
    return this.post(`/api/checks?kind=${kind}`, photo);
  }

  /** Sends a clip that the service judges as `word`. */
  async send(token = '', word = 'realface', path = DETECT, photo?: Uint8Array): Promise<Done> {
    const answer = await service.call('POST', path, {
      token,
      form: { Content: clip(word), Metadata: '{}', ...(photo && { VerifyImage: photo }) },
    });
    return {
      resultId: String(answer.headers['apim-request-id']),
      digest: String(answer.headers['x-bonafide-digest']),
    };
  }

  complete(done: object) {
    return this.post('/api/checks/complete', done);
  }
}

interface Answer {
  authToken?: string;
  photo?: object;
  message?: string;
  accepted?: boolean;
  shown?: { reason: string };
}

interface Done {
  resultId: string;
  digest: string;
}

describe('a check', () => {
  it('lets a living person in, and deletes the session', async () => {
    const browser = new Browser();
    const { body } = await browser.start();
    const [, claims = ''] = (body.authToken ?? '').split('.');
    const { sid } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string };
    const done = await browser.send(body.authToken);
    expect(await browser.complete(done)).toEqual({ status: 200, body: { accepted: true } });
    expect((await service.call('GET', `${DETECT}/sessions/${sid}`)).statusCode).toBe(404);
  });

  it.each(['spoofface', 'uncertain', 'Blurred'])('turns %s away, and does not tell why', async (word) => {
    const browser = new Browser();
    const { body } = await browser.start();
    const done = await browser.send(body.authToken, word);
    expect((await browser.complete(done)).body).toEqual({ accepted: false });
  });

  it('tells why where it is a demo', async () => {
    const browser = new Browser(talkative.url);
    const { body } = await browser.start();
    const done = await browser.send(body.authToken, 'spoofface');
    expect((await browser.complete(done)).body).toMatchObject({
      accepted: false,
      shown: { reason: 'the decision is spoofface', livenessDecision: 'spoofface' },
    });
  });

  it('turns a page away that says it is done and has sent nothing', async () => {
    const browser = new Browser();
    await browser.start();
    const done = { resultId: '723d6d03-ef33-40a8-9682-23a1feb7bccd', digest: 'A'.repeat(64) };
    expect((await browser.complete(done)).body).toEqual({ accepted: false });
  });
});

describe('an app whose page lies in the app', () => {
  const origin = 'capacitor://localhost';
  const post = (url: string, headers: Record<string, string>, body?: object) =>
    fetch(url, {
      method: 'POST',
      headers: { origin, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('gets its visitor by the answer instead of a cookie, and completes with it', async () => {
    const own = await run({ appOrigins: [origin] });
    const preflight = await fetch(`${own.url}/api/checks?kind=liveness`, {
      method: 'OPTIONS',
      headers: { origin },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');

    const started = await post(`${own.url}/api/checks?kind=liveness`, {});
    expect(started.headers.get('access-control-allow-origin')).toBe(origin);
    expect(started.headers.getSetCookie()).toEqual([]);
    const { authToken, visitor } = (await started.json()) as { authToken: string; visitor: string };
    const done = await new Browser().send(authToken);
    const complete = (headers: Record<string, string>) =>
      post(`${own.url}/api/checks/complete`, headers, done);
    expect((await complete({})).status).toBe(409);
    const completed = await complete({ authorization: `Bearer ${visitor}` });
    expect(await completed.json()).toEqual({ accepted: true });
    own.server.close();
  });

  it('is a stranger where its origin is not allowed', async () => {
    const started = await post(`${app.url}/api/checks?kind=liveness`, {});
    expect(started.headers.get('access-control-allow-origin')).toBeNull();
    expect(await started.json()).not.toHaveProperty('visitor');
    const preflight = await fetch(`${app.url}/api/checks`, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(405);
  });
});

describe('a digest', () => {
  it('of another clip is refused, and costs the check', async () => {
    const browser = new Browser();
    const { body } = await browser.start();
    const done = await browser.send(body.authToken);
    expect((await browser.complete({ ...done, digest: 'F'.repeat(64) })).body).toEqual({ accepted: false });
    expect((await browser.complete(done)).status).toBe(409);
  });

  it('of an earlier attempt is refused: only the latest result counts', async () => {
    const browser = new Browser();
    const { body } = await browser.start();
    const first = await browser.send(body.authToken);
    await browser.send(body.authToken, 'spoofface');
    expect((await browser.complete(first)).body).toEqual({ accepted: false });
  });

  it('is good once', async () => {
    const browser = new Browser();
    const { body } = await browser.start();
    const done = await browser.send(body.authToken);
    await browser.complete(done);
    expect((await browser.complete(done)).status).toBe(409);
    await browser.start();
    expect((await browser.complete(done)).body).toEqual({ accepted: false });
  });

  it('of one visitor is worthless to another, who may have a check of their own', async () => {
    const [one, other] = [new Browser(), new Browser()];
    const { body } = await one.start();
    const done = await one.send(body.authToken);
    expect((await other.complete(done)).status).toBe(409);
    await other.start();
    expect((await other.complete(done)).body).toEqual({ accepted: false });
    expect((await one.complete(done)).body).toEqual({ accepted: true });
  });

  it('comes too late after ten minutes', async () => {
    const browser = new Browser();
    const { body } = await browser.start();
    const done = await browser.send(body.authToken);
    service.now += 600_001;
    expect((await browser.complete(done)).status).toBe(409);
  });

  it.each([{}, { resultId: 1, digest: 'A'.repeat(64) }, { resultId: 'x', digest: 'abc' }])(
    'that is none is a 400: %j',
    async (done) => {
      expect((await new Browser().complete(done)).status).toBe(400);
    },
  );
});

describe('a check that is begun again', () => {
  it('kills the token of the last one', async () => {
    const browser = new Browser();
    const { body: first } = await browser.start();
    await browser.start();
    const answer = await service.call('POST', DETECT, {
      token: first.authToken ?? '',
      form: { Content: clip('realface') },
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe('verification', () => {
  it('with a photograph that this server sends tells how good it is, and which rule it breaks', async () => {
    const browser = new Browser();
    const good = await browser.start('photo-from-server', clip('photo'));
    expect(good.body.photo).toEqual({ quality: 'high', failedRules: [] });
    const { body } = await browser.start('photo-from-server', clip('medium'));
    expect(body.photo).toEqual({ quality: 'medium', failedRules: ['HeadTurned'] });
    const done = await browser.send(body.authToken, 'realface', DETECT_VERIFY);
    expect((await browser.complete(done)).body).toEqual({ accepted: true });
  });

  it.each([
    ['NoFace', 'No face detected in the image.'],
    ['SeveralFaces', 'There is more than 1 face in the image.'],
    ['undecodable', 'Decoding error, image format unsupported.'],
  ])('refuses a photograph in the words of the service: %s', async (word, message) => {
    const answer = await new Browser().start('photo-from-server', clip(word));
    expect(answer).toEqual({ status: 400, body: { message } });
  });

  it('refuses a photograph that is too large before the service sees it', async () => {
    const answer = await new Browser().start('photo-from-server', Buffer.alloc(6 * 1024 * 1024 + 1));
    expect(answer.status).toBe(413);
  });

  it('with a photograph that the page brings', async () => {
    const browser = new Browser();
    const { body } = await browser.start('photo-from-page');
    expect(body.photo).toBeUndefined();
    const done = await browser.send(body.authToken, 'realface', DETECT_VERIFY, clip('photo'));
    expect((await browser.complete(done)).body).toEqual({ accepted: true });
  });
});

describe('the decision', () => {
  const device = { resultId: 'r', digest: 'D' };
  const session = (body: object, digest = 'D', status = 'ResultAvailable') => ({
    status,
    result: { requestId: 'r', digest, response: { body } },
  });
  const match = { isIdentical: true, matchConfidence: 0.9 };

  it.each([
    ['realface', 'liveness', session({ livenessDecision: 'realface' }), true],
    ['another digest', 'liveness', session({ livenessDecision: 'realface' }, 'E'), false],
    ['a failed attempt', 'liveness', session({ error: { code: 'InvalidImage' } }), false],
    ['no result yet', 'liveness', { status: 'Started' }, false],
    ['the person', 'photo-from-server', session({ livenessDecision: 'realface', verifyResult: match }), true],
    [
      'another person',
      'photo-from-page',
      session({ livenessDecision: 'realface', verifyResult: { ...match, isIdentical: false } }),
      false,
    ],
    [
      'a photograph that was not compared',
      'photo-from-page',
      session({ livenessDecision: 'realface' }),
      false,
    ],
    [
      'a spoof of the person',
      'photo-from-server',
      session({ livenessDecision: 'spoofface', verifyResult: match }),
      false,
    ],
  ] as const)('about %s', (_, kind, found, accepted) => {
    expect(decide(found, device, kind).accepted).toBe(accepted);
  });
});

describe('files', () => {
  it('are served with a strict policy, WebAssembly with its type', async () => {
    const page = await fetch(`${app.url}/`);
    expect(await page.text()).toContain('the page');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain(`connect-src 'self' ${faceUrl};`);
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
    const wasm = await fetch(`${talkative.url}/sdk/assets/part.wasm`);
    expect(wasm.headers.get('content-type')).toBe('application/wasm');
  });

  it('outside of the two folders cannot be had', async () => {
    for (const path of [
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/sdk/..%2f..%2fsecret.json',
      '/%00',
      '/%zz',
    ])
      expect(await statusOf(path)).toBe(404);
  });

  it('have a base path that leads to the page', async () => {
    const answer = await fetch(talkative.url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/demo/']);
  });
});

describe('wrong use', () => {
  it.each([
    ['an unknown kind', '/api/checks?kind=voice', 400],
    ['an unknown path', '/api/nothing', 405],
  ])('%s is refused', async (_, path, status) => {
    expect((await new Browser().post(path)).status).toBe(status);
  });

  it('a wrong key is nothing that a person could mend', async () => {
    const listener = createAppServer({
      face: (path, init) => fetch(faceUrl + path, init),
      key: async () => 'wrong',
      endpoint: () => faceUrl,
    });
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await new Browser(`http://127.0.0.1:${port}`).start();
    server.close();
    expect(answer).toEqual({ status: 502, body: { message: 'The check could not be started.' } });
  });
});

/** `fetch` would tidy the path up. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${app.url}/`, { path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
