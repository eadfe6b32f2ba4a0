import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, openAdministration } from '@bonafide/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeEngine } from '../../../server/test/fake-engine.js';
import { bonafide } from '../../test/command.js';

let dataDir: string;
/** A service that has a session of `user-1`, two of `user-2`, and none of anybody else. */
let service: Awaited<ReturnType<typeof createServer>>;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-person-'));
  service = await createServer({ dataDir, modelsDir: 'none', port: 0, engine: createFakeEngine() });
  const { key1 } = await service.resources.keys('default');
  for (const userCorrelationId of ['user-1', 'user-2', 'user-2']) {
    const answer = await service.app.inject({
      method: 'POST',
      url: '/face/v1.3-preview.1/detectLiveness-sessions',
      headers: { 'ocp-apim-subscription-key': key1, 'content-type': 'application/json' },
      payload: JSON.stringify({
        livenessOperationMode: 'Passive',
        deviceCorrelationId: 'd',
        userCorrelationId,
      }),
    });
    expect(answer.statusCode).toBe(200);
  }
});
afterEach(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true });
});

async function held(id: string): Promise<{ userCorrelationId: string; sessions: object[] }> {
  const { code, out, err } = await bonafide('person', 'export', 'default', id, '--data-dir', dataDir);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as { userCorrelationId: string; sessions: object[] };
}

it('prints what is held on somebody, and on nobody else', async () => {
  expect(await held('user-2')).toMatchObject({
    userCorrelationId: 'user-2',
    sessions: [{ session: { userCorrelationId: 'user-2' } }, { session: { userCorrelationId: 'user-2' } }],
  });
  expect((await held('nobody')).sessions).toEqual([]);
});

it('erases it once the service is stopped, and notes both without the id', async () => {
  const erase = () => bonafide('person', 'erase', 'default', 'user-2', '--json', '--data-dir', dataDir);
  const refused = await erase();
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain('Another service holds the data folder');
  expect((await held('user-2')).sessions).toHaveLength(2);

  await service.close();
  expect(await erase()).toMatchObject({ code: 0, out: '{"sessions":2}\n' });
  expect((await held('user-2')).sessions).toEqual([]);
  expect((await held('user-1')).sessions).toHaveLength(1);
  const administration = await openAdministration(dataDir);
  expect(await administration.verifyAuditLog()).toMatchObject({ fault: null });
  await administration.close();
});

it('says so where there is no such resource', async () => {
  const { code, err } = await bonafide('person', 'export', 'shop', 'user-1', '--data-dir', dataDir);
  expect(code).not.toBe(0);
  expect(err).toContain('shop');
});
