import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountDemo } from '../../packages/cli/src/demo.js';
import { launchBrowser } from './browser.js';
import { startService, type TestService } from './service.js';

const PHONE = { width: 390, height: 844 };

describe('the demo', () => {
  let service: TestService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startService({}, mountDemo);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  test('names the rule that a photograph breaks, before the camera is asked for', async () => {
    const page = await browser.newPage({ viewport: PHONE, serviceWorkers: 'block' });
    await page.goto(`${service.endpoint}/demo/`);
    await page.getByText('the app server sends the photograph').click();
    const grey = await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 300 } });
    await page.locator('#photo').setInputFiles({ name: 'grey.png', mimeType: 'image/png', buffer: grey });
    await page.locator('#start').click();
    const failed = page.locator('#rules .failed');
    await failed.waitFor();
    expect(await failed.getAttribute('data-rules')).toContain('NoFace');
    expect(await page.locator('bonafide-liveness').count()).toBe(0);
    await page.close();
  });

  test('can be installed, and says offline that it needs the network; nothing of a check is kept', async () => {
    const context = await browser.newContext({ viewport: PHONE });
    const page = await context.newPage();
    await page.goto(`${service.endpoint}/demo/`);
    const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    expect(scope).toBe(`${service.endpoint}/demo/`);
    // From now on the worker sees every request.
    await page.reload();
    await page.locator('#start').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#choose').waitFor();
    const kept = await page.evaluate(async () => {
      const paths: string[] = [];
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
      return paths.sort();
    });
    expect(kept).toEqual(['/demo/icon.svg', '/demo/offline.html', '/demo/page.css']);

    await context.setOffline(true);
    await page.reload();
    await page.getByRole('heading', { name: 'There is no network' }).waitFor();
    // Its style came too.
    expect(await page.locator('a.button').evaluate((link) => getComputedStyle(link).borderRadius)).not.toBe(
      '0px',
    );
    await context.setOffline(false);
    await page.getByRole('link', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Show that you are there' }).waitFor();

    const manifest = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]');
      return (await (await fetch(link?.href ?? '')).json()) as {
        display: string;
        icons: { src: string; sizes: string }[];
      };
    });
    expect(manifest.display).toBe('standalone');
    for (const { src } of manifest.icons) {
      const icon = await fetch(`${service.endpoint}/demo/${src}`);
      expect([src, icon.status]).toEqual([src, 200]);
    }
    await context.close();
  });
});
