import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinAsOwner } from '../../test/portal-browser.js';
import { clip, SESSIONS, startService, VERIFY_SESSIONS } from '../../test/service.js';
import { verifyAuditLog } from '../audit-log.js';
import { openDataFolder } from '../data-folder.js';

const FIXTURES = new URL('../../test/fixtures/', import.meta.url);
/** Of all fixtures; the other facts of each are in its first line. */
const MASTER_KEY = '11'.repeat(32);
const DEFAULT_KEY = 'e89b9e11d7d722e6d17320306c1901ee';
const JUDGED = '4feb85a2-3a5b-4df5-9b06-87c7e6249b88';
const WITH_REFERENCE = '593e3c09-df9a-4e3f-ac19-cd5aac505c50';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-upgrade-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const fixtures = readdirSync(FIXTURES).filter((name) => /^schema-\d{4}\.sql$/.test(name));

describe.each(fixtures)('a data folder of %s', (fixture) => {
  beforeEach(() => {
    const database = new Database(join(dataDir, 'bonafide.sqlite'));
    database.exec(readFileSync(new URL(fixture, FIXTURES), 'utf8'));
    database.close();
  });

  it('upgrades in place: keys, sessions, templates and the audit chain are as they were', async () => {
    const folder = await openDataFolder(dataDir, { masterKey: MASTER_KEY });
    expect(await verifyAuditLog(folder.store)).toMatchObject({ fault: null });
    await folder.close();

    const service = await startService({ dataDir, masterKey: MASTER_KEY });
    expect(service.firstResource).toBeNull();
    expect(service.key).toBe(DEFAULT_KEY);
    // Of the day that the fixture was made.
    service.now = 1_795_521_600_000 + 60_000;
    expect((await service.call('GET', `${SESSIONS}/${JUDGED}`)).json()).toMatchObject({
      status: 'ResultAvailable',
      result: { response: { body: { livenessDecision: 'realface' } } },
    });
    expect((await service.call('GET', `${VERIFY_SESSIONS}/${WITH_REFERENCE}`)).statusCode).toBe(200);

    const owner = await joinAsOwner(service);
    expect(await owner.ok('GET', '/resources/default')).toMatchObject({ recognition: 'approved' });
    expect(await owner.ok('GET', '/resources/default/sessions?decision=realface')).toMatchObject({
      sessions: [{ id: JUDGED, decision: 'realface' }],
    });
    expect(await owner.ok('GET', '/resources/shop/policy/versions')).toMatchObject({
      versions: [{ version: 1 }],
    });
    // What it could do it still can.
    const created = await service.call('POST', VERIFY_SESSIONS, {
      form: {
        Parameters: JSON.stringify({ livenessOperationMode: 'passive', deviceCorrelationId: 'd' }),
        VerifyImage: clip('high'),
      },
    });
    expect(created.statusCode).toBe(200);
    await service.close();
  });
});
