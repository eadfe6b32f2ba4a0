import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadPolicy } from '@bonafide/engine';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capturedFor, type Started } from '../../packages/server/test/captured.js';
import { createFakeEngine } from '../../packages/server/test/fake-engine.js';
import { violations } from './axe.js';
import { launchBrowser } from './browser.js';
import { beginAnewOnProblems, openPage } from './check.js';
import { bringPerson, bundlePerson } from './person/bundle.js';
import { startService, type TestService } from './service.js';

const PASSWORD = 'correct horse battery';
/** Version of the installed policy. */
const INSTALLED = loadPolicy().version;
const WEIGHTS = {
  engine: 'fake-1~0123abcd',
  fingerprint: '0123abcd'.repeat(8),
  changed: [{ name: 'pad-fasnet', file: 'pad-fasnet.onnx', sha256: 'feed'.repeat(16) }],
  policy: null,
};

describe('the lab in the portal', () => {
  let service: TestService;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  /** The service's clock before the machine's, ms. */
  let ahead = 0;

  beforeAll(async () => {
    const engine = Object.assign(createFakeEngine(), { versions: { engine: 'fake-1', policy: INSTALLED } });
    const outcome = { status: 'scored', llr: 3, quality: 1, evidence: {} } as const;
    engine.measure = () => [{ name: 'pad-networks', version: '1', outcome }];
    const other = createFakeEngine();
    other.measure = () => [{ name: 'pad-networks', version: '1', outcome: { ...outcome, llr: -9 } }];
    service = await startService({
      engine,
      shadowSource: { engine: other, weights: WEIGHTS, policy: null },
      clock: () => Date.now() + ahead,
      passwordCost: { N: 2 ** 10, r: 8, p: 1 },
    });
    browser = await launchBrowser({ kind: 'none' });
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A browser notes refused requests of a page that asks who is signed in.
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
    });
    await page.goto(service.server.ownerLink() ?? '');
    await page.getByLabel('Name').fill('olga');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Password again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Resources' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  /** Records over the management API, as the signed-in page does, and over a link. */
  async function record(wanted: object): Promise<void> {
    const link = await page.evaluate(async (body) => {
      const { csrfToken } = (await (await fetch('/management/v1/me')).json()) as { csrfToken: string };
      const answer = await fetch('/management/v1/resources/default/lab/presentations', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
        body: JSON.stringify(body),
      });
      return ((await answer.json()) as { link: string }).link;
    }, wanted);
    await recordByPhone(link);
  }

  /** What a phone does with the link that it has scanned. */
  async function recordByPhone(link: string): Promise<void> {
    const opened = await post('/api/quicklink/open', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ s: new URL(link).searchParams.get('s') }),
    });
    const { authToken } = (await opened.json()) as { authToken: string };
    await present(authToken);
  }

  /** Captures for a session and sends it. */
  async function present(authToken: string): Promise<void> {
    const headers = { authorization: `Bearer ${authToken}` };
    const started = (await (await post('/face/v1.2/session/start', { headers })).json()) as Started;
    const payload = Buffer.from(authToken.split('.')[1] ?? '', 'base64url').toString();
    const { sid } = JSON.parse(payload) as { sid: string };
    const { Content, Metadata } = await capturedFor(sid, started);
    // A capture cannot last longer than its nonce is old, and this one is made up at once.
    ahead += 20_000;
    const body = new FormData();
    body.append('Content', new Blob([new Uint8Array(Content)]), 'video.webp');
    body.append('Metadata', Metadata);
    const answer = await post('/face/v1.2/detectLiveness/singleModal', { headers, body });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  }

  const post = (path: string, init: RequestInit) =>
    fetch(`${service.endpoint}${path}`, { method: 'POST', ...init });

  const of = (name: string) => `${service.endpoint}/portal/resources/default/${name}`;

  async function expectNoViolations(where: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page), `${where}, ${colorScheme}`).toEqual([]);
    }
  }

  test('records by QR code, shows what was recorded, relabels it, and deletes all of a subject', async () => {
    await page.goto(of('lab'));
    await page.getByRole('radio', { name: /^An attack/ }).check();
    await page.getByLabel('Subject code').fill('S-01');
    await page.getByLabel('Species').fill('print');
    await page.getByRole('textbox', { name: 'Instrument' }).fill('matte A4');
    await page.getByRole('checkbox', { name: /I confirm/ }).check();
    await expectNoViolations('the form');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await expectNoViolations('the code');
    await recordByPhone((await page.getByText(/\/\?s=/).textContent()) ?? '');
    await page.getByText('Recorded. The next one can begin.').waitFor();
    await page.getByRole('row', { name: /^print 1 of 150/ }).waitFor();
    // The subject is known now.
    expect(await page.getByRole('checkbox', { name: /I confirm/ }).count()).toBe(0);

    await page.getByRole('link', { name: 'Presentations' }).click();
    await page.getByRole('row', { name: /print/ }).getByRole('link').click();
    await page.getByRole('button', { name: 'Show the clip' }).click();
    await expect
      .poll(() => page.locator('img.lab-clip').evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBe(48);
    await expectNoViolations('a presentation');
    await page.getByLabel('Species').fill('cutout');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.goto(of('lab/presentations'));
    await page.getByRole('row', { name: /cutout/ }).waitFor();
    await expectNoViolations('presentations');

    await page.goto(of('lab/subjects'));
    await expectNoViolations('subjects');
    await page.getByRole('button', { name: /^Consent was withdrawn/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Type S-01 to confirm').fill('S-01');
    await page.keyboard.press('Enter');
    await page.getByText('S-01 and 1 presentation were deleted.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('measures on the set by keyboard alone, opens the reports and puts two side by side', async () => {
    await page.goto(of('lab'));
    const consent = 'I agree to be filmed for measurements.';
    await record({ label: 'bonafide', subject: 'S-02', consent, by: 'link' });
    await record({ label: 'attack', species: 'print', subject: 'S-02', by: 'link' });
    await page.goto(of('lab/measurements'));
    await page.getByText('None yet.').waitFor();
    for (const operatingPoint of ['strict', 'balanced']) {
      await page.getByLabel('Operating point').selectOption(operatingPoint);
      await page.getByRole('button', { name: 'Begin' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Open the report' }).waitFor();
      await expectNoViolations('a measurement');
      await page.getByRole('link', { name: 'Measurements' }).click();
    }
    await page.getByRole('row', { name: /done evaluate, strict olga/ }).waitFor();
    await expectNoViolations('measurements');

    const [compared] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Compare' }).click(),
    ]);
    await compared.getByRole('heading', { name: 'Two evaluations compared' }).waitFor();
    await compared.close();
    await page
      .getByRole('row', { name: /evaluate, balanced/ })
      .getByRole('link')
      .click();
    const [report] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Open the report' }).click(),
    ]);
    await report.getByRole('heading', { name: 'Evaluation of face liveness' }).waitFor();
    // Its style is taken, its drawings are there.
    expect(await report.locator('figure svg').count()).toBeGreaterThan(0);
    await report.close();

    await page.getByRole('link', { name: 'Measurements' }).click();
    await page.getByLabel('What').selectOption('calibration');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText(/at least 20 scored presentations of each class/).waitFor();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('Measurements so far').waitFor();
    expect(await page.getByRole('row', { name: /calibrate/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('moves thresholds on an evaluation, keeps them as a candidate, and deletes it', async () => {
    await page.goto(of('policy'));
    await page.getByLabel('Evaluation of the lab').waitFor();
    await page.getByRole('button', { name: 'Open', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: /^realface from/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByLabel('For the operating point').selectOption('strict');
    await expectNoViolations('thresholds, tried out');
    await page.getByRole('button', { name: 'Save as a candidate' }).focus();
    await page.keyboard.press('Enter');
    await page
      .getByText(/^Saved: moved by hand on lab default .* at strict realface from 1.05 and .* BPCER 0 of 1/)
      .waitFor();
    await expectNoViolations('thresholds, saved');
    await page.getByRole('link', { name: 'candidates' }).click();
    await page.getByText(/It lacks presentations: 1 of 50 bona fide/).waitFor();
    await page.getByRole('button', { name: 'Delete it' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('No candidates yet').waitFor();
    expect(complaints).toEqual([]);
  });

  test('adopts a candidate whose shortfall is confirmed, by keyboard, goes back, and scores in the shadow', async () => {
    addCandidate();
    await page.goto(of('lab/candidates'));
    await page.getByText('the installed decision policy').waitFor();
    await expectNoViolations('candidates');
    await page.getByRole('button', { name: 'Adopt' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('12 of 50 bona fide presentations, 3 of 150 of print').last().waitFor();
    await expectNoViolations('the question');
    await page.getByRole('checkbox', { name: /I have read/ }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Adopt it all the same' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('made for this test.').waitFor();
    await page.getByRole('button', { name: 'Go back to what decided before' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('the installed decision policy').waitFor();
    await page.getByRole('button', { name: 'Score live sessions without deciding' }).click();
    await page.getByRole('button', { name: 'Stop scoring in the shadow' }).waitFor();
    await page.getByText('In the shadow of live sessions it agreed on 3 of 4 captures.').waitFor();
    await expectNoViolations('candidates, one in the shadow');
    expect(complaints).toEqual([]);
  });

  test('has other weights score in the shadow, says how they would come to decide, and deletes what they said', async () => {
    await page.goto(of('lab/candidates'));
    await page.getByText('other than installed: pad-fasnet.onnx. They score nothing.').waitFor();
    await page.getByText(`--models-dir FOLDER --weights ${WEIGHTS.fingerprint}`).waitFor();
    await page.getByRole('button', { name: 'Score live sessions with them, without deciding' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('They score live sessions without deciding.').waitFor();
    // The service knows a changed policy a moment later.
    ahead += 2_000;
    await present((await service.createSession()).authToken);
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.getByRole('heading', { name: 'Other weights' }).waitFor();
          return page.getByRole('button', { name: 'Delete what they said so far' }).count();
        },
        { timeout: 30_000 },
      )
      .toBe(1);
    await page.getByText('In the shadow of live sessions it agreed on 0 of 1 captures.').waitFor();
    await expectNoViolations('other weights');
    // A fingerprint is the longest word of the portal; on a phone it must not widen the page.
    const size = page.viewportSize() ?? { width: 1280, height: 720 };
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.setViewportSize(size);
    await page.getByRole('button', { name: 'Delete what they said so far' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('agreed on 0 of 1').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop scoring with other weights' }).click();
    await page.getByText('They score nothing.').waitFor();
    expect(complaints).toEqual([]);
  });

  // Busy machines draw the person slowly.
  const PATIENCE = { timeout: 240_000, retry: 2 };

  test('records a person before the camera of this machine, by keyboard alone', PATIENCE, async () => {
    // One that begins anew is of another subject.
    const subject = `S-${randomUUID().slice(0, 8)}`;
    const scripts = await bundlePerson();
    const own = await openPage(
      browser,
      of('lab'),
      { reducedMotion: 'reduce', serviceWorkers: 'block' },
      (context) => bringPerson(context, scripts),
    );
    try {
      await own.locator('input[name=name]:focus').waitFor();
      await own.keyboard.type('olga');
      await own.keyboard.press('Tab');
      await own.keyboard.type(PASSWORD);
      await own.keyboard.press('Enter');
      await own.getByLabel('Subject code').focus();
      await own.keyboard.type(subject);
      await own.getByLabel('With', { exact: true }).selectOption('here');
      await own.getByRole('checkbox', { name: /I confirm/ }).focus();
      await own.keyboard.press('Space');
      await own.getByRole('button', { name: 'Begin' }).focus();
      await own.keyboard.press('Enter');

      const element = own.locator('bonafide-liveness');
      await element.getByRole('button', { name: 'Start' }).waitFor();
      expect(await violations(own)).toEqual([]);
      await beginAnewOnProblems(own);
      await element.getByRole('button', { name: 'Start' }).focus();
      await own.keyboard.press('Enter');
      await own.getByText('Recorded. The next one can begin.').waitFor();
      expect(await element.count()).toBe(0);
      // The next one is of the same subject, who has agreed already.
      expect(await own.getByLabel('Subject code').inputValue()).toBe(subject);
      expect(await own.getByRole('checkbox', { name: /I confirm/ }).count()).toBe(0);

      await own.getByRole('link', { name: 'Presentations' }).click();
      await own.getByRole('row', { name: subject }).getByRole('link').click();
      await own.getByRole('button', { name: 'Show the clip' }).click();
      await expect
        .poll(() => own.locator('img.lab-clip').evaluate((image) => (image as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(200);
    } finally {
      await own.close();
    }
  });

  /** What a calibration would have made, and a few captures that it was watched on. */
  function addCandidate(): void {
    const store = new Database(join(service.dataDir, 'bonafide.sqlite'));
    const { id } = store.prepare("select id from resources where name = 'default'").get() as { id: string };
    const candidate = '11111111-2222-4333-8444-555555555555';
    const policy = JSON.stringify({ ...loadPolicy(), version: `${INSTALLED}+11111111` });
    store
      .prepare(
        `insert into candidates (id, resource_id, policy, engine, installed, origin, run_id, bona_fide, species, created_by, created_at_ms)
         values (?, ?, ?, 'fake-1', '${INSTALLED}', 'made for this test', 'none', 12, '{"print":3}', 'olga', ?)`,
      )
      .run(candidate, id, policy, Date.now());
    const count = store.prepare('insert into shadow_counts values (?, ?, ?, ?)');
    count.run(candidate, 'realface', 'realface', 3);
    count.run(candidate, 'uncertain', 'realface', 1);
    store.close();
  }
});
