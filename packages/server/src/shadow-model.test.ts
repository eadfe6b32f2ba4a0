import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@bonafide/engine';
import Database from 'better-sqlite3';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeEngine, type FakeEngine } from '../test/fake-engine.js';
import { join as joinPeople, joinAsOwner, type PortalBrowser } from '../test/portal-browser.js';
import { clip, liveCheck, SESSIONS, startService, type TestService } from '../test/service.js';
import type { ShadowWeights } from './model-candidates.js';
import { MAX_HELD, startShadowModel } from './shadow-model.js';
import { openSqlite } from './store/sqlite.js';

/** Version of the installed policy. */
const INSTALLED = loadPolicy().version;
const POLICY = '/resources/default/policy';
const CANDIDATES = `${POLICY}/candidates`;
const WEIGHTS: ShadowWeights = {
  engine: 'fake-1~0123abcd',
  fingerprint: '0123abcd'.repeat(8),
  changed: [{ name: 'pad-fasnet', file: 'pad-fasnet.onnx', sha256: 'feed'.repeat(16) }],
  policy: null,
};

interface Model {
  id: string;
  version: string;
  inShadow: boolean;
  dropped: number;
  failed: number;
}
interface Said {
  counts: { live: string; shadow: string; count: number }[];
  differences: { session: string; live: string; shadow: string }[];
}

let dataDir: string;
let service: TestService;
let owner: PortalBrowser;
/** The engine with the other weights. */
let other: FakeEngine;
/** Until no check is at work. */
let idle: Promise<void>;
let log: { msg: string; err?: { message: string } }[];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-shadow-'));
  other = createFakeEngine();
  other.measure = () => [
    { name: 'pad-networks', version: '1', outcome: { status: 'scored', llr: -9, quality: 1, evidence: {} } },
  ];
  idle = Promise.resolve();
  log = [];
  const write = (line: string) => void log.push(JSON.parse(line) as (typeof log)[number]);
  const engine = Object.assign(createFakeEngine(), {
    versions: { engine: 'fake-1', policy: INSTALLED },
    whenIdle: (signal?: AbortSignal) =>
      Promise.race([idle, new Promise<void>((_, reject) => signal?.addEventListener('abort', reject))]),
  });
  service = await startService({
    dataDir,
    engine,
    shadowSource: { engine: other, weights: WEIGHTS, policy: null },
    logger: pino({ level: 'warn' }, { write }),
  });
  owner = await joinAsOwner(service);
  await owner.ok('PATCH', '/resources/default', { policy: { shadowModel: 'on' } });
});
afterEach(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true });
});

const check = (word?: string) => liveCheck(service, word);

const models = async () => (await owner.ok<{ models: Model[] }>('GET', CANDIDATES)).models;
const said = async () => {
  const [model] = await models();
  return owner.ok<Said>('GET', `${CANDIDATES}/${model?.id ?? ''}/shadow`);
};
/** Once it has counted so many captures, in whatever way. */
const counted = (n: number) =>
  expect
    .poll(async () => {
      const [model] = await models();
      if (!model) return 0;
      const scored = (await said()).counts.reduce((sum, { count }) => sum + count, 0);
      return scored + model.dropped + model.failed;
    })
    .toBe(n);

