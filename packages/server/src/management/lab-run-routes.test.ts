import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisRequest, CueReport } from '@bonafide/engine';
import type { Report } from '@bonafide/engine/evaluation';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { labOf } from '../../test/lab.js';
import { createFakeEngine } from '../../test/fake-engine.js';
import { join, joinAsOwner, openBrowser, type PortalBrowser } from '../../test/portal-browser.js';
import { startService, type TestService } from '../../test/service.js';

const LAB = '/resources/default/lab';
const RUNS = `${LAB}/runs`;

interface Run {
  id: string;
  kind: string;
  state: string;
  total: number;
  done: number;
  fault: string | null;
  policy: string;
}

let service: TestService;
let owner: PortalBrowser;
/** Sessions of attacks, which the fake engine scores low. */
let attacks: Set<string>;

beforeEach(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
  attacks = new Set();
  service.engine.measure = measure;
});
afterEach(() => service.end());

const record = (wanted: object = {}) => labOf(service, owner).record(wanted);
const PRINT = { label: 'attack', species: 'print', instrument: 'matte A4' };

async function recordAttack(wanted: object = {}): Promise<void> {
  const id = await record({ ...PRINT, ...wanted });
  const { capture } = await owner.ok<{ capture: { sessionId: string } }>('GET', `${LAB}/presentations/${id}`);
  attacks.add(capture.sessionId);
}

/** Networks and parallax, each of which errs now and then, by the nonce. */
function measure({ capture }: AnalysisRequest): CueReport[] {
  const chance = ((capture?.nonce.charCodeAt(3) ?? 0) % 10) / 10;
  const side = attacks.has(capture?.sessionId ?? '') ? -1 : 1;
  const cue = (name: string, llr: number): CueReport => ({
    name,
    version: '1',
    outcome: { status: 'scored', llr, quality: 1, evidence: {} },
  });
  return [cue('pad-networks', side * (2 + chance)), cue('parallax', side * (1 + chance))];
}

const start = (json: object = { kind: 'evaluation' }) => owner.ok<Run>('POST', RUNS, json);
const get = (id: string) => owner.ok<Run>('GET', `${RUNS}/${id}`);

async function ended(id: string): Promise<Run> {
  await expect
    .poll(async () => (await get(id)).state, { timeout: 20_000, interval: 20 })
    .not.toMatch(/waiting|running/);
  return get(id);
}

const events = async (name: string) =>
  (
    await owner.ok<{ entries: { facts: object }[] }>('GET', `/resources/default/audit?event=${name}`)
  ).entries.map(({ facts }) => facts);

describe('an evaluation', () => {
  it('judges the set as the service would have, and gives a report as JSON, page and scores', async () => {
    await record();
    await record({ subject: 'S-02' });
    await recordAttack({ subject: 'S-01' });
    const before = service.engine.requests.length;
    const { id, total } = await start();
    expect(total).toBe(3);
    expect(await ended(id)).toMatchObject({ state: 'done', done: 3, kind: 'evaluation', policy: 'test-1' });
    const asked = service.engine.requests.slice(before);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({ allowUnbound: true, operatingPoint: 'balanced' });
    expect(asked[0]?.capture?.challenge.steps.length).toBeGreaterThan(2);

    const report = await owner.ok<Report>('GET', `${RUNS}/${id}/report`);
    expect(report).toMatchObject({
      schema: 'bonafide-report/1',
      run: { engine: 'fake-1', manifest: 'lab default', groupedBy: 'subject' },
      data: [{ source: 'lab default', bonaFide: 2, attack: 1, subjects: 2, simulated: false }],
      sections: [{ media: 'clip', simulated: false }],
      engineFailures: 0,
    });
    expect(report.sections[0]?.figures.bonaFide).toMatchObject({ n: 2, decisions: { realface: 2 } });
    expect(report.sections[0]?.figures.species).toMatchObject([
      { species: 'print', n: 1, decisions: { spoofface: 1 } },
    ]);

    const page = await owner.call('GET', `${RUNS}/${id}/report.html`);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline';/,
    );
    expect(page.body).toContain('<!doctype html>');
    expect(page.body).not.toContain('<script');

    const scores = (await owner.call('GET', `${RUNS}/${id}/scores`)).body.trim().split('\n');
    expect(scores.map((line) => JSON.parse(line) as object)).toMatchObject([
      { label: 'bonafide', decision: 'realface', subject: 'S-01' },
      { label: 'bonafide', subject: 'S-02' },
      { label: 'attack', species: 'print', decision: 'spoofface' },
    ]);
    expect(await events('lab.run-started')).toMatchObject([{ run: id, kind: 'evaluation', by: 'olga' }]);
    expect(await events('lab.run-ended')).toMatchObject([{ run: id, state: 'done' }]);
    expect(await events('lab.scores-exported')).toMatchObject([{ run: id, by: 'olga' }]);
  });

  it('measures nothing twice, and takes labels as they were corrected', async () => {
    const id = await record();
    await recordAttack();
    await ended((await start()).id);
    const before = service.engine.requests.length;
    await owner.ok('PATCH', `${LAB}/presentations/${id}`, { label: 'attack', species: 'mask' });
    const second = await ended((await start({ kind: 'evaluation', operatingPoint: 'strict' })).id);
    expect(service.engine.requests.length).toBe(before);
    const { run, sections } = await owner.ok<Report>('GET', `${RUNS}/${second.id}/report`);
    expect(run?.operatingPoint).toBe('strict');
    expect(sections[0]?.figures.species.map(({ species }) => species).sort()).toEqual(['mask', 'print']);
  });

  it('is not begun on nothing, nor twice at a time, and not as what is unknown', async () => {
    expect((await owner.call('POST', RUNS, { json: { kind: 'evaluation' } })).statusCode).toBe(409);
    await record();
    const gate = hold();
    const { id } = await start();
    expect((await owner.call('POST', RUNS, { json: { kind: 'evaluation' } })).statusCode).toBe(409);
    gate();
    await ended(id);
    expect((await owner.call('POST', RUNS, { json: { kind: 'guess' } })).statusCode).toBe(400);
  });

  it('counts what the engine fails on as no response, and says so', async () => {
    await record();
    service.engine.measure = () => {
      throw new Error('out of memory at /secret');
    };
    const { id } = await start();
    expect(await ended(id)).toMatchObject({ state: 'done' });
    expect(await owner.ok('GET', `${RUNS}/${id}/report`)).toMatchObject({ engineFailures: 1 });
    // The next one tries it again.
    service.engine.measure = measure;
    const again = await ended((await start()).id);
    expect(await owner.ok('GET', `${RUNS}/${again.id}/report`)).toMatchObject({ engineFailures: 0 });
  });
});

