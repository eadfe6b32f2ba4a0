import Database from 'better-sqlite3';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisRequest, CueReport } from '@bonafide/engine';
import { labOf } from '../../test/lab.js';
import { join, joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import {
  clip,
  DETECT,
  liveCheck,
  PASSIVE,
  SESSIONS,
  startService,
  type TestService,
} from '../../test/service.js';

const POLICY = '/resources/default/policy';
const CANDIDATES = `${POLICY}/candidates`;
const RUNS = '/resources/default/lab/runs';

interface Item {
  id: string;
  version: string;
  shortfall: string | null;
  stale: boolean;
  decides: boolean;
  inShadow: boolean;
  acceptedBy: string | null;
}
interface ShadowAnswer {
  counts: { live: string; shadow: string; count: number }[];
  differences: { session: string; live: string; shadow: string }[];
}

let service: TestService;
let owner: PortalBrowser;
/** What the cues say of what is not in the lab. */
let live: { networks: number; parallax: number };
let attack: boolean;

let warnings: string[];

beforeEach(async () => {
  warnings = [];
  const write = (line: string) => warnings.push((JSON.parse(line) as { msg: string }).msg);
  service = await startService({ logger: pino({ level: 'warn' }, { write }) });
  owner = await joinAsOwner(service);
  live = { networks: -0.2, parallax: -0.1 };
  attack = false;
  service.engine.measure = measure;
});
afterEach(() => service.end());

const attacks = new Set<string>();

/** In the lab networks and parallax tell well; elsewhere they say what a test sets. */
function measure({ capture }: AnalysisRequest): CueReport[] {
  const cue = (name: string, llr: number): CueReport => ({
    name,
    version: '1',
    outcome: { status: 'scored', llr, quality: 1, evidence: {} },
  });
  if (!capture) return [cue('pad-networks', live.networks), cue('parallax', live.parallax)];
  const side = attacks.has(capture.sessionId) ? -1 : 1;
  const chance = (capture.nonce.charCodeAt(3) % 10) / 10;
  return [cue('pad-networks', side * (4 + chance)), cue('parallax', side * (3 + chance))];
}

/** Records a small set and calibrates on it: a candidate with a shortfall. */
async function makeCandidate(): Promise<Item> {
  const { record } = labOf(service, owner);
  for (let k = 0; k < 40; k++) {
    attack = k % 2 === 1;
    const shown = attack ? { label: 'attack', species: 'print' } : { label: 'bonafide' };
    const id = await record({ ...shown, subject: `S-${k % 5}` });
    const path = `/resources/default/lab/presentations/${id}`;
    const { capture } = await owner.ok<{ capture: { sessionId: string } }>('GET', path);
    if (attack) attacks.add(capture.sessionId);
  }
  const { id } = await owner.ok<{ id: string }>('POST', RUNS, { kind: 'calibration' });
  await expect
    .poll(async () => (await owner.ok<{ state: string }>('GET', `${RUNS}/${id}`)).state, { timeout: 20_000 })
    .toBe('done');
  const [made] = await list();
  if (!made) throw new Error('expected a candidate');
  return made;
}

const list = async () => (await owner.ok<{ candidates: Item[] }>('GET', CANDIDATES)).candidates;
const adopt = (id: string, json: object) => owner.call('POST', `${CANDIDATES}/${id}/adopt`, { json });

const check = () => liveCheck(service);

it('a candidate decides once it is adopted, its shortfall named, and one click goes back', async () => {
  const before = await check();
  expect(before).toMatchObject({ livenessDecision: 'uncertain', modelVersionUsed: 'fake-1+test-1' });
  const candidate = await makeCandidate();
  expect(candidate).toMatchObject({
    shortfall: '20 of 50 bona fide presentations, 20 of 150 of print',
    stale: false,
    decides: false,
    acceptedBy: null,
  });

  // It can be measured before it decides anything.
  const tried = await owner.ok<{ id: string }>('POST', RUNS, {
    kind: 'evaluation',
    decisionPolicy: candidate.id,
  });
  await expect
    .poll(() => owner.call('GET', `${RUNS}/${tried.id}/report`).then(({ statusCode }) => statusCode), {
      timeout: 20_000,
    })
    .toBe(200);
  expect(await owner.ok('GET', `${RUNS}/${tried.id}/report`)).toMatchObject({
    run: { policy: candidate.version, engine: 'fake-1' },
  });

  // Neither unasked nor by the policy's own door.
  const refused = await adopt(candidate.id, {});
  expect([refused.statusCode, refused.body]).toEqual([409, expect.stringContaining('20 of 150 of print')]);
  expect((await adopt(candidate.id, { acknowledged: 'yes' })).statusCode).toBe(409);
  const direct = { json: { policy: { decisionPolicy: candidate.id } } };
  expect((await owner.call('PATCH', '/resources/default', direct)).statusCode).toBe(400);
  expect(await check()).toMatchObject({ modelVersionUsed: 'fake-1+test-1' });

  expect((await adopt(candidate.id, { acknowledged: candidate.shortfall })).statusCode).toBe(200);
  expect(await list()).toMatchObject([{ decides: true, acceptedBy: 'olga' }]);
  const kept = await owner.call('DELETE', `${CANDIDATES}/${candidate.id}`);
  expect([kept.statusCode, kept.body]).toEqual([409, expect.stringContaining('It was adopted')]);
  expect(await check()).toMatchObject({
    livenessDecision: 'realface',
    modelVersionUsed: `fake-1+${candidate.version}`,
  });
  const { versions } = await owner.ok<{ versions: object[] }>('GET', `${POLICY}/versions`);
  expect(versions[0]).toMatchObject({
    policy: { decisionPolicy: candidate.id },
    note: expect.stringContaining('calibrated on lab default') as string,
    changedBy: 'olga',
  });

  // What else was changed meanwhile stays.
  await owner.ok('PATCH', '/resources/default', { policy: { retentionHours: 24 } });
  expect(await owner.ok('POST', `${POLICY}/rollback`)).toMatchObject({
    decisionPolicy: '',
    retentionHours: 24,
  });
  expect(await check()).toMatchObject({ modelVersionUsed: 'fake-1+test-1' });
  // And forth again.
  expect(await owner.ok('POST', `${POLICY}/rollback`)).toMatchObject({ decisionPolicy: candidate.id });
  const { entries } = await owner.ok<{ entries: object[] }>(
    'GET',
    '/resources/default/audit?event=candidate.accepted',
  );
  expect(entries).toMatchObject([
    { facts: { candidate: candidate.id, shortfall: candidate.shortfall, by: 'olga' } },
  ]);
});

it('in the shadow it is counted and listed, and neither device nor application hears of it', async () => {
  const candidate = await makeCandidate();
  await owner.ok('PATCH', '/resources/default', { policy: { shadowPolicy: candidate.id } });
  const alone = await check();
  expect(alone).toMatchObject({ livenessDecision: 'uncertain', modelVersionUsed: 'fake-1+test-1' });
  for (const { body, headers } of [alone.device, alone.result])
    expect(JSON.stringify([body, headers])).not.toMatch(
      new RegExp(`${candidate.version}|${candidate.id}|shadow`),
    );
  live = { networks: 8, parallax: 8 };
  await check();
  const path = `${CANDIDATES}/${candidate.id}/shadow`;
  const seen = await owner.ok<ShadowAnswer>('GET', path);
  expect(seen.counts).toEqual(
    expect.arrayContaining([
      { live: 'uncertain', shadow: 'realface', count: 1 },
      { live: 'realface', shadow: 'realface', count: 1 },
    ]),
  );
  expect(seen.differences).toMatchObject([
    { session: alone.sessionId, attempt: 1, live: 'uncertain', shadow: 'realface' },
  ]);

  const stored = new Database(`${service.dataDir}/bonafide.sqlite`);
  const rows = () =>
    stored.prepare('select * from shadow_decisions where session_id = ?').all(alone.sessionId);
  expect(rows()).toHaveLength(1);
  // It is data on a person: part of what that person is given.
  stored.prepare("update sessions set user_correlation_id = 'ada' where id = ?").run(alone.sessionId);
  expect(
    await owner.ok('POST', '/resources/default/personal-data/export', { userCorrelationId: 'ada' }),
  ).toMatchObject({ sessions: [{ shadow: [{ candidateId: candidate.id, shadow: 'realface' }] }] });
  const held = await owner.ok('GET', `/resources/default/sessions/${alone.sessionId}`);
  expect(JSON.stringify(held)).not.toContain(candidate.id);
  expect((await service.call('DELETE', `${SESSIONS}/${alone.sessionId}`)).statusCode).toBe(200);
  expect(rows()).toEqual([]);
  stored.close();
  // How many there were is of nobody.
  expect((await owner.ok<ShadowAnswer>('GET', path)).counts).toEqual(seen.counts);
});

it('what goes wrong fails closed: a broken shadow changes nothing, a broken adopted policy lets nobody pass', async () => {
  const candidate = await makeCandidate();
  await owner.ok('PATCH', '/resources/default', { policy: { shadowPolicy: candidate.id } });
  live = { networks: 8, parallax: 8 };
  const stored = new Database(`${service.dataDir}/bonafide.sqlite`);
  stored.prepare("update candidates set policy = '{}'").run();
  expect(await check()).toMatchObject({ livenessDecision: 'realface', modelVersionUsed: 'fake-1+test-1' });

  stored.prepare('update candidates set accepted_at_ms = 1').run();
  await owner.ok('PATCH', '/resources/default', { policy: { decisionPolicy: candidate.id } });
  const { sessionId, authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json<{
    sessionId: string;
    authToken: string;
  }>();
  const device = await service.call('POST', DETECT, {
    token: authToken,
    form: { Content: clip('realface'), Metadata: '{}' },
  });
  expect(device.statusCode).toBe(500);
  expect((await service.call('GET', `${SESSIONS}/${sessionId}`)).body).not.toContain('realface');

  // Another engine or installed policy: the numbers mean nothing, and the installed ones decide.
  stored.prepare("update candidates set engine = 'older-1'").run();
  stored.close();
  expect(await check()).toMatchObject({ modelVersionUsed: 'fake-1+test-1' });
});

it('a damaged one is listed among the others, and can be deleted', async () => {
  const candidate = await makeCandidate();
  const stored = new Database(`${service.dataDir}/bonafide.sqlite`);
  const spoil = stored.prepare('update candidates set policy = ?, species = ?, engine = ?');
  for (const engine of ['fake-1', 'older-1'])
    for (const [policy, species] of [
      ['{"cut', '{}'],
      ['{}', '{}'],
      ['{"operatingPoints":{},"cues":null}', '{"print":20}'],
      ['null', '[]'],
      ['{}', '{"print":"many"}'],
    ]) {
      spoil.run(policy, species, engine);
      const answer = await owner.call('GET', CANDIDATES);
      expect([policy, answer.statusCode]).toEqual([policy, 200]);
      expect(answer.json()).toMatchObject({
        candidates: [{ id: candidate.id, version: candidate.version, numbers: null }],
      });
    }
  spoil.run('{}', '{}', 'fake-1');
  stored.close();
  expect((await adopt(candidate.id, {})).statusCode).toBe(409);
  const run = { json: { kind: 'evaluation', decisionPolicy: candidate.id } };
  expect((await owner.call('POST', RUNS, run)).statusCode).toBe(409);
  expect((await owner.call('GET', `${CANDIDATES}/${candidate.id}/shadow`)).statusCode).toBe(200);
  expect((await owner.call('DELETE', `${CANDIDATES}/${candidate.id}`)).statusCode).toBe(204);
  expect(await list()).toEqual([]);
});

it('one of another engine is refused in words, and log and audit log keep it', async () => {
  const candidate = await makeCandidate();
  await owner.ok('PATCH', '/resources/default', { policy: { shadowPolicy: candidate.id } });
  const stored = new Database(`${service.dataDir}/bonafide.sqlite`);
  stored.prepare("update candidates set engine = 'older-1'").run();
  stored.close();
  expect(await list()).toMatchObject([{ stale: true, inShadow: false }]);
  for (let k = 0; k < 3; k++) await check();
  expect(warnings).toEqual([
    `default: the candidate ${candidate.version} was found with older-1 and test-1, and is set aside; nothing scores in the shadow`,
  ]);
  const refused = await adopt(candidate.id, { acknowledged: candidate.shortfall });
  expect([refused.statusCode, refused.body]).toEqual([409, expect.stringContaining('measure again')]);
  const { entries } = await owner.ok<{ entries: { facts: object }[] }>(
    'GET',
    '/resources/default/audit?event=candidate.refused',
  );
  const facts = { candidate: candidate.id, foundWith: 'older-1, test-1', present: 'fake-1, test-1' };
  expect(entries.map((entry) => entry.facts)).toEqual([
    { ...facts, use: 'adoption', by: 'olga' },
    { ...facts, use: 'shadowPolicy', by: null },
  ]);
});

it('one that was tried and never adopted is deleted, with what it said in the shadow', async () => {
  const candidate = await makeCandidate();
  const path = `${CANDIDATES}/${candidate.id}`;
  const policyIn = (shadowPolicy: string) =>
    owner.ok('PATCH', '/resources/default', { policy: { shadowPolicy } });
  await policyIn(candidate.id);
  await check();
  const watching = await owner.call('DELETE', path);
  expect([watching.statusCode, watching.body]).toEqual([409, expect.stringContaining('in the shadow')]);
  await policyIn('');
  expect((await owner.call('DELETE', path)).statusCode).toBe(204);
  expect((await owner.call('DELETE', path)).statusCode).toBe(404);
  const stored = new Database(`${service.dataDir}/bonafide.sqlite`);
  for (const table of ['candidates', 'shadow_decisions', 'shadow_counts'])
    expect(stored.prepare(`select * from ${table}`).all()).toEqual([]);
  stored.close();
  const { entries } = await owner.ok<{ entries: object[] }>(
    'GET',
    '/resources/default/audit?event=candidate.deleted',
  );
  expect(entries).toMatchObject([{ facts: { candidate: candidate.id, by: 'olga' } }]);
  // Versions of the policy that it scored beside can be gone back to; nothing scores then.
  const { versions } = await owner.ok<{ versions: { version: number; policy: { shadowPolicy: string } }[] }>(
    'GET',
    `${POLICY}/versions`,
  );
  const then = versions.find(({ policy }) => policy.shadowPolicy === candidate.id);
  expect(await owner.ok('POST', `${POLICY}/versions/${then?.version}/restore`)).toMatchObject({
    shadowPolicy: '',
  });
});

describe('people', () => {
  it('with the role Reader look on, and candidates of one resource are of no use to another', async () => {
    const { id, shortfall } = await makeCandidate();
    await service.resources.create({ name: 'other' });
    const reader = await join(service, owner, 'rita', 'Reader', 'default');
    const stranger = await join(service, owner, 'sam', 'Owner', 'other');
    const acknowledged = { json: { acknowledged: shortfall } };
    for (const [method, path, options, forReader] of [
      ['GET', CANDIDATES, {}, 200],
      ['GET', `${CANDIDATES}/${id}/shadow`, {}, 200],
      ['POST', `${CANDIDATES}/${id}/adopt`, acknowledged, 403],
      ['DELETE', `${CANDIDATES}/${id}`, {}, 403],
      ['POST', `${POLICY}/rollback`, {}, 403],
    ] as const) {
      expect([path, (await reader.call(method, path, options)).statusCode]).toEqual([path, forReader]);
      expect([path, (await stranger.call(method, path, options)).statusCode]).toEqual([path, 404]);
      if (path.includes(id)) {
        const sideways = path.replace('/default/', '/other/');
        expect([sideways, (await stranger.call(method, sideways, options)).statusCode]).toEqual([
          sideways,
          404,
        ]);
      }
    }
    for (const member of ['decisionPolicy', 'shadowPolicy']) {
      const json = { policy: { [member]: id } };
      expect((await stranger.call('PATCH', '/resources/other', { json })).statusCode).toBe(400);
    }
    expect(await list()).toMatchObject([{ decides: false, inShadow: false }]);
  });
});
