import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bonafide, PORTRAIT, start, type Ran } from '../../test/command.js';
import { scan } from '../../test/scan.js';

const MODELS = fileURLToPath(new URL('../../../../models', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-serve-'));
const at = (name: string) => join(folder, name);
const dataDir = at('data');
const running = new Set<ReturnType<typeof start>>();

afterAll(async () => {
  for (const { process: child, ended } of running) {
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true });
});

/** Starts the built service and waits until it serves. */
async function startService(...more: string[]): Promise<ReturnType<typeof start> & { endpoint: string }> {
  const service = start('serve', '--port', '0', '--data-dir', dataDir, '--workers', '1', ...more);
  running.add(service);
  void service.ended.then(() => running.delete(service));
  while (!service.ran.out.includes('Ctrl-C ends it.')) {
    if (service.process.exitCode !== null) throw new Error(service.ran.err);
    await delay(20);
  }
  return { ...service, endpoint: /serves (https?:\S+)/.exec(service.ran.out)?.[1] ?? '' };
}

async function keysOf(name: string): Promise<{ endpoint: string; key1: string; key2: string }> {
  const { out } = await bonafide('resource', 'keys', name, '--json', '--data-dir', dataDir);
  return JSON.parse(out) as { endpoint: string; key1: string; key2: string };
}

/** Sends a detect call but for its last byte, once the service has its head. */
async function sendAllButTheEnd(
  endpoint: string,
  key: string,
): Promise<{ call: ClientRequest; end: Buffer }> {
  const url = `${endpoint}/face/v1.1-preview.1/detectliveness/singlemodal`;
  const created = await fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'ocp-apim-subscription-key': key, 'content-type': 'application/json' },
    body: '{"livenessOperationMode":"passive","deviceCorrelationId":"device"}',
  });
  const { authToken } = (await created.json()) as { authToken: string };
  const body = Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="Content"; filename="video.webp"\r\n\r\n'),
    readFileSync(PORTRAIT),
    Buffer.from('\r\n--b--\r\n'),
  ]);
  const call = request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${authToken}`,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  call.on('error', () => {});
  call.flushHeaders();
  await once(call, 'continue');
  call.write(body.subarray(0, -1));
  return { call, end: body.subarray(-1) };
}

describe('a running service', () => {
  it('serves, is administered beside, holds its folder, ends in time with what is in work answered, and starts again', async () => {
    const service = await startService();
    const { endpoint, ran } = service;
    for (const told of [
      `Bonafide serves ${endpoint}\n`,
      `Face API   ${endpoint}/face/v1.1-preview.1\n`,
      `${endpoint}/healthz `,
      'resource   default\n',
      `npx --no bonafide resource keys default --data-dir ${dataDir}\n`,
      '"default" is a development resource: it takes clips that nothing binds to a session',
    ])
      expect(ran.out).toContain(told);
    expect(ran.err).toBe('');

    const health = await fetch(`${endpoint}/healthz`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'ok' });

    const keys = await keysOf('default');
    expect(keys.endpoint).toBe(endpoint);
    const list = (key: string) =>
      fetch(`${endpoint}/face/v1.1-preview.1/detectLiveness/singleModal/sessions`, {
        headers: { 'ocp-apim-subscription-key': key },
      }).then(({ status }) => status);
    expect([await list(keys.key1), await list(keys.key2)]).toEqual([200, 200]);
    await bonafide('resource', 'regenerate-key', 'default', 'key2', '--data-dir', dataDir);
    expect([await list(keys.key1), await list(keys.key2)]).toEqual([200, 401]);

    const second = await bonafide('serve', '--port', '0', '--data-dir', dataDir);
    expect(second).toMatchObject({
      code: 1,
      err: `bonafide: Another service holds the data folder ${dataDir}; stop it, or give this one another --data-dir.\n`,
    });

    const finishing = await sendAllButTheEnd(endpoint, keys.key1);
    const stalled = await sendAllButTheEnd(endpoint, keys.key1);
    const signalled = performance.now();
    service.process.kill('SIGINT');
    while (!ran.out.includes('Ending')) await delay(10);
    finishing.call.end(finishing.end);
    const [answer] = (await once(finishing.call, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(204);
    expect((await service.ended).code).toBe(0);
    expect(performance.now() - signalled).toBeLessThan(5_000);
    stalled.call.destroy();

    const again = await startService();
    expect(again.ran.err).toBe('');
    expect((await keysOf('default')).key1).toBe(keys.key1);
    again.process.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });
});

describe('a service with --https', () => {
  it('is trusted by who trusts its CA, and offers that, the demo and the page that tests a device', async () => {
    const service = await startService('--https');
    expect(service.endpoint).toMatch(/^https:/);
    const ca = readFileSync(join(dataDir, 'tls', 'ca.crt'));
    const answer = await read(`${service.endpoint}/ca.crt`, ca);
    expect(answer.headers['content-type']).toBe('application/x-x509-ca-cert');
    expect(answer.body).toBe(ca.toString());
    expect((await read(`${service.endpoint}/demo/`, ca)).headers['content-security-policy']).toContain(
      service.endpoint,
    );
    const check = await read(`${service.endpoint.replace('127.0.0.1', 'localhost')}/check`, ca);
    expect(check.status).toBe(200);
    // Names of this network serve other things as well, over plain HTTP.
    expect(check.headers['strict-transport-security']).toBeUndefined();
    service.process.kill('SIGTERM');
    expect(await service.ended).toMatchObject({ code: 0, err: '' });
  });

  it('prints the address of the demo for the camera of a phone', async () => {
    const service = await startService('--https', '--public-url', 'https://192.168.1.20:8080');
    service.process.kill('SIGTERM');
    const { out } = await service.ended;
    expect(scan(out)).toBe('https://192.168.1.20:8080/demo/');
  });
});

async function read(url: string, ca: Buffer) {
  const [answer] = (await once(get(url, { ca, agent: false }), 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

describe('a service that cannot start', () => {
  const serve = (...argv: string[]) => bonafide('serve', '--port', '0', '--workers', '1', ...argv);
  const expectLine = ({ code, out, err }: Ran, line: RegExp) => {
    expect(err).toMatch(line);
    expect([code, out]).toEqual([1, '']);
  };

  it('says that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      expectLine(
        await serve('--port', String(port), '--data-dir', at('other')),
        new RegExp(`^bonafide: port ${port} on 127\\.0\\.0\\.1 is in use; choose another with --port\\n$`),
      );
    } finally {
      other.close();
    }
  });

  it('says that it cannot write its data folder', async () => {
    writeFileSync(at('file'), '');
    expectLine(
      await serve('--data-dir', at('file/data')),
      /^bonafide: The data folder \S+file\/data cannot be used: ENOTDIR.*\n$/,
    );
  });

  it('names a weight that is not the expected one, and one that is missing', async () => {
    const models = at('models');
    mkdirSync(models);
    for (const name of readdirSync(MODELS)) symlinkSync(join(MODELS, name), join(models, name));
    rmSync(join(models, 'pad-fasnet.onnx'));
    const missing = await serve('--data-dir', at('other'), '--models-dir', models);
    expectLine(missing, /^bonafide: .*pad-fasnet\.onnx.*npm run models.*\n$/);
    writeFileSync(join(models, 'pad-fasnet.onnx'), 'other weights');
    const wrong = await serve('--data-dir', at('other'), '--models-dir', models);
    expectLine(wrong, /^bonafide: .*pad-fasnet\.onnx.*SHA-256.*\n$/);
    // Weights of one's own are used by whoever names exactly them; the answer to a wrong name is the right one.
    const unnamed = await serve('--data-dir', at('other'), '--models-dir', models, '--weights', '?');
    expectLine(unnamed, /^bonafide: .* theirs is [0-9a-f]{64}\n$/);
    const none = await serve('--data-dir', at('other'), '--shadow-models-dir', at('nowhere'));
    expectLine(none, /^bonafide: .*nowhere.*\n$/);
  });

  const OIDC = ['--oidc-issuer', 'https://login.example.com', '--oidc-client-id', 'bonafide'];
  it.each([
    ['a port out of range', ['--port', '65536'], 'Expected a whole number from 0 to 65535'],
    ['a public address that is none', ['--public-url', 'face.example.com'], 'Expected http://HOST'],
    ['a certificate without its key', ['--tls-cert', 'face.crt'], '--tls-cert and --tls-key go together'],
    ['a way to show no secret', [...OIDC, '--oidc-client-auth', 'client_secret_post'], 'OIDC_CLIENT_SECRET'],
    ['an unknown way', [...OIDC, '--oidc-client-auth', 'client_secret_jwt'], 'Allowed choices are client_s'],
    ['an unknown level', ['--log-level', 'loud'], 'Allowed choices are trace'],
    ['a file', ['video.webp'], 'too many arguments'],
  ])('exits 2 with a sentence for %s', async (_, argv, sentence) => {
    const { code, out, err } = await bonafide('serve', ...argv);
    expect(err).toContain(sentence);
    expect([code, out]).toEqual([2, '']);
  });
});
