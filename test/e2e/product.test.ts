import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mountDemo } from '../../packages/cli/src/demo.js';
import { launchBrowser } from './browser.js';
import { beginAnewOnProblems, openPage, watch } from './check.js';
import { bringPerson, bundlePerson } from './person/bundle.js';
import { portrait, PORTRAIT_SIZE } from './person/portrait.js';
import { startService, type TestService } from './service.js';

/** Whom the simulated camera films. */
const SEED = 11;
/** Where the links of these tests lead back to. */
const SHOP = 'https://shop.example/done';
/** Busy machines draw the person slowly; the page's time waits for them. */
const PATIENCE = { timeout: 240_000 };
/** How sure the service is that it is the same person, 0..1; the decision is its own. */
const CONFIDENCE = expect.stringMatching(/^[01]\.\d\d$/) as string;

describe('the product as people meet it', PATIENCE, () => {
  let service: TestService;
  let browser: Browser;
  let scripts: Record<string, string>;
  let photo: Buffer;

  beforeAll(async () => {
    service = await startService({}, mountDemo);
    await service.server.resources.setPolicy('default', {
      callbackUrls: [SHOP],
      brandName: 'Shop',
      brandColor: '#aa3300',
    });
    scripts = await bundlePerson();
    photo = await portrait(SEED);
    browser = await launchBrowser();
  });
  // Also of a failed attempt: its person would go on and take the machine from the next one's.
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  /** A page before a person who wants no coloured light: that is the longest part of a check. */
  const open = (path: string): Promise<Page> =>
    openPage(
      browser,
      service.endpoint + path,
      { reducedMotion: 'reduce', serviceWorkers: 'block' },
      (context) => bringPerson(context, scripts),
    );

  /** The person agrees, and from then on does what the element shows. */
  async function agree(page: Page): Promise<void> {
    const start = page.locator('bonafide-liveness').getByRole('button', { name: 'Start' });
    await start.waitFor();
    await beginAnewOnProblems(page);
    expect(await page.getByRole('checkbox', { name: 'Without coloured light' }).isChecked()).toBe(true);
    await start.click();
  }

  describe('the demo', () => {
    /** Goes through a check; returns what the page told the app server. */
    async function check(page: Page): Promise<string> {
      const completion = page.waitForRequest('**/api/checks/complete');
      await page.locator('#start').click();
      await agree(page);
      return (await completion).postData() ?? '';
    }

    /** What the app server decided, as its page shows it. */
    async function decision(page: Page) {
      await page.locator('#result').waitFor();
      return page.locator('#result').evaluate((result) => {
        const texts = (name: string) => [...result.querySelectorAll(name)].map((part) => part.textContent);
        const values = texts('dd');
        return {
          title: texts('h1')[0],
          ...Object.fromEntries(texts('dt').map((name, k) => [name, values[k]])),
        };
      });
    }

    async function choosePhoto(page: Page, kind: string, buffer: Buffer): Promise<void> {
      await page.getByText(kind).click();
      await page.locator('#photo').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer });
    }

    test('lets a living person in, and takes the result of a check once and for no other check', async () => {
      const page = await open('/demo/');
      const seen = watch(page);
      const done = await check(page);
      expect(await decision(page)).toEqual({ title: 'Welcome', decision: 'realface' });
      expect([...seen.origins]).toEqual([service.endpoint]);
      expect(seen.faults).toEqual([]);

      const post = (path: string, body: string | null) =>
        page.evaluate(
          async ([path, body]) => {
            const answer = await fetch(`api/checks${path}`, { method: 'POST', body });
            return { status: answer.status, body: (await answer.json()) as object };
          },
          [path, body] as const,
        );
      expect(await post('/complete', done)).toMatchObject({ status: 409 });
      // Somebody's clip in the person's next check, and the result of the last one.
      const { body } = await post('?kind=liveness', null);
      await sendClip((body as { authToken: string }).authToken);
      expect(await post('/complete', done)).toMatchObject({
        status: 200,
        body: { accepted: false, shown: { reason: 'the digest is not the one of this result' } },
      });
    });

    test('names the rule that a photograph breaks, and lets the person of a good one in', async () => {
      const page = await open('/demo/');
      const sends = 'the app server sends the photograph';
      await choosePhoto(page, sends, await page.screenshot());
      await page.locator('#start').click();
      expect(await page.locator('#rules .failed').getAttribute('data-rules')).toContain('NoFace');
      expect(await page.locator('bonafide-liveness').count()).toBe(0);

      await choosePhoto(page, sends, photo);
      await check(page);
      expect(await decision(page)).toEqual({ title: 'Welcome', decision: 'realface', match: CONFIDENCE });
    });

    test('lets the person of a photograph in that the page sends with the capture', async () => {
      const page = await open('/demo/');
      await choosePhoto(page, 'this page sends it with the capture', photo);
      await check(page);
      expect(await decision(page)).toEqual({ title: 'Welcome', decision: 'realface', match: CONFIDENCE });
    });
  });

  test('a quick link leads through a check and back to the application, once', async () => {
    const { sessionId, authToken } = await service.createSession();
    const link = await makeLink(authToken);
    const page = await open(`${link}&callbackUrl=${encodeURIComponent(`${SHOP}?order=7`)}`);
    await page
      .context()
      .route(`${SHOP}*`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>The shop</title>' }),
      );
    expect(await page.locator('.name').innerText()).toBe('Shop');
    const begin = page.getByRole('button', { name: 'Begin' });
    expect(await begin.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe(
      'rgb(170, 51, 0)',
    );
    await begin.click();
    await agree(page);
    await page.waitForURL(`${SHOP}*`);

    const { order, ...done } = Object.fromEntries(new URL(page.url()).searchParams);
    expect(order).toBe('7');
    const { result } = await service.readSession(sessionId);
    expect(done).toEqual({ resultId: result?.requestId, digest: result?.digest });
    expect(result?.response.body.livenessDecision).toBe('realface');
    // Neither the link nor anything of it is in the history of the browser.
    await page.goBack();
    expect(new URL(page.url()).search).toBe('');
    await page.goto(service.endpoint + link);
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  });

  async function makeLink(token: string): Promise<string> {
    const answer = await fetch(`${service.endpoint}/api/quicklink`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await answer.json()) as { url: string }).url;
  }

  /** Sends a clip of stills as a device does that knows nothing of challenges. */
  async function sendClip(token: string): Promise<void> {
    const { width, height } = PORTRAIT_SIZE;
    const frame = await sharp(photo).removeAlpha().raw().toBuffer();
    const clip = await sharp(Buffer.concat([frame, frame, frame, frame]), {
      raw: { width, height: 4 * height, channels: 3, pageHeight: height },
    })
      .webp({ loop: 0, delay: 100 })
      .toBuffer();
    const form = new FormData();
    form.append('Content', new Blob([new Uint8Array(clip)], { type: 'image/webp' }), 'video.webp');
    const answer = await fetch(`${service.endpoint}/face/v1.1-preview.1/detectLiveness/singleModal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    expect(answer.status).toBe(204);
  }
});
