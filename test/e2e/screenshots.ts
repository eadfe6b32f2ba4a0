import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { mountDemo } from '../../packages/cli/src/demo.js';
import { launchBrowser, root } from './browser.js';
import { openPage } from './check.js';
import { bundleGallery } from './gallery/bundle.js';
import { portrait } from './person/portrait.js';
import { startService, type TestService } from './service.js';
import { startSite } from './site.js';

interface Look extends BrowserContextOptions {
  name: string;
  viewport: { width: number; height: number };
  locale: string;
}

const SMALL = { width: 360, height: 640 };
const LARGE = { width: 430, height: 932 };
const DESKTOP = { width: 1280, height: 800 };

/** Every state is seen in each of these. */
const LOOKS: readonly Look[] = [
  { name: 'small-light', viewport: SMALL, locale: 'en' },
  { name: 'large-dark', viewport: LARGE, locale: 'en', colorScheme: 'dark' },
  { name: 'desktop-light', viewport: DESKTOP, locale: 'en' },
  { name: 'desktop-dark-arabic', viewport: DESKTOP, locale: 'ar', colorScheme: 'dark' },
  { name: 'small-hebrew', viewport: SMALL, locale: 'he' },
  { name: 'small-german', viewport: SMALL, locale: 'de' },
  { name: 'large-japanese', viewport: LARGE, locale: 'ja' },
  // 200 % of the smallest phone and of a small laptop.
  { name: 'zoom-german', viewport: { width: 180, height: 320 }, locale: 'de', deviceScaleFactor: 2 },
  { name: 'zoom-arabic', viewport: { width: 640, height: 400 }, locale: 'ar', deviceScaleFactor: 2 },
  { name: 'side-german', viewport: { width: 844, height: 390 }, locale: 'de' },
  { name: 'contrast', viewport: SMALL, locale: 'en', forcedColors: 'active' },
  { name: 'contrast-dark', viewport: SMALL, locale: 'ar', forcedColors: 'active', colorScheme: 'dark' },
];

/**
 * Pictures of every state of the element and of every page, in every look, into a folder, and a line for each thing that is cut
 * off or cannot be reached. The pictures are for looking at; they belong into no repository.
 */
export async function run([folder = join(root, 'test/dist/screenshots')]: string[]): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const service = await startService({}, mountDemo);
  await service.server.resources.setPolicy('default', {
    callbackUrls: ['https://shop.example/done'],
    brandName: 'Shop around the corner',
    brandColor: '#aa3300',
  });
  const site = await startSite(service.endpoint, await bundleGallery());
  const browser = await launchBrowser({ kind: 'denied' });
  let faults = 0;
  const report = (look: Look, name: string, found: readonly string[]) => {
    for (const fault of found) console.log(`${look.name} ${name}: ${fault}`);
    faults += found.length;
  };
  try {
    for (const look of LOOKS) {
      const shoot = (page: Page, name: string) =>
        page.screenshot({ path: join(folder, `${look.name}-${name}.png`) });
      const page = await openPage(browser, `${site.origin}/gallery`, look);
      for (const state of await page.evaluate(() => window.gallery.states)) {
        await page.evaluate(([state, locale]) => window.gallery.show(state, locale), [
          state,
          look.locale,
        ] as const);
        await shoot(page, state);
        report(look, state, await page.evaluate(() => window.gallery.faults()));
      }
      await page.close();
      for (const [name, open] of Object.entries(PAGES)) {
        const page = await open(service, browser, look);
        await page.screenshot({ path: join(folder, `${look.name}-page-${name}.png`), fullPage: true });
        report(look, name, await page.evaluate(widerThanScreen));
        await page.close();
      }
    }
  } finally {
    await browser.close();
    await site.close();
    await service.close();
  }
  console.log(`${folder}: ${faults} faults`);
  return faults === 0;
}

