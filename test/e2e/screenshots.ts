import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, root } from './browser.js';
import { openPage, startCheck } from './check.js';
import { bundlePerson } from './person/bundle.js';
import { startService } from './service.js';
import { startSite } from './site.js';

const LOOKS = [
  { name: 'light', colorScheme: 'light', locale: 'en' },
  { name: 'dark', colorScheme: 'dark', locale: 'en' },
  { name: 'rtl', colorScheme: 'light', locale: 'ar' },
] as const;
const SIZES = [
  { name: 'phone', width: 390, height: 844 },
  { name: 'desktop', width: 1280, height: 800 },
] as const;
/** Every state that a check can stop in, and what makes it: the rest is seen on the way. */
const WAYS = ['done', 'offline', 'problem'] as const;

/** Pictures of every state, in every look and size, into a folder; the person is a simulated one. */
export async function run([folder = join(root, 'test/dist/screenshots')]: string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const service = await startService();
  const site = await startSite(service.endpoint, await bundlePerson());
  const browser = await launchBrowser();
  try {
    for (const look of LOOKS)
      for (const size of SIZES)
        for (const way of WAYS) {
          const page = await openPage(browser, `${site.origin}/person`, {
            viewport: size,
            colorScheme: look.colorScheme,
          });
          await page.evaluate(() => window.person.ready);
          const shoot = (state: string) =>
            page.screenshot({ path: join(folder, `${size.name}-${look.name}-${state}.png`) });
          const { authToken } = await service.createSession({ mode: 'PassiveActive' });
          await startCheck(page, authToken, { attributes: { locale: look.locale } });
          await go(page, way, shoot);
          await page.close();
        }
  } finally {
    await browser.close();
    await site.close();
    await service.close();
  }
  console.log(folder);
}

async function go(page: Page, way: (typeof WAYS)[number], shoot: (state: string) => Promise<unknown>) {
  const dialog = page.locator('dialog');
  const phase = (name: string) => page.locator(`dialog[data-phase=${name}]`).waitFor();
  // Texts of another language come a moment later.
  await page.waitForTimeout(300);
  if (way === 'done') await shoot('consent');
  if (way === 'problem') await page.evaluate(() => (window.person.present = false));
  await page.locator('button.primary').click();
  await phase('preparing');
  if (way === 'problem') {
    await page.waitForTimeout(500);
    await shoot('no-face');
    await page.evaluate(() => window.person.unplug());
    await phase('problem');
    await shoot('problem');
    return;
  }
  if (way === 'done') await shoot('preparing');
  await phase('challenge');
  if (way === 'offline') {
    await page.context().setOffline(true);
    await phase('waiting');
    await shoot('waiting');
    return;
  }
  const seen = new Set<string>();
  for (;;) {
    const {
      phase: now,
      step,
      hint,
    } = (await dialog.evaluate((element) => ({
      ...(element as HTMLElement).dataset,
    }))) as Record<string, string>;
    if (now === 'uploading') break;
    if (now === 'problem') {
      // A busy machine looks at too few frames for the person to be followed: it begins anew while attempts are left.
      console.log(`once more, after: ${await dialog.locator('.panel').innerText()}`);
      await page.locator('button.primary').click({ timeout: 1_000 });
    }
    if (now !== 'challenge') {
      await page.waitForTimeout(50);
      continue;
    }
    const state = step === 'turn' ? `turn-${hint === 'turnBack' ? 'back' : 'away'}` : String(step);
    if (!seen.has(state)) await page.waitForTimeout(400);
    if (!seen.has(state)) await shoot(state);
    seen.add(state);
  }
  await shoot('uploading');
  await phase('done');
  await shoot('done');
}