describe('other weights in the shadow', () => {
  it('score what was decided, and neither device nor application nor the page of the session hears of it', async () => {
    const { sessionId, device, result } = await check();
    await counted(1);
    expect((await models()).map(({ id: _, ...model }) => model)).toMatchObject([
      { version: `fake-1~0123abcd+${INSTALLED}`, inShadow: true, dropped: 0, failed: 0 },
    ]);
    expect(await said()).toMatchObject({
      counts: [{ live: 'realface', shadow: 'spoofface', count: 1 }],
      differences: [{ session: sessionId, attempt: 1, live: 'realface', shadow: 'spoofface' }],
    });
    expect(result.json()).toMatchObject({
      result: { response: { body: { livenessDecision: 'realface', modelVersionUsed: 'fake-1+test-1' } } },
    });
    const page = await owner.call('GET', `/resources/default/sessions/${sessionId}`);
    for (const { body, headers } of [device, result, page])
      expect(JSON.stringify([body, headers])).not.toMatch(/0123abcd|spoofface|shadow/);
    // Neither a face to keep nor a picture is asked of them.
    expect(other.requests).toHaveLength(1);
    expect(Object.keys(other.requests[0] ?? {}).sort()).toEqual([
      'allowStill',
      'allowUnbound',
      'content',
      'decideBy',
      'operatingPoint',
    ]);

    // Data on a person: it goes with the session, how many there were stays.
    const before = await said();
    expect((await service.call('DELETE', `${SESSIONS}/${sessionId}`)).statusCode).toBe(200);
    expect(await said()).toEqual({ ...before, differences: [] });
  });

  it('are asked about nothing unless the policy says so', async () => {
    await owner.ok('PATCH', '/resources/default', { policy: { shadowModel: 'off' } });
    await check();
    await owner.ok('PATCH', '/resources/default', { policy: { shadowModel: 'on' } });
    await check();
    await counted(1);
    expect(other.requests).toHaveLength(1);
  });

  it('that fail are counted and logged, and change nothing', async () => {
    other.measure = () => {
      throw new Error('no such layer');
    };
    const { device, result } = await check();
    expect([device.statusCode, result.body]).toEqual([204, expect.stringContaining('realface')]);
    await counted(1);
    expect(await models()).toMatchObject([{ failed: 1, dropped: 0 }]);
    expect((await said()).counts).toEqual([]);
    expect(log).toMatchObject([{ msg: 'shadow model', err: { message: 'no such layer' } }]);
  });

  it('hold few captures: more are dropped and counted, and checks go on', async () => {
    let open = () => {};
    other.gate = new Promise((resolve) => (open = resolve));
    for (let k = 0; k < MAX_HELD + 3; k++) expect((await check()).device.statusCode).toBe(204);
    expect(await models()).toMatchObject([{ dropped: 3 }]);
    open();
    await counted(MAX_HELD + 3);
    expect(other.requests).toHaveLength(MAX_HELD);
  });

  it('begin only while no check is at work', async () => {
    let free = () => {};
    idle = new Promise((resolve) => (free = resolve));
    expect((await check()).device.statusCode).toBe(204);
    expect((await check('spoofface')).device.statusCode).toBe(204);
    expect(other.requests).toEqual([]);
    free();
    await counted(2);
    expect(await said()).toMatchObject({
      counts: [
        { live: 'realface', shadow: 'spoofface' },
        { live: 'spoofface', shadow: 'spoofface' },
      ],
    });
  });

  it('are not asked about a session that was deleted while it waited, which is neither scored nor counted', async () => {
    let free = () => {};
    idle = new Promise((resolve) => (free = resolve));
    const gone = await check();
    await check('spoofface');
    expect((await service.call('DELETE', `${SESSIONS}/${gone.sessionId}`)).statusCode).toBe(200);
    free();
    await counted(1);
    expect(other.requests).toHaveLength(1);
    expect((await said()).counts).toEqual([{ live: 'spoofface', shadow: 'spoofface', count: 1 }]);
    expect(log).toEqual([]);
  });

  it('write nothing on a session that was deleted while they were at work', async () => {
    let open = () => {};
    other.gate = new Promise((resolve) => (open = resolve));
    const { sessionId } = await check();
    await expect.poll(() => other.requests.length).toBe(1);
    await service.call('DELETE', `${SESSIONS}/${sessionId}`);
    open();
    await check('spoofface');
    await counted(1);
    expect(log).toEqual([]);
  });

  it('drop and count what they hold when the service ends', async () => {
    other.gate = new Promise(() => undefined);
    for (let k = 0; k < 3; k++) await check();
    await service.close();
    expect(other.closed).toBe(true);
    const stored = new Database(join(dataDir, 'bonafide.sqlite'), { readonly: true });
    expect(stored.prepare('select kind, dropped, failed from candidates').all()).toEqual([
      { kind: 'model', dropped: 3, failed: 0 },
    ]);
    expect(stored.prepare('select * from shadow_decisions').all()).toEqual([]);
    stored.close();
    expect(log).toEqual([]);
  });

  it('decide by what decides for the resource, and are another candidate for other numbers', async () => {
    await check();
    await counted(1);
    const policy = { ...loadPolicy(), version: `${INSTALLED}+11111111` };
    const store = new Database(join(dataDir, 'bonafide.sqlite'));
    store
      .prepare(
        `insert into candidates (id, resource_id, policy, engine, installed, origin, run_id, bona_fide, species, created_by, created_at_ms, accepted_at_ms)
         select '11111111-2222-4333-8444-555555555555', id, ?, 'fake-1', '${INSTALLED}', 'a test', '', 50, '{"print":150}', 'olga', 1, 1
         from resources where name = 'default'`,
      )
      .run(JSON.stringify(policy));
    store.close();
    await owner.ok('PATCH', '/resources/default', {
      policy: { decisionPolicy: '11111111-2222-4333-8444-555555555555' },
    });
    service.now += 1000;
    await check();
    await expect.poll(async () => (await models()).length).toBe(2);
    expect(await models()).toMatchObject([
      { version: `fake-1~0123abcd+${INSTALLED}+11111111`, inShadow: true },
      { version: `fake-1~0123abcd+${INSTALLED}`, inShadow: false },
    ]);
    expect(other.requests[1]?.decideBy?.version).toBe(`${INSTALLED}+11111111`);
  });

  it('can be looked at by Readers; nobody adopts or measures with them here, and they are deleted with what they said', async () => {
    await check();
    await counted(1);
    await service.resources.create({ name: 'other' });
    const reader = await joinPeople(service, owner, 'rita', 'Reader', 'default');
    const stranger = await joinPeople(service, owner, 'sam', 'Owner', 'other');
    const [model] = await models();
    const path = `${CANDIDATES}/${model?.id ?? ''}`;
    expect(await reader.ok('GET', CANDIDATES)).toMatchObject({
      candidates: [],
      shadowWeights: { version: WEIGHTS.engine, fingerprint: WEIGHTS.fingerprint, policy: null },
      models: [{ origin: 'pad-fasnet.onnx feedfeed' }],
    });
    const status = async (who: PortalBrowser, ...call: Parameters<PortalBrowser['call']>) =>
      (await who.call(...call)).statusCode;
    expect(await status(reader, 'GET', `${path}/shadow`)).toBe(200);
    expect(await status(reader, 'DELETE', path)).toBe(403);
    const sideways = path.replace('/default/', '/other/');
    for (const place of [path, sideways]) {
      expect(await status(stranger, 'GET', `${place}/shadow`)).toBe(404);
      expect(await status(stranger, 'DELETE', place)).toBe(404);
    }
    const adopted = await owner.call('POST', `${path}/adopt`, { json: {} });
    expect([adopted.statusCode, adopted.body]).toEqual([409, expect.stringContaining('other weights')]);
    const run = { json: { kind: 'evaluation', decisionPolicy: model?.id } };
    expect(await status(owner, 'POST', '/resources/default/lab/runs', run)).toBe(409);
    for (const member of ['decisionPolicy', 'shadowPolicy']) {
      const json = { policy: { [member]: model?.id } };
      expect([member, await status(owner, 'PATCH', '/resources/default', { json })]).toEqual([member, 400]);
    }

    expect(await status(owner, 'DELETE', path)).toBe(204);
    const stored = new Database(join(dataDir, 'bonafide.sqlite'), { readonly: true });
    for (const table of ['candidates', 'shadow_decisions', 'shadow_counts'])
      expect(stored.prepare(`select * from ${table}`).all()).toEqual([]);
    stored.close();
    // It begins anew with the next capture.
    await check();
    await counted(1);
  });
});

it('a capture is held for a while only, also where checks never end', async () => {
  const store = await openSqlite(join(dataDir, 'other.sqlite'));
  const counts: string[] = [];
  let now = 0;
  const model = startShadowModel({
    ...{ store, installed: loadPolicy(), holdMs: 1000, lookMs: 5, elapsed: () => now },
    source: { engine: other, weights: WEIGHTS, policy: null },
    judge: {
      whenIdle: (signal) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    },
    models: { idOf: async () => '', count: async (_resource, _found, what) => void counts.push(what) },
    shadow: { add: async () => undefined },
    onError: (error) => void counts.push(String(error)),
  });
  const judged = {
    resource: await service.resources.get('default'),
    session: { id: 'a-session' },
    attempt: { attemptId: 1 },
    request: { content: clip('realface'), allowUnbound: true, allowStill: false },
    analysis: { decision: 'realface', score: 1 } as const,
  };
  model.offer(judged);
  expect(model.held).toBe(1);
  now = 1000;
  await expect.poll(() => model.held).toBe(0);
  expect(counts).toEqual(['dropped']);
  await model.stop();
  model.offer(judged);
  expect([model.held, other.requests]).toEqual([0, []]);
  await store.destroy();
});
