import { join as path } from 'node:path';
import Database from 'better-sqlite3';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PICTURE } from '../../test/fake-engine.js';
import { join, joinAsOwner, openBrowser, PASSWORD, type PortalBrowser } from '../../test/portal-browser.js';
import { clip, DETECT_VERIFY, startService, VERIFY_SESSIONS, type TestService } from '../../test/service.js';

const HOUR_MS = 3_600_000;
const MEDIA = { clip: clip('realface'), reference: clip('high') };

let service: TestService;
let owner: PortalBrowser;
/** Everything that the service logs, at the finest level. */
let log = '';
beforeEach(async () => {
  log = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  service = await startService({ logger: pino({ level: 'trace' }, stream) });
  owner = await joinAsOwner(service);
});
afterEach(() => service.end());

const keep = (more: object = {}) => service.resources.setPolicy('default', { clips: 'on', ...more });

/** A judged session that compares with a photograph; its path in the management API. */
async function check(word = 'realface'): Promise<string> {
  const form = {
    Parameters: JSON.stringify({
      livenessOperationMode: 'passive',
      deviceCorrelationId: 'd',
      enableSessionImage: true,
    }),
    VerifyImage: MEDIA.reference,
  };
  const url = VERIFY_SESSIONS.replace('v1.1-preview.1', 'v1.2-preview.1');
  const { sessionId, authToken } = (await service.call('POST', url, { form })).json();
  const detect = DETECT_VERIFY.replace('v1.1-preview.1', 'v1.2-preview.1');
  await service.call('POST', detect, { token: authToken, form: { Content: clip(word) } });
  return `/resources/default/sessions/${sessionId}`;
}

interface Shown {
  frames: { jpeg: string; width: number; height: number }[];
  sessionImage: string | null;
  reference: { jpeg: string } | null;
}
const show = (session: string, by = owner) => by.ok<Shown>('GET', `${session}/attempts/1/pictures`);
const decode = (text: string | null | undefined) => Buffer.from(text ?? '', 'base64');

/** Audit entries of looks, newest first. */
async function looks() {
  const { entries } = await owner.ok<{ entries: { event: string; facts: Record<string, unknown> }[] }>(
    'GET',
    '/resources/default/audit?event=pictures.shown',
  );
  return entries.map(({ facts }) => facts);
}

describe('clips and reference photographs', () => {
  it('are not kept unless the policy says so; a session image is there where the session asked for it', async () => {
    const session = await check();
    expect(await owner.ok('GET', `${session}/files`)).toMatchObject([{ kind: 'sessionImage', attemptId: 1 }]);
    const shown = await show(session);
    expect([shown.frames, shown.reference]).toEqual([[], null]);
    expect(decode(shown.sessionImage)).toEqual(PICTURE);
    expect((await owner.call('GET', `${session}/files/clip/1`)).statusCode).toBe(404);
  });

  it('are kept sealed where the policy says so, and shown as pictures or as they came', async () => {
    await keep();
    const session = await check();
    expect(await owner.ok('GET', `${session}/files`)).toMatchObject([
      { kind: 'reference', attemptId: 0 },
      { kind: 'clip', attemptId: 1 },
      { kind: 'sessionImage', attemptId: 1 },
    ]);
    const shown = await show(session);
    expect(shown.frames.map(({ jpeg }) => decode(jpeg).toString())).toEqual([
      expect.stringContaining('picture of '),
    ]);
    expect(decode(shown.reference?.jpeg).toString()).toContain('picture of ');
    for (const [name, bytes] of [
      ['clip/1', MEDIA.clip],
      ['reference/0', MEDIA.reference],
    ] as const) {
      const { rawPayload, headers } = await owner.call('GET', `${session}/files/${name}`);
      expect(rawPayload).toEqual(bytes);
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-disposition']).toMatch(/^attachment/);
    }
    const database = new Database(path(service.dataDir, 'bonafide.sqlite'), { readonly: true });
    const rows = database.prepare('select sealed from media').all() as { sealed: Buffer }[];
    database.close();
    expect(rows).toHaveLength(2);
    // What is sealed has nothing of the file in it.
    for (const { sealed } of rows) expect(sealed.includes(MEDIA.clip.subarray(64, 128))).toBe(false);
  });

  it('of a capture that was refused are kept as well: that is what an operator looks for', async () => {
    await keep();
    const session = await check('NoFace');
    expect((await show(session)).frames).toHaveLength(1);
  });

  it('are gone for every reader once their hours are over, and from the store with the next sweep', async () => {
    await keep({ clipHours: 2, sessionImageHours: 3 });
    const session = await check();
    service.now += 2 * HOUR_MS - 1;
    // The sign-in of a person ends long before a clip does.
    const again = await signIn();
    expect(await again.ok('GET', `${session}/files`)).toHaveLength(3);
    service.now += 1;
    expect(await again.ok('GET', `${session}/files`)).toMatchObject([{ kind: 'sessionImage' }]);
    expect(await show(session, again)).toMatchObject({ frames: [], reference: null });
    expect((await again.call('GET', `${session}/files/clip/1`)).statusCode).toBe(404);
    await service.sweep();
    expect(countOf('media')).toBe(0);
    expect(countOf('session_images')).toBe(1);
    service.now += HOUR_MS;
    await service.sweep();
    expect(countOf('session_images')).toBe(0);
    expect(countOf('sessions')).toBe(1);
  });

  it('go with their session, with their person and with their resource', async () => {
    await keep();
    const session = await check();
    await owner.ok('DELETE', session);
    expect(countOf('media')).toBe(0);
    await check();
    await owner.ok('DELETE', '/resources/default?name=default');
    expect(countOf('media')).toBe(0);
  });
});

