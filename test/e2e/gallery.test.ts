import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { launchBrowser } from './browser.js';
import { openPage } from './check.js';
import { bundleGallery } from './gallery/bundle.js';
import { startSite, type TestSite } from './site.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** Nothing here calls a service. */
const NO_SERVICE = 'http://127.0.0.1:9';

let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  site = await startSite(NO_SERVICE, await bundleGallery());
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

test.each([
  ['the smallest phone', 'de', { width: 360, height: 640 }],
  ['the smallest phone at 200 % zoom', 'de', { width: 180, height: 320 }],
  ['the smallest phone at 200 % zoom', 'ar', { width: 180, height: 320 }],
  ['a phone on its side', 'vi', { width: 640, height: 360 }],
])('on %s in %s every state can be read and reached, with the whole oval', async (_, locale, viewport) => {
  const page = await openPage(browser, `${site.origin}/gallery`, { viewport });
  const found = await page.evaluate(async (locale) => {
    const faults: string[] = [];
    for (const state of window.gallery.states) {
      await window.gallery.show(state, locale);
      faults.push(...window.gallery.faults().map((fault) => `${state}: ${fault}`));
    }
    return faults;
  }, locale);
  expect(found).toEqual([]);
  await page.close();
});