describe('a measurement that is under way', () => {
  it('shows how far it is, and is cancelled', async () => {
    await record();
    await record();
    const gate = hold(1);
    const { id } = await start();
    await expect.poll(() => get(id)).toMatchObject({ state: 'running', done: 1, total: 2 });
    expect((await owner.call('DELETE', `${RUNS}/${id}`)).statusCode).toBe(409);
    expect((await owner.call('GET', `${RUNS}/${id}/report`)).statusCode).toBe(404);
    await owner.ok('POST', `${RUNS}/${id}/cancel`);
    gate();
    expect(await ended(id)).toMatchObject({ state: 'cancelled' });
    expect((await owner.call('POST', `${RUNS}/${id}/cancel`)).statusCode).toBe(409);
    expect(await events('lab.run-cancelled')).toMatchObject([{ run: id, by: 'olga' }]);
    // Nothing of it holds up the next one.
    await ended((await start()).id);
    await owner.ok('DELETE', `${RUNS}/${id}`);
    expect((await owner.call('GET', `${RUNS}/${id}`)).statusCode).toBe(404);
  });

  it('goes on after a restart with what is left, and says it where the engine is another one', async () => {
    const dataDir = mkdtempSync(joinPath(tmpdir(), 'bonafide-runs-'));
    const restart = async (engine?: string) => {
      const { now } = service;
      await service.close();
      const other = { ...createFakeEngine(), versions: { engine: engine ?? '', policy: 'test-1' } };
      service = await startService({ dataDir, ...(engine !== undefined && { engine: other }) });
      service.now = now;
      owner = Object.assign(openBrowser(service), { cookie: owner.cookie, csrfToken: owner.csrfToken });
    };
    await service.end();
    service = await startService({ dataDir });
    owner = await joinAsOwner(service);
    await record();
    await record();
    hold(1);
    const { id } = await start();
    await expect.poll(() => get(id)).toMatchObject({ state: 'running', done: 1 });
    await restart();
    expect(await ended(id)).toMatchObject({ state: 'done', done: 2 });
    expect(service.engine.requests).toHaveLength(1);

    await record();
    hold();
    const second = await start();
    await restart('fake-2');
    expect(await ended(second.id)).toMatchObject({
      state: 'failed',
      fault: expect.stringContaining('broken off by an update') as string,
    });
  });

  it('loses what is deleted meanwhile, and ends in words when nothing is left', async () => {
    const id = await record();
    const gate = hold();
    const run = await start();
    await expect.poll(() => get(run.id)).toMatchObject({ state: 'running' });
    await owner.ok('DELETE', `${LAB}/presentations/${id}`);
    gate();
    expect(await ended(run.id)).toMatchObject({
      state: 'failed',
      fault: 'What was to be measured is deleted.',
    });
  });
});

