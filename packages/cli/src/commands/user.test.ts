import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAdministration } from '@bonafide/server';
import { bonafide } from '../../test/command.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-user-'));
  const administration = await openAdministration(dataDir);
  await administration.resources.ensureFirst();
  await administration.close();
});
afterAll(() => {
  rmSync(dataDir, { recursive: true });
});

/** A command on the folder; its answer as JSON. */
async function call<T>(...argv: string[]): Promise<T> {
  const { code, out, err } = await bonafide(...argv, '--data-dir', dataDir, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

it('invites people, changes what they may do, and removes them', async () => {
  const { link } = await call<{ link: string }>(
    'user',
    'invite',
    'ada',
    '--role',
    'Reader',
    '--resource',
    'default',
  );
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:8080\/portal\/invitation#[\w-]{43}$/);
  expect((await call<{ link: string }>('user', 'reset', 'ada')).link).not.toBe(link);
  expect(await call('user', 'grant', 'ada', '--role', 'Owner')).toEqual({
    name: 'ada',
    state: 'invited',
    roles: ['Owner', 'Reader on default'],
  });
  expect(await call('user', 'revoke', 'ada', '--resource', 'default')).toMatchObject({ roles: ['Owner'] });
  expect(await call('user', 'disable', 'ada')).toMatchObject({ state: 'disabled' });
  expect(await call('user', 'enable', 'ada')).toMatchObject({ state: 'invited' });
  expect(await call('user', 'list')).toHaveLength(1);
  expect(await call('user', 'remove', 'ada')).toEqual({ name: 'ada', removed: true });
  expect(await bonafide('user', 'grant', 'ada', '--role', 'Owner', '--data-dir', dataDir)).toMatchObject({
    code: 1,
    err: 'bonafide: There is no person named ada.\n',
  });
});

it('sets webhooks up, replaces their secret and lists what was sent', async () => {
  const made = await call<{ webhook: { id: string }; secret: string }>(
    'webhook',
    'add',
    'default',
    'https://example.com/hook',
  );
  const { id } = made.webhook;
  expect(made.secret).toMatch(/^whsec_/);
  const { secret } = await call<{ secret: string }>('webhook', 'rotate-secret', 'default', id);
  expect(await call('webhook', 'secret', 'default', id)).toEqual({ secret });
  const { delivery } = await call<{ delivery: string }>('webhook', 'test', 'default', id);
  expect(await call('webhook', 'deliveries', 'default', id)).toMatchObject([{ id: delivery, tries: 0 }]);
  await call('webhook', 'replay', 'default', id, delivery);
  expect(await call('webhook', 'list', 'default')).toMatchObject([{ id, enabled: true, verdict: false }]);
  await call('webhook', 'remove', 'default', id);
  expect(await call('webhook', 'list', 'default')).toEqual([]);
});

it('backs the store up, replaces the master key, and restores', async () => {
  const file = join(dataDir, 'backup.sqlite');
  expect((await bonafide('backup', file, '--data-dir', dataDir)).code).toBe(0);
  expect(existsSync(file)).toBe(true);
  expect(await bonafide('restore', file, '--data-dir', dataDir)).toMatchObject({ code: 1 });
  expect((await bonafide('restore', file, '--replace', '--data-dir', dataDir)).code).toBe(0);
  const { out } = await bonafide('master-key', 'rotate', '--data-dir', dataDir);
  expect(out).toMatch(/^\d+ secrets are sealed under the new master key\.\n$/);
  expect(await bonafide('restore', file, '--replace', '--data-dir', dataDir)).toMatchObject({
    code: 1,
    err: 'bonafide: The master key is not the one that this data folder was made with.\n',
  });
});
