import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONSENT, labOf, sessionIdOf } from '../../test/lab.js';
import { join, joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import { clip, SESSIONS, startService, type TestService } from '../../test/service.js';

const LAB = '/resources/default/lab';
const PRINT = { label: 'attack', species: 'print', instrument: 'matte A4, laser' } as const;

let service: TestService;
let owner: PortalBrowser;
beforeAll(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
});
afterAll(() => service.end());

interface Item {
  id: string;
  label: string;
  species: string;
  instrument: string;
  subject: string;
  recordedAt: string | null;
}
type Growth = { bonaFide: { recorded: number }; species: { species: string; recorded: number }[] };

const plan = (wanted: object) => labOf(service, owner).plan(wanted);
const record = (wanted?: object) => labOf(service, owner).record(wanted);
const capture = (token: string, change?: (metadata: string) => string) =>
  labOf(service, owner).capture(token, change);
const list = async (query = '') =>
  (await owner.ok<{ presentations: Item[] }>('GET', `${LAB}/presentations${query}`)).presentations;
const growth = () => owner.ok<Growth>('GET', LAB);

/** The session's token as a phone gets it. */
async function open(link: string): Promise<string> {
  const s = new URL(link).searchParams.get('s');
  const answer = await service.call('POST', '/api/quicklink/open', { key: null, json: { s } });
  expect(answer.statusCode).toBe(200);
  return answer.json<{ authToken: string }>().authToken;
}

beforeEach(async () => {
  for (const { code } of await owner.ok<{ code: string }[]>('GET', `${LAB}/subjects`))
    await owner.ok('DELETE', `${LAB}/subjects/${code}`);
});

describe('a presentation', () => {
  it('is recorded over a link by the real challenge, and kept with all that binds it', async () => {
    const { id, link } = await plan({ ...PRINT, by: 'link' });
    expect(await list()).toMatchObject([{ id, recordedAt: null }]);
    const token = await open(link ?? '');
    const { answer, form } = await capture(token);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers['x-bonafide-digest']).toMatch(/^[0-9A-F]{64}$/);

    const kept = await owner.ok<Item & { capture: { sessionId: string; challenge: { steps: object[] } } }>(
      'GET',
      `${LAB}/presentations/${id}`,
    );
    expect(kept).toMatchObject({ ...PRINT, subject: 'S-01', createdBy: 'olga' });
    expect(kept.capture.sessionId).toBe(sessionIdOf(token));
    expect(kept.capture.challenge.steps.length).toBeGreaterThan(2);
    const shown = await owner.call('GET', `${LAB}/presentations/${id}/clip`);
    expect(shown.headers['content-type']).toBe('image/webp');
    expect(shown.rawPayload.equals(form.Content)).toBe(true);
    expect(await growth()).toMatchObject({
      bonaFide: { recorded: 0, subjects: 0 },
      species: [{ species: 'print', recorded: 1, subjects: 1 }],
      targets: { bonaFide: 50, species: 150 },
    });
  });

  it('is kept whatever it shows, and no engine judges it', async () => {
    const before = service.engine.requests.length;
    await record();
    expect(service.engine.requests.length).toBe(before);
  });

  it('needs consent once for a subject, and keeps its words and who confirmed it', async () => {
    const refused = await owner.call('POST', `${LAB}/presentations`, {
      json: { label: 'bonafide', subject: 'S-77', by: 'link' },
    });
    expect([refused.statusCode, refused.json<{ error: { code: string } }>().error.code]).toEqual([
      409,
      'NotPossible',
    ]);
    await record({ subject: 'S-77' });
    await record({ subject: 'S-77', consent: undefined });
    expect(await owner.ok('GET', `${LAB}/subjects`)).toMatchObject([
      { code: 'S-77', recorded: 2, consentText: CONSENT, confirmedBy: 'olga' },
    ]);
  });

  it.each([
    ['an attack of no species', { label: 'attack' }],
    ['a species that would be a path', { label: 'attack', species: '../etc' }],
    ['an instrument that a spreadsheet would run', { ...PRINT, instrument: '=cmd()' }],
    ['a subject that would be a path', { subject: '../../etc/passwd' }],
    ['a consent of nothing', { consent: 'yes' }],
  ])('is not begun with %s', async (_, wanted) => {
    const json = { label: 'bonafide', subject: 'S-01', consent: CONSENT, by: 'link', ...wanted };
    expect((await owner.call('POST', `${LAB}/presentations`, { json })).statusCode).toBe(400);
  });

  it('takes no capture of another attempt, and one that was changed; the right one may still come', async () => {
    const { id, authToken } = await plan({});
    const { answer } = await capture(authToken ?? '', (text) =>
      text.replace('"chain":"', '"chain":"0').slice(0),
    );
    expect(answer.statusCode).toBe(400);
    const other = await capture(authToken ?? '', (text) =>
      text.replace(/"chain":"[0-9a-f]{2}/, '"chain":"00'),
    );
    expect(other.answer.statusCode).toBe(400);
    const unbound = await service.call('POST', '/face/v1.2/detectLiveness/singleModal', {
      token: authToken ?? '',
      form: { Content: clip('realface'), Metadata: '{}' },
    });
    expect(unbound.statusCode).toBe(400);
    expect(await list()).toMatchObject([{ id, recordedAt: null }]);
    expect((await capture(authToken ?? '')).answer.statusCode).toBe(204);
    expect(
      (await service.call('POST', '/face/v1.2/session/start', { token: authToken ?? '' })).statusCode,
    ).toBe(401);
  });

  it('that was not recorded in ten minutes is dropped', async () => {
    await plan({});
    service.now += 601_000;
    expect(await list()).toEqual([]);
    await record();
    expect(await list()).toHaveLength(1);
  });

  it('is found by label, species and subject, page by page', async () => {
    const first = await record();
    service.now += 1000;
    const second = await record({ ...PRINT, subject: 'S-02' });
    expect((await list('?label=bonafide')).map(({ id }) => id)).toEqual([first]);
    expect((await list('?species=print&subject=S-02')).map(({ id }) => id)).toEqual([second]);
    expect(await list('?subject=S-03')).toEqual([]);
    const page = await owner.ok<{ presentations: Item[]; next: string }>('GET', `${LAB}/presentations?top=1`);
    expect(page.presentations.map(({ id }) => id)).toEqual([second]);
    expect((await list(`?top=1&next=${page.next}`)).map(({ id }) => id)).toEqual([first]);
  });

  it('is relabelled, and the audit log keeps what it said before', async () => {
    const id = await record(PRINT);
    await owner.ok('PATCH', `${LAB}/presentations/${id}`, { label: 'attack', species: 'cutout' });
    expect(await list()).toMatchObject([{ species: 'cutout', instrument: '' }]);
    await owner.ok('PATCH', `${LAB}/presentations/${id}`, { label: 'bonafide', species: 'print' });
    expect(await list()).toMatchObject([{ label: 'bonafide', species: '' }]);
    const { entries } = await owner.ok<{ entries: { facts: object }[] }>(
      'GET',
      '/resources/default/audit?event=lab.relabelled',
    );
    expect(entries.map(({ facts }) => facts)).toMatchObject([
      { from: 'attack, cutout', to: 'bonafide', by: 'olga' },
      { from: 'attack, print, matte A4, laser', to: 'attack, cutout' },
    ]);
  });
});

