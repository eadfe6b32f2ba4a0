import { createServer as createHttps } from 'node:https';
import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SDK_FILES } from '@bonafide/protocol';
import { bonafide } from '../../test/command.js';
import { localTls } from '../local-tls.js';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-doctor-'));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** What a service and a page answer, where a test wants it to differ. */
interface Ways {
  health?: string;
  date?: string;
  missing?: string;
  wasmType?: string;
  page?: Record<string, string>;
  allowedOrigin?: string;
}

const GOOD_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

const answerIn =
  (ways: Ways): RequestListener =>
  ({ url = '', method }, response) => {
    if (ways.date) response.setHeader('date', ways.date);
    if (url === '/healthz') return void response.end(ways.health ?? '{"status":"ok"}');
    if (method === 'OPTIONS') {
      if (ways.allowedOrigin) response.setHeader('access-control-allow-origin', ways.allowedOrigin);
      return void response.writeHead(204).end();
    }
    if (url === '/check' || url === '/page') {
      const headers = ways.page ?? { 'content-security-policy': GOOD_POLICY };
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      return void response.end('page');
    }
    const file = url.replace('/client/', '');
    if (file === ways.missing || !(SDK_FILES as readonly string[]).includes(file))
      return void response.writeHead(404).end();
    const type = file.endsWith('.wasm') ? (ways.wasmType ?? 'application/wasm') : 'text/javascript';
    response.setHeader('content-type', type).end();
  };

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const start = async (ways: Ways = {}) => `http://127.0.0.1:${await listen(createServer(answerIn(ways)))}`;

interface Found {
  what: string;
  code: string | null;
  cure?: string;
}

/** Codes that the doctor finds; the weights are another test's matter. */
async function codes(...argv: string[]): Promise<string[]> {
  const { out } = await bonafide('doctor', '--json', ...argv);
  const found = JSON.parse(out) as Found[];
  expect(found.every(({ code, cure }) => (code === null) === (cure === undefined))).toBe(true);
  return found.flatMap(({ what, code }) => (code !== null && what !== 'Weights' ? [code] : []));
}

describe('the doctor', () => {
  it('finds nothing wrong with a service that is in order', async () => {
    expect(await codes('--url', await start())).toEqual([]);
  });

  it.each<[string, Ways]>([
    ['ServiceNotReady', { health: 'hello' }],
    ['ClockSkewed', { date: new Date(Date.now() + 120_000).toUTCString() }],
    ['AssetMissing', { missing: 'assets/webp.js' }],
    ['AssetWrongType', { wasmType: 'application/octet-stream' }],
    ['WasmBlocked', { page: { 'content-security-policy': "script-src 'self'; connect-src *" } }],
    ['WasmBlocked', { page: { 'content-security-policy': "default-src 'self'" } }],
    [
      'WorkerBlocked',
      { page: { 'content-security-policy': "script-src 'wasm-unsafe-eval'; worker-src 'none'" } },
    ],
    [
      'ConnectBlocked',
      {
        page: {
          'content-security-policy': "script-src 'wasm-unsafe-eval'; connect-src https://other.example",
        },
      },
    ],
    ['CameraBlockedByPolicy', { page: { 'permissions-policy': 'geolocation=(), camera=()' } }],
  ])('names %s', async (code, ways) => {
    expect(await codes('--url', await start(ways))).toEqual([code]);
  });

  it('names an address where nothing answers, with cause and cure, and ends with 1', async () => {
    const url = await start();
    servers.pop()?.close();
    const { code, out, err } = await bonafide('doctor', '--url', url);
    expect(code).toBe(1);
    expect(out).toContain('✗ Service: ServiceUnreachable');
    expect(out).toContain('What helps: Start it;');
    expect(err).toMatch(/\d of \d checks failed/);
  });

  it('asks the service whether it answers a page of another origin', async () => {
    const page = `${await start({ page: {} })}/page`;
    const open = await start({ allowedOrigin: new URL(page).origin });
    expect(await codes('--url', open, '--page', page)).toEqual([]);
    expect(await codes('--url', await start(), '--page', page)).toEqual(['CorsRefused']);
  });

  it('names weights that are not there', async () => {
    const { out } = await bonafide('doctor', '--url', await start(), '--models-dir', folder);
    expect(out).toContain('✗ Weights: WeightsMissing');
  });

  it('knows a page that is not secure', async () => {
    expect(await codes('--url', 'http://0.0.0.0:1')).toContain('InsecureContext');
  });
});

describe('the doctor on a certificate', () => {
  let url: string;
  beforeAll(async () => {
    const tls = await localTls(join(folder, 'tls'), ['localhost'], new Date());
    url = `https://localhost:${await listen(createHttps({ key: tls.key, cert: tls.cert }, answerIn({})))}`;
  });

  it('names a CA that this machine does not trust', async () => {
    expect(await codes('--url', url)).toEqual(['TlsUntrusted']);
  });
});
