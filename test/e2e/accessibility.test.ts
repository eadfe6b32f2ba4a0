import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { violations } from './axe.js';
import { launchBrowser } from './browser.js';
import { writeCameraFile } from './camera-file.js';
import { openPage, startCheck } from './check.js';
import { startService, type TestService } from './service.js';
import { startSite, type TestSite } from './site.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describe('the element for everybody', () => {
  let service: TestService;
  let site: TestSite;
  /** Films a person who is ready at once, so that the preparation is over in 300 ms. */
  let browser: Browser;
  /** Films nobody: the preparation lasts. */
  let emptyRoom: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bonafide-camera-'));
    await writeCameraFile(join(folder, 'person.mjpeg'));
    service = await startService();
    site = await startSite(service.endpoint);
    browser = await launchBrowser({ kind: 'fake', file: join(folder, 'person.mjpeg') });
    emptyRoom = await launchBrowser();
  });
  afterAll(async () => {
    await Promise.all([browser.close(), emptyRoom.close()]);
    await site.close();
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function open(
    options: Parameters<typeof openPage>[2] = {},
    attributes: Record<string, string> = {},
    room = emptyRoom,
  ) {
    const page = await openPage(room, site.origin, options);
    const { authToken } = await service.createSession();
    await startCheck(page, authToken, { attributes });
    await page.locator('button.primary').waitFor();
    return page;
  }

  const begin = (page: Page) => page.locator('button.primary').click();
  const phase = (page: Page, name: string) => page.locator(`dialog[data-phase=${name}]`).waitFor();
  const hide = (page: Page) =>
    page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
  /** Where the focus is, inside the element. */
  const focused = (page: Page) =>
    page.evaluate(() => {
      const element = document.querySelector('bonafide-liveness')?.shadowRoot?.activeElement;
      return element instanceof HTMLElement ? `${element.localName} ${element.textContent.trim()}` : '';
    });

  test.each([
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { colorScheme: 'dark', forcedColors: 'active' },
  ] as const)('axe finds nothing against WCAG 2.2 AA in any state (%o)', async (options) => {
    const page = await open(options);
    expect(await violations(page)).toEqual([]);
    await begin(page);
    await phase(page, 'preparing');
    expect(await violations(page)).toEqual([]);
    await hide(page);
    await phase(page, 'problem');
    expect(await violations(page)).toEqual([]);
    await page.close();

    const challenged = await open(options, {}, browser);
    await begin(challenged);
    await phase(challenged, 'challenge');
    expect(await violations(challenged)).toEqual([]);
    await challenged.close();
  });

  test('a screen reader meets heading, explanation, warning, choice and button in this order', async () => {
    const page = await open();
    const tree = await page.locator('dialog').ariaSnapshot();
    const places = [
      'dialog "Face check"',
      'heading "Face check" [level=2]',
      'button "Cancel"',
      'The camera looks at your face',
      'The screen will show changing colours',
      'checkbox "Without coloured light"',
      'button "Start"',
    ].map((part) => tree.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    await page.close();
  });

  test('the focus goes to the heading of each state, and hints are spoken once, politely', async () => {
    const page = await open();
    expect(await focused(page)).toBe('h2 Face check');
    await begin(page);
    await phase(page, 'preparing');
    expect(await focused(page)).toBe('h2 Get ready');
    const spoken = page.locator('[aria-live=polite]');
    // Whichever of them is on the screen when a second has passed since the last.
    await spoken.filter({ hasText: /face/ }).waitFor({ state: 'attached' });
    // What is seen as a hint is not read a second time, and the mirror picture is no content.
    for (const part of ['.hint', 'video', '.stage svg'])
      expect(await page.locator(part).getAttribute('aria-hidden')).toBe('true');
    await hide(page);
    await phase(page, 'problem');
    expect(await focused(page)).toBe('h2 That did not work');
    await spoken.filter({ hasText: 'left the page' }).waitFor({ state: 'attached' });
    await page.close();
  });

  test('everything works with the keyboard alone, and the focus can be seen', async () => {
    const page = await open();
    const order: string[] = [];
    for (const _ of [1, 2, 3]) {
      await page.keyboard.press('Tab');
      order.push((await focused(page)).split(' ')[0] ?? '');
      const outline = await page.evaluate(() => {
        const element = document.querySelector('bonafide-liveness')?.shadowRoot?.activeElement;
        return element ? getComputedStyle(element).outlineStyle : '';
      });
      expect(outline).toBe('solid');
    }
    expect(order).toEqual(['button', 'input', 'button']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await phase(page, 'preparing');
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.close();
  });

  test('the choice of no coloured light is kept when the texts of a language come after it', async () => {
    const page = await openPage(browser, site.origin);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/strings/de.json', async (route) => {
      await held;
      await route.continue();
    });
    const { authToken } = await service.createSession();
    await startCheck(page, authToken, { attributes: { locale: 'de' } });
    await page.getByRole('checkbox').check();
    letGo();
    await page.locator('dialog[lang=de]').waitFor();
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await page.close();
  });

  test.each([
    ['200 % zoom on a phone', { width: 195, height: 422 }],
    ['the smallest phone', { width: 360, height: 640 }],
    ['a phone on its side', { width: 844, height: 390 }],
  ])(
    'nothing is cut off at %s, also in long languages, and buttons are large enough to touch',
    async (_, viewport) => {
      const page = await open({ viewport }, { locale: 'de' });
      await page.locator('dialog[lang=de]').waitFor();
      const overflow = () =>
        page.locator('dialog').evaluate((dialog) =>
          [dialog, ...dialog.querySelectorAll('*')]
            .filter((element) => element instanceof HTMLElement && !element.matches('.spoken, video'))
            .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
            // The stage cuts the camera's picture to its own shape.
            .filter((element) => !element.matches('.stage'))
            .map(({ localName, className }) => `${localName}.${String(className)}`),
        );
      expect(await overflow()).toEqual([]);
      await page.locator('button.primary').scrollIntoViewIfNeeded();
      for (const button of await page.locator('button:visible').all()) {
        const box = await button.boundingBox();
        expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
      }
      await begin(page);
      await phase(page, 'preparing');
      expect(await overflow()).toEqual([]);
      const stage = await page.locator('.stage').boundingBox();
      const hint = await page.locator('.hint').boundingBox();
      expect(stage?.height).toBeGreaterThan(100);
      expect((hint?.y ?? Infinity) + (hint?.height ?? 0)).toBeLessThanOrEqual(viewport.height + 1);
      await page.close();
    },
  );
});
