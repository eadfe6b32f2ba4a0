import type { LookupFunction } from 'node:net';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { localTls, type LocalTls } from './local-tls.js';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = ['localhost', '127.0.0.1', '::1', '192.168.7.9'];
const DAY_MS = 86_400_000;
const now = new Date();
const later = (days: number) => new Date(now.getTime() + days * DAY_MS);
let count = 0;
const fresh = () => join(folder, String(count++));

/** Connects as a device does that trusts `ca`; returns the error's code, or null. */
async function refusal(tls: LocalTls, ca: string, name: string): Promise<string | null> {
  const server = createServer({ key: tls.key, cert: tls.cert });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect({
    ca,
    host: name,
    port: (server.address() as AddressInfo).port,
    lookup: toLoopback,
  });
  const error = await once(socket, 'secureConnect').then(
    () => null,
    (reason: NodeJS.ErrnoException) => reason.code ?? reason.message,
  );
  socket.destroy();
  server.close();
  return error;
}

/** Every name leads to this machine. */
const toLoopback: LookupFunction = (_name, options, answer) => {
  if (options.all) answer(null, [{ address: '127.0.0.1', family: 4 }]);
  else answer(null, '127.0.0.1', 4);
};

describe('the certificate of this machine', () => {
  it('is trusted by a device that trusts the CA, under its names alone', async () => {
    const tls = await localTls(fresh(), NAMES, now);
    expect(await refusal(tls, tls.ca, 'localhost')).toBeNull();
    expect(await refusal(tls, tls.ca, '127.0.0.1')).toBeNull();
    expect(await refusal(tls, tls.ca, 'face.example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    const other = await localTls(fresh(), NAMES, now);
    expect(await refusal(tls, other.ca, 'localhost')).not.toBeNull();
  });

  it('stays from start to start', async () => {
    const at = fresh();
    expect(await localTls(at, NAMES, later(1))).toEqual(await localTls(at, NAMES, now));
  });

  it('is made anew for a further name and before it ends, by the same CA', async () => {
    const at = fresh();
    const first = await localTls(at, NAMES, now);
    const wider = await localTls(at, [...NAMES, '10.0.0.5'], now);
    const renewed = await localTls(at, NAMES, later(80));
    expect(new Set([first.cert, wider.cert, renewed.cert]).size).toBe(3);
    expect(new Set([first.ca, wider.ca, renewed.ca]).size).toBe(1);
    expect(new X509Certificate(wider.cert).checkIP('10.0.0.5')).toBe('10.0.0.5');
  });

  it('cannot sign others, and its keys are readable by their owner alone', async () => {
    const at = fresh();
    const { cert, ca } = await localTls(at, NAMES, now);
    expect([new X509Certificate(cert).ca, new X509Certificate(ca).ca]).toEqual([false, true]);
    for (const name of ['ca.key', 'server.key']) expect(statSync(join(at, name)).mode & 0o077).toBe(0);
  });
});