describe('a look', () => {
  it('is in the audit log with the name of whoever looked; looking where nothing is kept is not one', async () => {
    await service.resources.setPolicy('default', { sessionImages: 'off' });
    await show(await check());
    expect(await looks()).toEqual([]);
    await keep({ sessionImages: 'on' });
    const session = await check();
    const id = session.split('/').at(-1);
    await show(session);
    await owner.call('GET', `${session}/files/clip/1`);
    expect(await looks()).toEqual([
      { session: id, file: 'clip', attempt: 1, by: 'olga' },
      { session: id, attempt: 1, frames: 1, sessionImage: true, reference: true, by: 'olga' },
    ]);
  });

  it('is for Contributors of that resource: no Reader, nobody of another resource, no other resource’s path', async () => {
    await keep();
    const session = await check();
    await service.resources.create({ name: 'shop' });
    const reader = await join(service, owner, 'rita', 'Reader');
    const stranger = await join(service, owner, 'stan', 'Owner', 'shop');
    const carl = await join(service, owner, 'carl', 'Contributor', 'default');
    for (const route of ['files', 'files/clip/1', 'files/reference/0', 'attempts/1/pictures']) {
      const statuses = [];
      for (const [who, address] of [
        [reader, `${session}/${route}`],
        [stranger, `${session}/${route}`],
        [stranger, `${session.replace('default', 'shop')}/${route}`],
        [owner, `${session.replace('default', 'shop')}/${route}`],
        [carl, `${session}/${route}`],
      ] as const)
        statuses.push((await who.call('GET', address)).statusCode);
      expect([route, statuses]).toEqual([route, [403, 404, 404, 404, 200]]);
    }
    expect((await looks()).every(({ by }) => by === 'carl')).toBe(true);
  });

  it('leaves nothing of a picture in the log', async () => {
    await keep();
    const session = await check();
    const { frames } = await show(session);
    await owner.call('GET', `${session}/files/clip/1`);
    expect(log).toContain('/pictures');
    expect(log).not.toContain(frames[0]?.jpeg.slice(0, 24));
    expect(log).not.toContain(MEDIA.clip.toString('latin1').slice(0, 24));
  });
});

async function signIn(): Promise<PortalBrowser> {
  const browser = openBrowser(service);
  await browser.ok('POST', '/sign-in', { name: 'olga', password: PASSWORD });
  return browser;
}

function countOf(table: string): number {
  const database = new Database(path(service.dataDir, 'bonafide.sqlite'), { readonly: true });
  const { n } = database.prepare(`select count(*) as n from ${table}`).get() as { n: number };
  database.close();
  return n;
}
