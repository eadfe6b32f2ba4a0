import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFakeEngine } from '../../../server/test/fake-engine.js';
import { labOf } from '../../../server/test/lab.js';
import { joinAsOwner, type PortalBrowser } from '../../../server/test/portal-browser.js';
import {
  clip,
  DETECT,
  PASSIVE,
  SESSIONS,
  startService,
  type TestService,
} from '../../../server/test/service.js';
import { bonafide } from '../../test/command.js';

const WEIGHTS = {
  engine: 'fake-1~0123abcd',
  fingerprint: '0123abcd'.repeat(8),
  changed: [{ name: 'pad-fasnet', file: 'pad-fasnet.onnx', sha256: 'feed'.repeat(16) }],
  policy: null,
};
let service: TestService;
let owner: PortalBrowser;
let folder: string;
let record: ReturnType<typeof labOf>['record'];
const lab = (...argv: string[]) => bonafide('lab', ...argv, '--data-dir', service.dataDir);
async function json<T>(...argv: string[]): Promise<T> {
  const ran = await lab(...argv, '--json');
  expect([argv, ran.code, ran.err]).toEqual([argv, 0, '']);
  return JSON.parse(ran.out) as T;
}

/** A set of 20 of each class, which the engine tells apart by a margin that varies. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-lab-'));
  service = await startService({
    shadowSource: { engine: createFakeEngine(), weights: WEIGHTS, policy: null },
  });
  // Commands have a clock of their own, which is later than all that was recorded.
  service.now = Date.now() - 3_600_000;
  const attacks = new Set<string>();
  service.engine.measure = ({ capture }) => {
    const llr =
      (attacks.has(capture?.sessionId ?? '') ? -3 : 3) + ((capture?.nonce.charCodeAt(3) ?? 0) % 10) / 10;
    return ['pad-networks', 'parallax'].map((name) => ({
      ...{ name, version: '1' },
      outcome: { status: 'scored', llr, quality: 1, evidence: {} } as const,
    }));
  };
  owner = await joinAsOwner(service);
  ({ record } = labOf(service, owner));
  for (let k = 0; k < 40; k++) {
    const attack = k % 2 === 1;
    const shown = attack ? { label: 'attack', species: 'print' } : { label: 'bonafide' };
    const id = await record({ ...shown, subject: `S-${k % 5}` });
    const path = `/resources/default/lab/presentations/${id}`;
    const { capture } = await owner.ok<{ capture: { sessionId: string } }>('GET', path);
    if (attack) attacks.add(capture.sessionId);
  }
});
afterAll(async () => {
  await service.end();
  rmSync(folder, { recursive: true });
});

describe('bonafide lab', () => {
  it('shows the set and exports it for evaluate', async () => {
    const shown = await lab('show', 'default');
    expect(shown.out).toMatch(/bona fide +20 +50 +5\n +print +20 +150 +5\n\n +subjects 5/);
    const file = join(folder, 'lab.tar');
    expect(await json('export', 'default', file)).toEqual({ file, presentations: 40 });
    expect(readFileSync(file).toString('latin1')).toContain('path,label,species,subject');
    expect((await lab('export', 'default', file)).err).toMatch(/lab\.tar cannot be written: EEXIST/);
  });

  it('has the service measure and calibrate, and adopts, watches, takes back and deletes what was found', async () => {
    const page = join(folder, 'report.html');
    const evaluation = await json<{ id: string; schema: string }>('evaluate', 'default', '--wait');
    expect(evaluation.schema).toBe('bonafide-report/1');
    const told = await lab('report', 'default', evaluation.id.slice(0, 8), '--html', page);
    expect([told.code, existsSync(page)]).toEqual([0, true]);
    expect(told.out).toContain('print');

    const found = await lab('calibrate', 'default', '--wait');
    expect([found.code, found.err]).toEqual([0, '']);
    expect(found.out).toContain('operating point');
    const runs = await json<{ kind: string; createdBy: string; done: number }[]>('runs', 'default');
    expect(runs).toMatchObject([
      { kind: 'calibration', createdBy: 'console', done: 40, state: 'done' },
      { kind: 'evaluation', createdBy: 'console', done: 40, state: 'done' },
    ]);

    const [candidate] = await json<{ id: string; version: string; shortfall: string }[]>(
      'candidates',
      'default',
    );
    const id = candidate?.id.slice(0, 8) ?? '';
    const shortfall = '20 of 50 bona fide presentations, 20 of 150 of print';
    expect(candidate).toMatchObject({ shortfall, decides: false, inShadow: false });
    expect((await lab('shadow', 'default', id)).out).toBe(
      `${candidate?.version} scores in the shadow now.\n`,
    );
    expect((await lab('delete-candidate', 'default', id)).err).toMatch(/in the shadow; stop that first/);
    expect((await lab('candidates', 'default')).out).toContain(`${candidate?.version}  in the shadow`);
    await json('shadow', 'default');

    const refused = await lab('adopt', 'default', id);
    expect([refused.code, refused.err]).toEqual([
      1,
      `bonafide: it rests on few presentations; if you adopt it all the same: --acknowledge "${shortfall}"\n`,
    ]);
    expect((await lab('adopt', 'default', id, '--acknowledge', shortfall)).out).toMatch(/ decides now\.\n$/);
    expect(await json('candidates', 'default')).toMatchObject([{ decides: true, acceptedBy: 'console' }]);
    expect((await lab('delete-candidate', 'default', id)).err).toMatch(/It was adopted/);
    expect((await lab('rollback', 'default')).out).toBe('The installed decision policy decides now.\n');

    const report = { engine: 'fake-1', policy: 'test-1', set: 'elsewhere', simulated: false, counts: [] };
    const moved = { realface: 1, spoofface: -1, report };
    const second = await owner.ok<{ id: string }>('POST', '/resources/default/policy/candidates', moved);
    expect(await json('delete-candidate', 'default', second.id)).toEqual({ deleted: second.id });
    expect(await json('candidates', 'default')).toHaveLength(1);
  });

  it('lets other weights score in the shadow, and tells what they said', async () => {
    expect((await lab('shadow-model', 'default', 'on')).out).toBe(
      `${WEIGHTS.engine} scores in the shadow now.\n`,
    );
    // A command's change is seen by the service a second later.
    service.now += 2_000;
    const session = await service.call('POST', SESSIONS, { json: PASSIVE });
    const { authToken: token } = session.json<{ authToken: string }>();
    await service.call('POST', DETECT, { token, form: { Content: clip('realface'), Metadata: '{}' } });
    const models = () => json<{ models: { id: string; shadow: { count: number }[] }[] }>('models', 'default');
    await expect.poll(async () => (await models()).models[0]?.shadow[0]?.count).toBe(1);
    const told = await lab('models', 'default');
    expect(told.out).toContain(`weights ${WEIGHTS.fingerprint}.`);
    expect(told.out).toContain('pad-fasnet.onnx feedfeed\n  in the shadow it agreed on');
    const [model] = (await models()).models;
    expect(await json('delete-candidate', 'default', model?.id.slice(0, 8) ?? '')).toEqual({
      deleted: model?.id,
    });
    expect(await json('shadow-model', 'default', 'off')).toEqual({ shadowModel: 'off' });
    expect((await models()).models).toEqual([]);
  });

  it('breaks a measurement off, which the service sees by itself', async () => {
    // Without a gate that opens, only the break lets the service go on.
    const measured = await record({ subject: 'S-9' });
    service.engine.gate = new Promise(() => {});
    service.engine.notHeld = service.engine.requests.length;
    const { id } = await json<{ id: string }>('evaluate', 'default');
    await vi.waitFor(async () => {
      expect(await json('runs', 'default')).toMatchObject([{ state: 'running' }, {}, {}]);
    }, 10_000);
    expect(await json('cancel', 'default', id.slice(0, 8))).toEqual({ cancelled: id });
    expect((await lab('cancel', 'default', id)).err).toMatch(/has ended/);
    await owner.ok('DELETE', `/resources/default/lab/presentations/${measured}`);
    const again = await json<{ schema: string }>('evaluate', 'default', '--wait');
    expect(again.schema).toBe('bonafide-report/1');
  });

  it('says what does not fit, and waits for no service that does not run', async () => {
    expect((await lab('adopt', 'default', 'ffff')).err).toBe('bonafide: there is no candidate ffff\n');
    expect((await lab('show', 'nothing')).err).toMatch(/no resource named "nothing"/);
    expect((await lab('evaluate', 'default', '--operating-point', 'lax')).code).toBe(2);
    await service.close();
    const waiting = await lab('evaluate', 'default', '--wait');
    expect([waiting.code, waiting.err]).toEqual([1, expect.stringMatching(/only a service measures/)]);
    expect((await lab('evaluate', 'default')).out).toMatch(/measured when a service starts/);
    expect(await json('runs', 'default')).toMatchObject([{ state: 'waiting' }, {}, {}, {}, {}]);
    expect((await lab('calibrate', 'default')).err).toMatch(/Another measurement is under way/);
  });
});