/** The pages of the service, each in a state. */
const PAGES: Readonly<Record<string, (service: TestService, browser: Browser, look: Look) => Promise<Page>>> =
  {
    demo: ({ endpoint }, browser, look) => openDemo(endpoint, browser, look),
    'demo-refused-photo': async ({ endpoint }, browser, look) => {
      const page = await openDemo(endpoint, browser, look);
      await choosePhoto(page, await page.screenshot());
      await page.locator('#start').click();
      await page.locator('#rules .failed').waitFor();
      return page;
    },
    'demo-welcome': async ({ endpoint }, browser, look) =>
      finishDemo(await openDemo(endpoint, browser, look), {
        accepted: true,
        shown: { reason: 'realface', livenessDecision: 'realface', verifyResult: { matchConfidence: 0.91 } },
      }),
    'demo-turned-away': async ({ endpoint }, browser, look) =>
      finishDemo(await openDemo(endpoint, browser, look), {
        accepted: false,
        shown: { reason: 'the decision is uncertain', livenessDecision: 'uncertain' },
      }),
    'demo-offline': ({ endpoint }, browser, look) => openPage(browser, `${endpoint}/demo/offline.html`, look),
    link: async (service, browser, look) =>
      openPage(browser, service.endpoint + (await makeLink(service)), look),
    'link-used': ({ endpoint }, browser, look) => openPage(browser, `${endpoint}/?s=used`, look),
    'link-callback': async (service, browser, look) =>
      openPage(
        browser,
        `${service.endpoint}${await makeLink(service)}&callbackUrl=https%3A%2F%2Fevil.example`,
        look,
      ),
    'link-done': async (service, browser, look) => {
      const page = await openPage(browser, service.endpoint + (await makeLink(service)), look, (context) =>
        context.route('**/client/bonafide-liveness.js', (route) => route.fulfill(STAND_IN)),
      );
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.locator('#end').waitFor();
      return page;
    },
    check: async ({ endpoint }, browser, look) => {
      const page = await openPage(browser, `${endpoint}/check`, look);
      await page.getByRole('button', { name: 'Test the camera' }).click();
      await page.waitForFunction(
        () => document.querySelectorAll('#checks li.ok, #checks li.failed').length === 7,
      );
      return page;
    },
  };

/** An element that is done at once. */
const STAND_IN = {
  contentType: 'text/javascript',
  body: `customElements.define('bonafide-liveness', class extends HTMLElement {
    start() { return Promise.resolve({ resultId: 'r', digest: 'D' }); }
  });`,
};

const openDemo = (endpoint: string, browser: Browser, look: Look) =>
  openPage(browser, `${endpoint}/demo/`, { ...look, serviceWorkers: 'block' });

async function choosePhoto(page: Page, buffer: Buffer): Promise<void> {
  await page.getByText('the app server sends the photograph').click();
  await page.locator('#photo').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer });
}

async function finishDemo(page: Page, json: object): Promise<Page> {
  await page.route('**/sdk/bonafide-liveness.js', (route) => route.fulfill(STAND_IN));
  await page.route('**/api/checks/complete', (route) => route.fulfill({ json }));
  await choosePhoto(page, await portrait(11));
  await page.locator('#start').click();
  await page.locator('#result').waitFor();
  return page;
}

async function makeLink({ endpoint, createSession }: TestService): Promise<string> {
  const { authToken } = await createSession();
  const answer = await fetch(`${endpoint}/api/quicklink`, {
    method: 'POST',
    headers: { authorization: `Bearer ${authToken}` },
  });
  return ((await answer.json()) as { url: string }).url;
}

function widerThanScreen(): string[] {
  return [...document.querySelectorAll<HTMLElement>('body *')]
    .filter(
      (element) =>
        element.checkVisibility() &&
        element.id !== 'photo' &&
        element.getBoundingClientRect().right > innerWidth + 0.5,
    )
    .map(
      (element) =>
        `${element.localName} "${element.textContent.trim().slice(0, 30)}" is wider than the screen`,
    );
}
