import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAdministration } from '@bonafide/server';
import { bonafide } from '../../test/command.js';

let dataDir: string;
const recognition = (...argv: string[]) => bonafide('recognition', ...argv, '--data-dir', dataDir);

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-recognition-'));
  await (await openAdministration(dataDir)).close();
  await bonafide('resource', 'create', 'shop', '--data-dir', dataDir);
});
afterAll(() => {
  rmSync(dataDir, { recursive: true });
});

it('is applied for, approved and revoked on the command line, in the order of its states alone', async () => {
  expect((await recognition('show', 'shop')).out).toBe('shop: none\n');
  const early = await recognition('approve', 'shop', 'before anybody applied');
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('is none for this resource')]);
  expect((await recognition('apply', 'shop', 'short')).err).toContain('10 to 200 characters');
  expect((await recognition('apply', 'shop', 'members against their card')).out).toContain('shop: pending');
  expect((await recognition('approve', 'shop', 'agreed with the works council')).out).toMatch(
    /^shop: approved\n\n[^]*members against their card +console +\d{4}-\d\d-\d\d +console +agreed with/,
  );
  const revoked = await recognition('revoke', 'shop', 'the purpose has ended', '--json');
  expect(JSON.parse(revoked.out)).toMatchObject({
    name: 'shop',
    state: 'revoked',
    applications: [{ state: 'revoked', requestedBy: 'console', reason: 'the purpose has ended' }],
  });
  expect((await recognition('show', 'nobody')).err).toContain('There is no resource named "nobody"');
});
