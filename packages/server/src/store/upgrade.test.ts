import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadPolicy } from '@bonafide/engine';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinAsOwner, openBrowser, PASSWORD, type PortalBrowser } from '../../test/portal-browser.js';
import { clip, SESSIONS, startService, VERIFY_SESSIONS, type TestService } from '../../test/service.js';
import { verifyAuditLog } from '../audit-verification.js';
import { openDataFolder } from '../data-folder.js';
import { MIGRATIONS } from './migrations/index.js';

// Each fixture is the store as the commit that added that migration left it, filled through its own routes: setup/fixture.mjs
// makes the next one. All of them hold the same, as far as their commit could: test/fixtures/make.ts tells what.
const FIXTURES = new URL('../../test/fixtures/', import.meta.url);
const MASTER_KEY = '11'.repeat(32);

interface Before {
  tables: Set<string>;
  /** Liveness sessions in their order; the first was judged `realface`, the next two `spoofface`. */
  sessions: string[];
  /** Sessions with verification in their order; the first was judged. */
  verified: string[];
  auditEntries: number;
}

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-upgrade-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const fixtures = readdirSync(FIXTURES).filter((name) => name.endsWith('.sqlite.gz'));
/** 0009 came before 0008. */
const KNOWS_THE_LAB = /-(0008|001\d)\./;
const KNOWS_RUNS = /-001\d\./;
const KNOWS_CANDIDATES = /-001[1-9]\./;
const KNOWS_MODELS = /-001[4-9]\./;

it('there is a store of every migration but 0001, which none had without 0002', () => {
  const numbers = Object.keys(MIGRATIONS).map((name) => name.slice(0, 4));
  const wanted = numbers.filter((number) => number !== '0001');
  expect(fixtures.sort()).toEqual(wanted.map((number) => `schema-${number}.sqlite.gz`));
});

