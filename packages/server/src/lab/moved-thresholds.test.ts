import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnalysisRequest, CueReport } from '@bonafide/engine';
import { labOf } from '../../test/lab.js';
import { join, joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import { startService, type TestService } from '../../test/service.js';

const POLICY = '/resources/default/policy';
const CANDIDATES = `${POLICY}/candidates`;
const RUNS = '/resources/default/lab/runs';

interface Item {
  id: string;
  origin: string;
  run: string;
  bonaFide: number;
  species: Record<string, number>;
  shortfall: string;
  numbers: { thresholds: Record<string, { realface: number; spoofface: number }> };
}

let service: TestService;
let owner: PortalBrowser;
/** What the networks say of each session. */
let ratios: Map<string, number>;

beforeEach(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
  ratios = new Map();
  service.engine.measure = ({ capture }: AnalysisRequest): CueReport[] => {
    const llr = ratios.get(capture?.sessionId ?? '') ?? 0;
    return [
      { name: 'pad-networks', version: '1', outcome: { status: 'scored', llr, quality: 1, evidence: {} } },
    ];
  };
});
afterEach(() => service.end());

/** Records a presentation on which the networks say so. */
async function record(llr: number, shown: object = {}): Promise<void> {
  const id = await labOf(service, owner).record(shown);
  const path = `/resources/default/lab/presentations/${id}`;
  const { capture } = await owner.ok<{ capture: { sessionId: string } }>('GET', path);
  ratios.set(capture.sessionId, llr);
}

async function evaluate(): Promise<string> {
  const { id } = await owner.ok<{ id: string }>('POST', RUNS, { kind: 'evaluation' });
  await expect
    .poll(async () => (await owner.ok<{ state: string }>('GET', `${RUNS}/${id}`)).state, { timeout: 20_000 })
    .toBe('done');
  return id;
}

const make = (json: object) => owner.call('POST', CANDIDATES, { json });
const list = async () => (await owner.ok<{ candidates: Item[] }>('GET', CANDIDATES)).candidates;

it('thresholds moved on an evaluation make a candidate that says what to expect of it', async () => {
  for (const llr of [6, 5, 4, -6]) await record(llr);
  for (const llr of [-6, -5, 6]) await record(llr, { label: 'attack', species: 'print' });
  const run = await evaluate();
  const before = await list();
  expect(before).toEqual([]);
  const made = await make({ run, operatingPoint: 'strict', realface: 30, spoofface: -30 });
  expect(made.statusCode).toBe(201);
  const [wide] = await list();
  expect(wide).toMatchObject({
    run,
    bonaFide: 4,
    species: { print: 3 },
    shortfall: '4 of 50 bona fide presentations, 3 of 150 of print',
    numbers: { thresholds: { strict: { realface: 30, spoofface: -30 } } },
  });
  expect(wide?.origin).toMatch(
    /^moved by hand on lab default \([0-9a-f]{12}\): at strict realface from 30 and spoofface to -30; there BPCER 0 of 4, 4 uncertain; APCER of print 0 of 3, 3 uncertain$/,
  );
  // Other operating points stay; the resource's own is moved where none is named.
  service.now += 1;
  const narrow = await make({ run, realface: 0.002, spoofface: 0.001 });
  expect(narrow.json<Item>().origin).toContain(
    'at balanced realface from 0.002 and spoofface to 0.001; there BPCER 1 of 4, 0 uncertain; APCER of print 1 of 3, 0 uncertain',
  );
  const [second, first] = (await list()).map(({ numbers }) => numbers.thresholds);
  expect(second?.['strict']).not.toEqual(first?.['strict']);
  expect(second?.['balanced']).toEqual({ realface: 0.002, spoofface: 0.001 });

  // It is adopted as any other.
  const { id, shortfall } = (await list())[0] ?? { id: '', shortfall: '' };
  expect((await owner.call('POST', `${CANDIDATES}/${id}/adopt`, { json: {} })).statusCode).toBe(409);
  await owner.ok('POST', `${CANDIDATES}/${id}/adopt`, { acknowledged: shortfall });
  expect(await owner.ok('GET', '/resources/default')).toMatchObject({ policy: { decisionPolicy: id } });
});

it('a report from elsewhere is taken by its counts, if it is of this engine and policy', async () => {
  const counts = [
    { species: '', n: 60, scored: 55, errors: 2, uncertain: 7 },
    { species: 'print', n: 200, scored: 200, errors: 3, uncertain: 4 },
  ];
  const report = { engine: 'fake-1', policy: 'test-1', set: 'manifest.csv', simulated: true, counts };
  const moved = { operatingPoint: 'balanced', realface: 2, spoofface: -1 };
  expect((await make({ ...moved, report })).statusCode).toBe(201);
  expect(await list()).toMatchObject([
    {
      run: '',
      origin:
        'moved by hand on manifest.csv (uploaded, with simulated presentations): at balanced realface from 2 and spoofface to -1; ' +
        'there BPCER 2 of 60, 7 uncertain; APCER of print 3 of 200, 4 uncertain',
      shortfall: null,
    },
  ]);
  const [first, second] = counts;
  for (const [body, status] of [
    [{ ...moved, report: { ...report, engine: 'older-1' } }, 409],
    [{ ...moved, report: { ...report, policy: 'other-1' } }, 409],
    [{ ...moved, realface: -1, report }, 400],
    [{ ...moved, realface: 1e9, report }, 400],
    [moved, 400],
    [{ ...moved, report, run: '00000000-0000-4000-8000-000000000000' }, 400],
    [{ ...moved, run: '00000000-0000-4000-8000-000000000000' }, 404],
    [{ ...moved, report: { ...report, counts: [first, first] } }, 400],
    [{ ...moved, report: { ...report, counts: [{ ...second, errors: 201 }] } }, 400],
    [{ ...moved, report: { ...report, counts: [{ ...second, n: -1 }] } }, 400],
    [{ ...moved, report: { ...report, set: 'two\nlines' } }, 400],
  ] as const)
    expect([body, (await make(body)).statusCode]).toEqual([body, status]);
  expect(await list()).toHaveLength(1);
});

it('neither Readers nor strangers make candidates, and no run of another resource is of use', async () => {
  await record(5);
  const run = await evaluate();
  await service.resources.create({ name: 'other' });
  const reader = await join(service, owner, 'rita', 'Reader', 'default');
  const stranger = await join(service, owner, 'sam', 'Owner', 'other');
  const json = { run, realface: 1, spoofface: -1 };
  expect((await reader.call('POST', CANDIDATES, { json })).statusCode).toBe(403);
  expect((await stranger.call('POST', CANDIDATES, { json })).statusCode).toBe(404);
  const sideways = await stranger.call('POST', CANDIDATES.replace('default', 'other'), { json });
  expect(sideways.statusCode).toBe(404);
});
