import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeEngine } from '../../packages/server/test/fake-engine.js';
import { join, joinAsOwner, PASSWORD } from '../../packages/server/test/portal-browser.js';
import { launchBrowser } from './browser.js';
import { startService, type TestService } from './service.js';

let service: TestService;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  service = await startService({
    engine: createFakeEngine(),
    passwordCost: { N: 2 ** 10, r: 8, p: 1 },
  });
  await join(service.server, await joinAsOwner(service.server), 'carl', 'Contributor');
  browser = await launchBrowser({ kind: 'none' });
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

test('a Contributor does their work with the keyboard alone, and sees at every stop where they are', async () => {
  await page.goto(`${service.endpoint}/portal`);
  await page.locator('input[name=name]:focus').waitFor();
  await page.keyboard.type('carl');
  await tabTo('Password');
  await page.keyboard.type(PASSWORD);
  await press('Enter', 'Resources');

  await tabTo('New resource');
  await press('Enter', 'New resource');
  await tabTo('Name');
  await page.keyboard.type('shop');
  await tabTo('Tier');
  await page.keyboard.press('ArrowUp');
  await tabTo(/^I accept these terms/);
  await page.keyboard.press('Space');
  await tabTo('Create');
  await press('Enter', 'shop');

  await tabTo('Show keys');
  await page.keyboard.press('Enter');
  const key = page.locator('code').filter({ hasText: /^[0-9A-Za-z]{32,}$/ });
  const before = await key.first().textContent();
  await isFocused('Hide');
  await tabTo('Replace key1', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await isFocused('Replace key1');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => key.first().textContent()).not.toBe(before);
  await isFocused('Replace key1');
  const sessionId = await checkWith((await key.first().textContent()) ?? '');

  await tabTo('Purpose');
  await page.keyboard.type('Staff open the store room by their faces; a card does as well.');
  await page.keyboard.press('Enter');
  await page.getByText('Applied for; olga decides').waitFor();
  // The form is gone, and the focus is where it was.
  await isFocused('Recognition');

  await tabTo('Webhooks');
  await press('Enter', 'Webhooks');
  await tabTo('Address');
  await page.keyboard.type('https://app.example.com/hooks');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove' }).waitFor();
  await tabTo('Remove', 'Shift+Tab');
  await page.keyboard.press('Enter');
  // So is this one with all that stood around it: what is left is the page's own heading.
  await isFocused('Webhooks');

  await tabTo('Sessions');
  await press('Enter', 'Sessions');
  await tabTo('Id');
  await page.keyboard.type(sessionId.slice(0, 8));
  await page.keyboard.press('Enter');
  await tabTo(sessionId);
  await press('Enter', `Session ${sessionId.slice(0, 8)}`);
  await isFocused(`Session ${sessionId.slice(0, 8)}`);
  await tabTo('Show evidence');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Evidence of attempt 1' }).waitFor();

  await tabTo('Policy');
  await press('Enter', 'Policy');
  await tabTo('Operating point');
  await page.keyboard.press('ArrowUp');
  await tabTo('Save');
  await page.keyboard.press('Enter');
  const policy = async () => (await service.server.resources.get('shop')).policy;
  await expect.poll(policy).toMatchObject({ operatingPoint: 'strict' });
  await isFocused('Save');
  expect(await service.server.resources.get('shop')).toMatchObject({ tier: 'F0', recognition: 'pending' });
});

/** A key that leads to the page of this title. */
async function press(key: string, title: string): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole('heading', { name: title, level: 1, exact: true }).waitFor();
}

/** What has the focus: what it is called, and how far the page shows that. */
function focused() {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const label = element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
    const name = (label ? element.labels?.[0] : element)?.textContent?.trim() ?? '';
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return {
      name,
      outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      inView: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
    };
  });
}

/** Goes on until the focus is where it is wanted; every stop on the way has to be seen. */
async function tabTo(name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(key);
    const stop = await focused();
    if (!stop) continue;
    expect(stop).toEqual({ name: stop.name, outlined: true, inView: true });
    if (typeof name === 'string' ? stop.name === name : name.test(stop.name)) return;
    passed.push(stop.name);
  }
  throw new Error(`${key} never reached ${String(name)}, but ${passed.join(', ')}`);
}

/** After an action the focus is not lost. */
const isFocused = (name: string) => expect.poll(focused).toEqual({ name, outlined: true, inView: true });

/** Calls as an application does, with a key from the page: the id of a judged session. */
async function checkWith(key: string): Promise<string> {
  const at = `${service.endpoint}/face/v1.1-preview.1/detectLiveness/singleModal`;
  const created = await fetch(`${at}/sessions`, {
    method: 'POST',
    headers: { 'ocp-apim-subscription-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ livenessOperationMode: 'Passive', deviceCorrelationId: crypto.randomUUID() }),
  });
  const { sessionId, authToken } = (await created.json()) as { sessionId: string; authToken: string };
  const form = new FormData();
  form.append('Content', new Blob(['clip']), 'video.webp');
  form.append('Metadata', '{}');
  await fetch(at, { method: 'POST', headers: { authorization: `Bearer ${authToken}` }, body: form });
  return sessionId;
}