describe('a data folder', () => {
  it.each(fixtures)('of %s upgrades in place, with all that it holds', async (fixture) => {
    const before = unpack(fixture);
    const folder = await openDataFolder(dataDir, { masterKey: MASTER_KEY });
    expect(await verifyAuditLog(folder.store, folder.vault)).toMatchObject({
      fault: null,
      entries: before.auditEntries,
    });
    await folder.close();

    const service = await startService({ dataDir, masterKey: MASTER_KEY });
    expect(service.firstResource).toBeNull();
    expect(service.key).toMatch(/^[0-9a-f]{32}$/);
    const judged = before.sessions[0] ?? '';
    expect((await service.call('GET', `${SESSIONS}/${judged}`)).json()).toMatchObject({
      status: 'ResultAvailable',
      result: { response: { body: { livenessDecision: 'realface' } } },
    });
    const verified = await service.call('GET', `${VERIFY_SESSIONS}/${before.verified[0] ?? ''}`);
    expect(verified.json()).toMatchObject({
      result: { response: { body: { verifyResult: { isIdentical: expect.any(Boolean) as boolean } } } },
    });

    const owner = await ownerOf(service);
    expect(await owner.ok('GET', '/resources/default')).toMatchObject({ recognition: 'approved' });
    const found = async (decision: string) => {
      const path = `/resources/default/sessions?kind=liveness&decision=${decision}`;
      return (await owner.ok<{ sessions: { id: string }[] }>('GET', path)).sessions.map(({ id }) => id);
    };
    expect(await found('realface')).toEqual([judged]);
    expect((await found('spoofface')).sort()).toEqual(before.sessions.slice(1, 3).sort());
    expect((await owner.ok<{ versions: [] }>('GET', '/resources/shop/policy/versions')).versions).not.toEqual(
      [],
    );
    if (before.tables.has('webhooks'))
      expect(await owner.ok('GET', '/resources/default/webhooks')).toMatchObject([{ enabled: true }]);

    // What it could do it still can, with what it kept sealed.
    const waiting = await service.call('GET', `${VERIFY_SESSIONS}/${before.verified[1] ?? ''}`);
    expect(waiting.json()).toMatchObject({ status: 'NotStarted' });
    const created = await service.call('POST', VERIFY_SESSIONS, {
      form: {
        Parameters: JSON.stringify({ livenessOperationMode: 'passive', deviceCorrelationId: 'd' }),
        VerifyImage: clip('high'),
      },
    });
    expect(created.statusCode).toBe(200);
    await service.close();
  });

  it.each(fixtures.filter((name) => KNOWS_THE_LAB.test(name)))(
    'of %s keeps what the lab has recorded',
    async (fixture) => {
      unpack(fixture);
      const service = await startService({ dataDir, masterKey: MASTER_KEY });
      const owner = await ownerOf(service);
      const path = '/resources/default/lab/presentations';
      const { presentations } = await owner.ok<{
        presentations: { id: string; recordedAt: string | null }[];
      }>('GET', path);
      expect(presentations).toHaveLength(2);
      const recorded = presentations.find(({ recordedAt }) => recordedAt !== null);
      const opened = await owner.call('GET', `${path}/${recorded?.id ?? ''}/clip`);
      expect(opened.statusCode).toBe(200);
      expect(opened.rawPayload.subarray(0, 4).toString()).toBe('RIFF');
      await service.close();
    },
  );

  it.each(fixtures.filter((name) => KNOWS_RUNS.test(name)))(
    'of %s keeps what the lab has measured',
    async (fixture) => {
      unpack(fixture);
      const service = await startService({ dataDir, masterKey: MASTER_KEY });
      const owner = await ownerOf(service);
      const path = '/resources/default/lab/runs';
      const runs = await owner.ok<{ id: string }[]>('GET', path);
      expect(runs).toMatchObject([{ kind: 'evaluation', state: 'done', total: 1, done: 1 }]);
      const run = `${path}/${runs[0]?.id ?? ''}`;
      expect(await owner.ok('GET', `${run}/report`)).toMatchObject({ schema: 'bonafide-report/1' });
      expect((await owner.call('GET', `${run}/report.html`)).body).toContain('Evaluation of face liveness');
      expect((await owner.call('GET', `${run}/scores`)).body).toContain('"label":"bonafide"');
      await service.close();
    },
  );

  it.each(fixtures.filter((name) => KNOWS_CANDIDATES.test(name)))(
    'of %s keeps its candidates, which can be adopted still, and what they said in the shadow',
    async (fixture) => {
      unpack(fixture);
      renewCandidates();
      const service = await startService({ dataDir, masterKey: MASTER_KEY });
      const owner = await ownerOf(service);
      const path = '/resources/default/policy/candidates';
      const { candidates } = await owner.ok<{ candidates: { id: string }[] }>('GET', path);
      expect(candidates).toMatchObject([
        { origin: 'made for this fixture', stale: false, inShadow: true, shortfall: null },
      ]);
      const candidate = `${path}/${candidates[0]?.id ?? ''}`;
      expect(await owner.ok('GET', `${candidate}/shadow`)).toMatchObject({ counts: [{ count: 1 }] });
      await owner.ok('POST', `${candidate}/adopt`, {});
      expect(await owner.ok('GET', path)).toMatchObject({ candidates: [{ decides: true }] });
      await owner.ok('POST', '/resources/default/policy/rollback');
      expect(await owner.ok('GET', path)).toMatchObject({ candidates: [{ decides: false }] });
      await service.close();
    },
  );

  it.each(fixtures.filter((name) => KNOWS_MODELS.test(name)))(
    'of %s keeps what other weights said in the shadow',
    async (fixture) => {
      unpack(fixture);
      const service = await startService({ dataDir, masterKey: MASTER_KEY });
      const owner = await ownerOf(service);
      const path = '/resources/default/policy/candidates';
      const { models } = await owner.ok<{ models: { id: string }[] }>('GET', path);
      expect(models).toMatchObject([{ version: expect.stringMatching(/^fake-1~0123abcd\+/) as string }]);
      const { counts } = await owner.ok<{ counts: [] }>('GET', `${path}/${models[0]?.id ?? ''}/shadow`);
      expect(counts.length).toBeGreaterThan(0);
      await service.close();
    },
  );
});

/**
 * Gives candidates the parameters of the present engine. The engine of the tests always has the same name, so that they do not
 * count as found with another; a real one with other parameters has another name, and takes none of them.
 */
function renewCandidates(): void {
  const database = new Database(join(dataDir, 'bonafide.sqlite'));
  database
    .prepare('update candidates set policy = ? where origin = ?')
    .run(JSON.stringify(loadPolicy()), 'made for this fixture');
  database.close();
}

/** Makes the data folder of a fixture, and tells what its store holds. */
function unpack(fixture: string): Before {
  const file = join(dataDir, 'bonafide.sqlite');
  writeFileSync(file, gunzipSync(readFileSync(new URL(fixture, FIXTURES))));
  const database = new Database(file, { readonly: true });
  const all = (query: string) => database.prepare(query).pluck().all() as string[];
  const before = {
    tables: new Set(all("select name from sqlite_master where type = 'table'")),
    sessions: all("select id from sessions where kind = 'liveness' order by rowid"),
    verified: all("select id from sessions where kind = 'livenessWithVerify' order by rowid"),
    auditEntries: all('select seq from audit_log').length,
  };
  database.close();
  return before;
}

/** The Owner whom the fixture knows, or the first one where nobody signed in yet. */
async function ownerOf(service: TestService): Promise<PortalBrowser> {
  if (service.ownerLink() !== null) return joinAsOwner(service);
  const owner = openBrowser(service);
  await owner.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
  return owner;
}
