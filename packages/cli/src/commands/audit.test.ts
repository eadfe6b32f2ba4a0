import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAdministration } from '@bonafide/server';
import { bonafide } from '../../test/command.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-audit-'));
  const administration = await openAdministration(dataDir);
  await administration.resources.ensureFirst();
  await administration.close();
});
afterAll(() => {
  rmSync(dataDir, { recursive: true });
});

const audit = (...argv: string[]) => bonafide('audit', 'verify', ...argv, '--data-dir', dataDir);
const keys = (...argv: string[]) => bonafide('keys', 'rotate', ...argv, '--data-dir', dataDir);

describe('audit verify and keys rotate', () => {
  it('find the log whole, with a rotation in it, and the head of before still there', async () => {
    const before = await audit('--json');
    expect([before.code, before.err]).toEqual([0, '']);
    const { head, entries, fault } = JSON.parse(before.out) as { head: string; entries: number; fault: null };
    expect(fault).toBeNull();

    // The first rotation makes the first key where no service has run yet.
    const first = await keys();
    expect(first.out).toMatch(/^The signing key is now \S+\.\n$/);
    const second = await keys('--json');
    expect(first.out).not.toContain((JSON.parse(second.out) as { kid: string }).kid);

    const after = await audit('--contains', head);
    expect([after.code, after.err]).toEqual([0, '']);
    expect(after.out).toMatch(/^The audit log is whole: \d+ entries\.\nhead {2}[0-9a-f]{64}\n$/);
    expect(Number(/\d+/.exec(after.out)?.[0])).toBeGreaterThan(entries);
  });

  it('fail for a head that the log does not contain, and for one that is none', async () => {
    const cut = await audit('--contains', 'f'.repeat(64));
    expect(cut.code).toBe(1);
    expect(cut.err).toMatch(
      /^bonafide: the audit log is not whole: after entry \d+, the log was cut or replaced\n$/,
    );
    expect((await audit('--contains', 'xyz')).code).toBe(2);
  });
});

describe('audit retention', () => {
  const retention = (...argv: string[]) => bonafide('audit', 'retention', ...argv, '--data-dir', dataDir);

  it('keeps entries for ever until somebody says for how long, and for ever again', async () => {
    expect((await retention()).out).toBe('Entries are kept for ever.\n');
    expect((await retention('400')).out).toBe('Entries are kept for 400 days.\n');
    expect(JSON.parse((await retention('--json')).out)).toEqual({ days: 400, removed: 0 });
    expect((await retention('forever')).out).toBe('Entries are kept for ever.\n');
    expect((await audit()).code).toBe(0);
  });

  it.each(['29', '36501', 'long', '-1', '30.5'])('refuses %s', async (days) => {
    expect((await retention(days)).code).toBe(2);
  });
});
