import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.js';
import { openPage, startCheck, watch } from './check.js';
import { bundlePerson } from './person/bundle.js';
import { startService, type TestService } from './service.js';
import { startSite, type TestSite } from './site.js';

/** Busy machines draw the person slowly; the page's time waits for them. */
const PATIENCE = { timeout: 240_000, retry: 1 };

describe('a simulated person who does what the page shows', PATIENCE, () => {
  let service: TestService;
  let site: TestSite;
  let browser: Browser;

  beforeAll(async () => {
    service = await startService();
    site = await startSite(service.endpoint, await bundlePerson());
    browser = await launchBrowser();
  });
  // Also of a failed attempt: its person would go on and take the machine from the next one's.
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await service.close();
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await openPage(browser, `${site.origin}/person?pictures=30`, options);
    await page.evaluate(() => window.person.ready);
    return page;
  }

  test('gets through ovals, turn, expression and coloured light, and the service finds the capture bound', async () => {
    const page = await open();
    const seen = watch(page);
    const { sessionId, authToken } = await service.createSession({ mode: 'PassiveActive' });
    const check = await startCheck(page, authToken);
    await page.getByRole('button', { name: 'Start' }).click();

    const ending = await check.completion();
    expect(Object.keys(ending).sort()).toEqual(['digest', 'resultId']);
    expect(await check.phases()).toEqual([
      'consent',
      'opening',
      'preparing',
      'starting',
      'challenge',
      'uploading',
      'done',
    ]);
    const { status, result } = await service.readSession(sessionId);
    expect(status).toBe('ResultAvailable');
    expect(result?.response.statusCode).toBe(200);
    // The digest is over the bytes of clip and metadata: what arrived is bit for bit what was encoded.
    expect({ resultId: result?.requestId, digest: result?.digest }).toEqual(ending);
    expect([...seen.origins].filter((origin) => origin !== site.origin)).toEqual([service.endpoint]);
    expect(seen.faults).toEqual([]);
  });
});
