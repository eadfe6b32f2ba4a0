import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mountDemo } from '../../packages/cli/src/demo.js';
import { violations } from './axe.js';
import { launchBrowser } from './browser.js';
import { openPage } from './check.js';
import { startService, type TestService } from './service.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe('the pages that the service hosts', () => {
  let service: TestService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startService({}, mountDemo);
    browser = await launchBrowser({ kind: 'denied' });
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  async function makeLink(): Promise<string> {
    const { authToken } = await service.createSession();
    const answer = await fetch(`${service.endpoint}/api/quicklink`, {
      method: 'POST',
      headers: { authorization: `Bearer ${authToken}` },
    });
    return service.endpoint + ((await answer.json()) as { url: string }).url;
  }

  test("a quick link checks in the person's language, once", async () => {
    const url = await makeLink();
    const page = await openPage(browser, url, { locale: 'ar' });
    await page.getByRole('button', { name: 'ابدأ' }).click();
    await page.locator('dialog[lang=ar][dir=rtl]').waitFor();
    await page.getByRole('button', { name: 'إلغاء' }).click();
    await page.getByRole('heading', { name: 'لم ينجح ذلك' }).waitFor();
    await page.goto(url);
    expect(await page.getByRole('heading').innerText()).toBe('هذا الرابط لا يعمل');
    await page.close();
  });

  test.each(['light', 'dark'] as const)(
    'what can be used has an edge and shows the focus in forced colours, %s',
    async (colorScheme) => {
      const others = ['/demo/', '/check', '/portal/'].map((path) => service.endpoint + path);
      for (const url of [await makeLink(), ...others]) {
        const page = await openPage(browser, url, {
          forcedColors: 'active',
          colorScheme,
          serviceWorkers: 'block',
        });
        const controls = page.locator('button:visible, a.button:visible, input[type=password]:visible');
        await controls.first().waitFor();
        expect(await violations(page)).toEqual([]);
        for (const control of await controls.all()) {
          await control.focus();
          const { edge, back, focus } = await control.evaluate((element) => {
            const { borderTopColor, borderTopWidth, backgroundColor, outlineStyle } =
              getComputedStyle(element);
            const edge = parseFloat(borderTopWidth) > 0 ? borderTopColor : null;
            return { edge, back: backgroundColor, focus: outlineStyle };
          });
          expect(edge).not.toBeNull();
          expect(edge).not.toBe(back);
          expect(focus).toBe('solid');
        }
        await page.close();
      }
    },
  );

  test('/check says what is wrong and what helps, with code shown as code', async () => {
    const page = await browser.newPage();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/healthz', async (route) => {
      await held;
      await route.abort();
    });
    await page.goto(`${service.endpoint}/check`);
    // The camera can be tested while the other checks still run.
    await page.getByRole('button', { name: 'Test the camera' }).click();
    await page.locator('#checks .failed', { hasText: 'CameraDenied' }).waitFor();
    letGo();
    const down = page.locator('#checks .failed', { hasText: 'ServiceUnreachable' });
    await down.waitFor();
    expect(await down.locator('code').allInnerTexts()).toEqual(['--host 0.0.0.0']);
    expect(await down.innerText()).not.toContain('`');
    await page.close();
  });
});