describe('a comparison', () => {
  it('shows two evaluations side by side, with the decisions that changed', async () => {
    await record();
    await recordAttack();
    const { id: before } = await ended((await start()).id);
    const { id: after } = await ended((await start()).id);
    const comparison = `${RUNS}/${after}/comparison`;
    const compared = await owner.ok<{ figures: { figure: string }[] }>('GET', `${comparison}/${before}`);
    expect(compared.figures.map(({ figure }) => figure)).toContain('APCER print');
    expect(compared).toMatchObject({ decisions: { shared: 2, changed: [] } });
    const page = await owner.call('GET', `${comparison}/${before}/report.html`);
    expect(page.body).toContain('Two evaluations compared');
    const none = '00000000-0000-4000-8000-000000000000';
    expect((await owner.call('GET', `${comparison}/${none}`)).statusCode).toBe(404);
  });
});

describe('a calibration', () => {
  it('fits weights and thresholds on the set', async () => {
    for (let k = 0; k < 20; k++) {
      await record({ subject: `S-${k % 5}` });
      await recordAttack({ subject: `S-${k % 5}` });
    }
    const { id } = await start({ kind: 'calibration' });
    expect(await ended(id)).toMatchObject({ state: 'done', fault: null });
    expect(await owner.ok('GET', `${RUNS}/${id}/report`)).toMatchObject({
      bonaFide: 20,
      attacks: 20,
      species: { print: 20 },
      operatingPoints: { balanced: { worst: 'print' } },
    });
    expect((await owner.call('GET', `${RUNS}/${id}/report.html`)).statusCode).toBe(404);
  });

  it('on too few says how many it takes', async () => {
    await record();
    await recordAttack();
    const { id } = await start({ kind: 'calibration' });
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      fault: expect.stringMatching(/at least 20 scored presentations of each class/) as string,
    });
  });
});

describe('people', () => {
  it('with the role Reader see reports and start nothing; those without a role on the resource see nothing', async () => {
    await record();
    const { id } = await ended((await start()).id);
    await service.resources.create({ name: 'other' });
    const reader = await join(service, owner, 'rita', 'Reader', 'default');
    const stranger = await join(service, owner, 'sam', 'Owner', 'other');
    for (const [path, forReader] of [
      [RUNS, 200],
      [`${RUNS}/${id}`, 200],
      [`${RUNS}/${id}/report`, 200],
      [`${RUNS}/${id}/report.html`, 200],
      [`${RUNS}/${id}/comparison/${id}`, 200],
      [`${RUNS}/${id}/comparison/${id}/report.html`, 200],
      [`${RUNS}/${id}/scores`, 403],
    ] as const) {
      expect([path, (await reader.call('GET', path)).statusCode]).toEqual([path, forReader]);
      expect([path, (await stranger.call('GET', path)).statusCode]).toEqual([path, 404]);
      // Nor by the name of a resource that they have a role on.
      const sideways = path.replace('/default/', '/other/');
      if (path !== RUNS)
        expect([path, (await stranger.call('GET', sideways)).statusCode]).toEqual([path, 404]);
    }
    for (const [method, path] of [
      ['POST', RUNS],
      ['POST', `${RUNS}/${id}/cancel`],
      ['DELETE', `${RUNS}/${id}`],
    ] as const) {
      const options = path === RUNS ? { json: { kind: 'evaluation' } } : {};
      expect((await reader.call(method, path, options)).statusCode).toBe(403);
      expect((await stranger.call(method, path, options)).statusCode).toBe(404);
      if (path !== RUNS)
        expect((await stranger.call(method, path.replace('/default/', '/other/'), options)).statusCode).toBe(
          404,
        );
    }
    expect(await get(id)).toMatchObject({ state: 'done' });
  });
});

describe('deletion', () => {
  it('of a subject takes its scores out of every run; the figures stay', async () => {
    await record({ subject: 'withdrawn-1' });
    await recordAttack({ subject: 'S-02' });
    const { id } = await ended((await start()).id);
    await owner.ok('DELETE', `${LAB}/subjects/withdrawn-1`);
    const scores = (await owner.call('GET', `${RUNS}/${id}/scores`)).body;
    expect(scores.trim().split('\n')).toHaveLength(1);
    for (const path of ['report', 'report.html', 'scores'])
      expect((await owner.call('GET', `${RUNS}/${id}/${path}`)).body).not.toContain('withdrawn-1');
  });
});

/** Holds the engine up from its n-th analysis from now on; returns what lets it go on. */
function hold(after = 0): () => void {
  const { engine } = service;
  let release = () => {};
  engine.gate = new Promise<void>((resolve) => (release = resolve));
  engine.notHeld = engine.requests.length + after;
  return release;
}