describe('deletion', () => {
  const stored = () =>
    Buffer.concat(
      ['bonafide.sqlite', 'bonafide.sqlite-wal'].map((name) => readFileSync(`${service.dataDir}/${name}`)),
    );

  it('erases a presentation: its key goes, and a clip is never stored in the clear', async () => {
    const { id, authToken } = await plan({});
    const { form } = await capture(authToken ?? '');
    expect(stored().includes(form.Content.subarray(100, 200))).toBe(false);
    await owner.ok('DELETE', `${LAB}/presentations/${id}`);
    expect((await owner.call('GET', `${LAB}/presentations/${id}/clip`)).statusCode).toBe(404);
    expect((await owner.call('DELETE', `${LAB}/presentations/${id}`)).statusCode).toBe(404);
  });

  it('by subject takes everything of whoever withdrew, and the log names nobody', async () => {
    await record({ subject: 'withdrawn-1' });
    await plan({ ...PRINT, subject: 'withdrawn-1' });
    await record({ subject: 'S-02' });
    expect(await owner.ok('DELETE', `${LAB}/subjects/withdrawn-1`)).toEqual({ presentations: 2 });
    expect((await list()).map(({ subject }) => subject)).toEqual(['S-02']);
    const log = await owner.ok('GET', '/resources/default/audit?top=200');
    expect(JSON.stringify(log)).not.toContain('withdrawn-1');
    expect((await owner.call('DELETE', `${LAB}/subjects/withdrawn-1`)).statusCode).toBe(404);
  });

  it('of a waiting presentation voids its link', async () => {
    const { id, link } = await plan({ by: 'link' });
    await owner.ok('DELETE', `${LAB}/presentations/${id}`);
    const s = new URL(link ?? '').searchParams.get('s');
    expect((await service.call('POST', '/api/quicklink/open', { key: null, json: { s } })).statusCode).toBe(
      404,
    );
  });
});

