import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinAsOwner, PASSWORD } from '../test/portal-browser.js';
import { clip, SESSIONS, startService, VERIFY_SESSIONS } from '../test/service.js';
import { backUp, restore } from './backup.js';
import { openDataFolder } from './data-folder.js';
import { rotateMasterKey, SEALED, SEALED_BY_SESSION } from './master-key.js';
import { createVault } from './vault.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const keyFile = () => readFileSync(join(dataDir, 'master.key'), 'utf8');

/** Fills the folder; returns what must still open afterwards. */
async function fill() {
  const service = await startService({ dataDir });
  const owner = await joinAsOwner(service);
  const { secret, webhook } = await owner.ok<{ secret: string; webhook: { id: string } }>(
    'POST',
    '/resources/default/webhooks',
    { url: 'https://example.com/' },
  );
  await owner.ok('POST', `/resources/default/webhooks/${webhook.id}/secret`);
  await owner.ok('POST', '/me/one-time-codes', { password: PASSWORD });
  const created = await service.call('POST', VERIFY_SESSIONS, {
    form: {
      Parameters: JSON.stringify({ livenessOperationMode: 'passive', deviceCorrelationId: 'd' }),
      VerifyImage: clip('high'),
    },
  });
  expect(created.statusCode).toBe(200);
  const [{ faceId }] = (
    await service.call('POST', '/face/v1.0/detect', {
      payload: clip('face:anna realface'),
      headers: { 'content-type': 'application/octet-stream' },
    })
  ).json();
  const { key } = service;
  await service.close();
  return {
    key,
    secret,
    faceId: faceId as string,
    session: created.json<{ sessionId: string; authToken: string }>(),
  };
}

describe('the master key', () => {
  it('seals every blob of the store, or a session key that it seals does', async () => {
    const { store, close } = await openDataFolder(dataDir);
    await close();
    expect(store).toBeDefined();
    const database = new Database(join(dataDir, 'bonafide.sqlite'), { readonly: true });
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as {
      name: string;
    }[];
    const blobs = tables.flatMap(({ name }) =>
      (database.pragma(`table_info(${name})`) as { name: string; type: string }[])
        .filter(({ type }) => type.toLowerCase() === 'blob')
        .map((column) => `${name}.${column.name}`),
    );
    database.close();
    const listed = [...SEALED.map(({ table, column }) => `${table}.${column}`), ...SEALED_BY_SESSION];
    // A blob that is missing here belongs into one of the two lists of master-key.ts.
    expect(blobs.sort()).toEqual(listed.sort());
  });

  it('is replaced: keys, tokens, templates and secrets go on, and the old key opens nothing', async () => {
    const { key, session, faceId } = await fill();
    const old = keyFile();
    expect((await rotateMasterKey(dataDir)).resealed).toBeGreaterThanOrEqual(8);
    expect(keyFile()).not.toBe(old);
    expect(readdirSync(dataDir)).not.toContain('master.key.next');

    const service = await startService({ dataDir });
    expect(service.key).toBe(key);
    expect((await service.call('GET', SESSIONS)).statusCode).toBe(200);
    const judged = await service.call('POST', '/face/v1.1-preview.1/detectlivenesswithverify/singlemodal', {
      token: session.authToken,
      form: { Content: clip('realface') },
    });
    expect(judged.statusCode).toBe(204);
    const json = { faceId1: faceId, faceId2: faceId };
    expect((await service.call('POST', '/face/v1.0/verify', { json })).json().isIdentical).toBe(true);
    await service.close();

    writeFileSync(join(dataDir, 'master.key'), old);
    await expect(openDataFolder(dataDir)).rejects.toThrow('master key is not the one');
  });

  it('is replaced twice, and lookups are still found', async () => {
    const { key } = await fill();
    await rotateMasterKey(dataDir);
    await rotateMasterKey(dataDir);
    const { vault, close } = await openDataFolder(dataDir);
    const other = createVault(Buffer.from(keyFile().trim(), 'base64'), () => new Uint8Array(12));
    expect(vault.lookup(key)).not.toBe(other.lookup(key));
    await close();
    const service = await startService({ dataDir });
    expect((await service.call('GET', SESSIONS, { key })).statusCode).toBe(200);
    await service.close();
  });

  it('stays in the environment where it is', async () => {
    const [first, second] = ['11'.repeat(32), '22'.repeat(32)];
    await (await startService({ dataDir, masterKey: first })).close();
    await expect(rotateMasterKey(dataDir, { masterKey: first })).rejects.toThrow('BONAFIDE_NEW_MASTER_KEY');
    await rotateMasterKey(dataDir, { masterKey: first, newKey: second });
    expect(readdirSync(dataDir)).not.toContain('master.key');
    await expect(openDataFolder(dataDir, { masterKey: first })).rejects.toThrow('master key is not the one');
    await (await openDataFolder(dataDir, { masterKey: second })).close();
  });

  it('is the old one after a crash before the store was sealed anew', async () => {
    await (await startService({ dataDir })).close();
    const old = keyFile();
    writeFileSync(join(dataDir, 'master.key.next'), Buffer.alloc(32, 7).toString('base64'));
    await (await openDataFolder(dataDir)).close();
    expect(keyFile()).toBe(old);
    expect(readdirSync(dataDir)).not.toContain('master.key.next');
  });

  it('is the new one after a crash before the file was renamed', async () => {
    const { key } = await fill();
    const old = keyFile();
    await rotateMasterKey(dataDir);
    writeFileSync(join(dataDir, 'master.key.next'), keyFile());
    writeFileSync(join(dataDir, 'master.key'), old);
    const service = await startService({ dataDir });
    expect(service.key).toBe(key);
    expect(keyFile()).not.toBe(old);
    await service.close();
  });

  it('is not replaced under a running service', async () => {
    const service = await startService({ dataDir });
    await expect(rotateMasterKey(dataDir)).rejects.toThrow('Another service holds');
    expect((await service.call('GET', SESSIONS)).statusCode).toBe(200);
    await service.close();
  });
});

