import { createServer as createHttps } from 'node:https';
import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readManifest } from '@bonafide/engine';
import { SDK_FILES } from '@bonafide/protocol';
import { bonafide, start } from '../../test/command.js';
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

const serve = async (ways: Ways = {}) => `http://127.0.0.1:${await listen(createServer(answerIn(ways)))}`;

interface Found {
  what: string;
  code: string | null;
  cure?: string;
}

/** Codes that the doctor finds; the weights are another test's matter. */
async function codes(...argv: string[]): Promise<string[]> {
  return failures((await bonafide('doctor', '--json', ...argv)).out);
}

function failures(out: string): string[] {
  const found = JSON.parse(out) as Found[];
  expect(found.every(({ code, cure }) => (code === null) === (cure === undefined))).toBe(true);
  return found.flatMap(({ what, code }) => (code !== null && what !== 'Weights' ? [code] : []));
}

describe('the doctor', () => {
  it('finds nothing wrong with a service that is in order', async () => {
    expect(await codes('--url', await serve())).toEqual([]);
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
    expect(await codes('--url', await serve(ways))).toEqual([code]);
  });

  it('names an address where nothing answers, with cause and cure, and ends with 1', async () => {
    const url = await serve();
    servers.pop()?.close();
    const { code, out, err } = await bonafide('doctor', '--url', url);
    expect(code).toBe(1);
    expect(out).toContain('✗ Service: ServiceUnreachable');
    expect(out).toContain('What helps: Start it;');
    expect(err).toMatch(/\d of \d checks failed/);
  });

  it('asks the service whether it answers a page of another origin', async () => {
    const page = `${await serve({ page: {} })}/page`;
    const open = await serve({ allowedOrigin: new URL(page).origin });
    expect(await codes('--url', open, '--page', page)).toEqual([]);
    expect(await codes('--url', await serve(), '--page', page)).toEqual(['CorsRefused']);
  });

  it('names weights that are not there', async () => {
    const { out } = await bonafide('doctor', '--url', await serve(), '--models-dir', folder);
    expect(out).toContain('✗ Weights: WeightsMissing');
  });

  it('names weights that are others than the manifest says', async () => {
    const [first] = readManifest();
    const changed = mkdtempSync(join(folder, 'weights-'));
    writeFileSync(join(changed, first?.file ?? ''), 'other');
    const { out } = await bonafide('doctor', '--url', await serve(), '--models-dir', changed);
    expect(out).toContain('✗ Weights: WeightsChanged');
  });

  it('knows a page that is not secure', async () => {
    expect(await codes('--url', 'http://0.0.0.0:1')).toContain('InsecureContext');
  });
});

describe('the doctor on a certificate', () => {
  const DAY_MS = 86_400_000;

  /** A service whose certificate was made so many days ago, for a name; returns its address as localhost, and its CA. */
  async function startTls(name: string, daysAgo = 0): Promise<{ url: string; ca: string }> {
    const ca = join(folder, `${name} ${daysAgo}`);
    const { key, cert } = await localTls(ca, [name], new Date(Date.now() - daysAgo * DAY_MS));
    const port = await listen(createHttps({ key, cert }, answerIn({})));
    return { url: `https://localhost:${port}`, ca: join(ca, 'ca.crt') };
  }

  it('names a CA that this machine does not trust', async () => {
    const { url } = await startTls('localhost');
    expect(await codes('--url', url)).toEqual(['TlsUntrusted']);
  });

  it.each([
    [null, 'localhost', 0],
    ['TlsWrongName', 'other.example', 0],
    ['TlsExpired', 'localhost', 100],
    ['TlsExpiresSoon', 'localhost', 80],
  ])('of a trusted CA finds %s (for %s, %s days old)', async (code, name, daysAgo) => {
    const { url, ca } = await startTls(name, daysAgo);
    // Read when a process starts.
    vi.stubEnv('NODE_EXTRA_CA_CERTS', ca);
    const { out } = await start('doctor', '--json', '--url', url).ended;
    vi.unstubAllEnvs();
    expect(failures(out)).toEqual(code === null ? [] : [code]);
  });
});