describe('sessions of the lab', () => {
  it('are no live sessions: not listed, not readable, not counted, told to no webhook', async () => {
    const { sent, webhook } = await hooks();
    const usage = () => owner.ok<{ total: object }>('GET', '/resources/default/usage');
    const { total } = await usage();
    const { authToken } = await plan({});
    const sid = sessionIdOf(authToken ?? '');
    expect((await service.call('GET', `${SESSIONS}/${sid}`)).statusCode).toBe(404);
    expect((await service.call('GET', '/face/v1.2/detectLiveness-sessions?top=1000')).body).not.toContain(
      sid,
    );
    expect((await service.call('GET', `${SESSIONS}?top=1000`)).body).not.toContain(sid);
    for (const query of ['', '?kind=liveness', `?text=${sid}`])
      expect(JSON.stringify(await owner.ok('GET', `/resources/default/sessions${query}`))).not.toContain(sid);
    expect((await owner.call('GET', `/resources/default/sessions/${sid}`)).statusCode).toBe(404);
    const { statusCode } = await service.call('POST', '/face/v1.2/session/attempt/end', {
      token: authToken ?? '',
      json: { reason: 'UserCanceledSession' },
    });
    expect(statusCode).toBe(204);
    await record();
    // Reads of the application above are calls; sessions, decisions and the device's calls are not.
    const after = (await usage()).total;
    expect(after).toEqual({ ...total, calls: expect.any(Number) as number });
    expect(await sent()).toEqual([]);
    await owner.ok('DELETE', `/resources/default/webhooks/${webhook}`);
  });

  async function hooks() {
    const { webhook } = await owner.ok<{ webhook: { id: string } }>('POST', '/resources/default/webhooks', {
      url: 'https://example.com/',
    });
    const path = `/resources/default/webhooks/${webhook.id}/deliveries`;
    return {
      webhook: webhook.id,
      sent: async () => (await owner.ok<{ deliveries: object[] }>('GET', path)).deliveries,
    };
  }
});

describe('people', () => {
  it('with the role Reader see figures and nobody, those without a role on the resource nothing', async () => {
    const id = await record();
    await service.resources.create({ name: 'other' });
    const reader = await join(service, owner, 'rita', 'Reader', 'default');
    expect((await reader.call('GET', LAB)).statusCode).toBe(200);
    const stranger = await join(service, owner, 'sam', 'Contributor', 'other');
    for (const [method, path, json] of [
      ['GET', `${LAB}/presentations`],
      ['GET', `${LAB}/presentations/${id}`],
      ['GET', `${LAB}/presentations/${id}/clip`],
      ['GET', `${LAB}/subjects`],
      ['GET', `${LAB}/export`],
      ['PATCH', `${LAB}/presentations/${id}`, { label: 'bonafide' }],
      ['DELETE', `${LAB}/presentations/${id}`],
      ['DELETE', `${LAB}/subjects/S-01`],
      ['POST', `${LAB}/presentations`, { label: 'bonafide', subject: 'S-01', by: 'link' }],
    ] as const) {
      const options = json ? { json } : {};
      expect([method, path, (await reader.call(method, path, options)).statusCode]).toEqual([
        method,
        path,
        403,
      ]);
      expect([method, path, (await stranger.call(method, path, options)).statusCode]).toEqual([
        method,
        path,
        404,
      ]);
      // Nor by the name of a resource that they have a role on.
      const sideways = path.replace('/default/', '/other/');
      if (path.includes(id)) expect((await stranger.call(method, sideways, options)).statusCode).toBe(404);
    }
    expect(await list()).toHaveLength(1);
  });
});

describe('the export', () => {
  it('is a tar archive of clips, companions and a manifest, which names plain paths alone', async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'bonafide-lab-'));
    try {
      const person = await record();
      service.now += 1000;
      const attack = await record({ ...PRINT, instrument: 'glossy, "photo" paper', subject: 'S-02' });
      const answer = await owner.call('GET', `${LAB}/export`);
      expect(answer.headers['content-disposition']).toMatch(
        /^attachment; filename="lab-default-\d{4}-\d\d-\d\d\.tar"$/,
      );
      writeFileSync(joinPath(folder, 'lab.tar'), answer.rawPayload);
      const names = execFileSync('tar', ['-tf', 'lab.tar'], { cwd: folder }).toString().trim().split('\n');
      expect(names).toEqual([
        ...[person, attack].flatMap((id) => [`clips/${id}.webp`, `clips/${id}.json`]),
        'manifest.csv',
      ]);
      execFileSync('tar', ['-xf', 'lab.tar'], { cwd: folder });
      expect(readFileSync(joinPath(folder, 'manifest.csv'), 'utf8').split('\r\n')).toEqual([
        'path,label,species,subject,clip,source,media,licence,instrument',
        `clips/${person}.webp,bonafide,,S-01,,lab default,clip,as the subject agreed,`,
        `clips/${attack}.webp,attack,print,S-02,,lab default,clip,as the subject agreed,"glossy, ""photo"" paper"`,
        '',
      ]);
      const companion = JSON.parse(readFileSync(joinPath(folder, `clips/${person}.json`), 'utf8')) as object;
      expect(companion).toMatchObject({ schema: 'bonafide-companion/1', origin: 'captured' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is refused while there is nothing', async () => {
    expect((await owner.call('GET', `${LAB}/export`)).statusCode).toBe(409);
  });
});