describe('a backup', () => {
  it('is made beside a running service and brings everything of its moment back', async () => {
    const file = join(dataDir, 'backup.sqlite');
    const service = await startService({ dataDir });
    await service.resources.create({ name: 'before' });
    await backUp(dataDir, file);
    await expect(backUp(dataDir, file)).rejects.toThrow('is there already');
    await service.resources.create({ name: 'after' });
    await expect(restore(dataDir, file, { replace: true })).rejects.toThrow('Another service holds');
    await service.close();

    await expect(restore(dataDir, file)).rejects.toThrow('--replace');
    await restore(dataDir, file, { replace: true });
    const again = await startService({ dataDir });
    expect((await again.resources.list()).map(({ name }) => name)).toEqual(['before', 'default']);
    expect(again.key).toBe(service.key);
    await again.close();
  });

  it('goes into a new folder that has its master key, and into none that has another', async () => {
    const file = join(dataDir, 'backup.sqlite');
    await (await startService({ dataDir })).close();
    await backUp(dataDir, file);
    const target = join(dataDir, 'new');
    await expect(restore(target, file)).rejects.toThrow('master.key is missing');
    await restore(target, file, { masterKey: keyFile().trim() });
    const other = join(dataDir, 'other');
    await expect(restore(other, file, { masterKey: '33'.repeat(32) })).rejects.toThrow('master key is not');
    expect(readdirSync(other)).not.toContain('bonafide.sqlite');
  });

  it('that is none changes nothing', async () => {
    const file = join(dataDir, 'backup.sqlite');
    writeFileSync(file, 'not a store');
    await (await startService({ dataDir })).close();
    await expect(restore(dataDir, file, { replace: true })).rejects.toThrow('no whole backup');
    await (await startService({ dataDir })).close();
  });
});
