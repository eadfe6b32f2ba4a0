import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SNIPPETS } from '../../apps/portal/src/resource/snippets.js';
import { createFakeEngine, type FakeEngine } from '../../packages/server/test/fake-engine.js';
import { violations } from './axe.js';
import { launchBrowser } from './browser.js';
import { startService, type TestService } from './service.js';

const PASSWORD = 'correct horse battery';
/** Beside other work a page takes seconds. */
const PATIENCE = { timeout: 240_000 };
/** Names and headers that would do harm on a page that took them for markup. */
const HARMFUL = '<img src=x onerror=document.title="harmed">';

describe('the portal', () => {
  let service: TestService;
  let browser: Browser;
  let owner: BrowserContext;
  const complaints: string[] = [];

  beforeAll(async () => {
    service = await startService({
      engine: await engineOfPictures(),
      passwordCost: { N: 2 ** 10, r: 8, p: 1 },
    });
    browser = await launchBrowser({ kind: 'none' });
    owner = await browser.newContext();
    const page = await open(owner, new URL(service.server.ownerLink() ?? '').href);
    await joinAs(page, 'olga');
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  async function open(context: BrowserContext, address: string): Promise<Page> {
    const page = await context.newPage();
    page.on('console', (message) => {
      // A browser notes refused requests of a page that asks who is signed in.
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(new URL(address, service.endpoint).href);
    return page;
  }

  /** What is wider than its place on a phone, besides the row of a resource's pages. */
  async function movedSideways(page: Page): Promise<string[]> {
    const usual = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.scroll')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
        .map((element) => element.getAttribute('aria-label') ?? element.localName),
    );
    if (usual) await page.setViewportSize(usual);
    return wide;
  }

  /** Fills in the page that a one-time link leads to. */
  async function joinAs(page: Page, name: string): Promise<void> {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Password again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Resources' }).waitFor();
  }

  /** Somebody whom the owner invites, in a browser of their own. */
  async function invite(name: string, role: string, context: BrowserContext): Promise<Page> {
    const page = await open(owner, '/portal/people');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Role').selectOption(role);
    await page.getByRole('button', { name: 'Make a one-time link' }).click();
    const link = await page.getByText('/portal/invitation#').textContent();
    await page.close();
    const theirs = await open(context, link ?? '');
    await joinAs(theirs, name);
    return theirs;
  }

  async function uploadClip(page: Page): Promise<void> {
    await page.goto(`${service.endpoint}/portal/resources/default/try`);
    await page.getByLabel('Clip').setInputFiles({
      name: 'video.webp',
      mimeType: 'image/webp',
      buffer: Buffer.from('the fake engine reads no pictures'),
    });
    await page.getByRole('button', { name: 'Judge' }).click();
    await page.getByRole('link', { name: 'See what was decided' }).click();
    await page.getByRole('heading', { name: /^Session/ }).waitFor();
  }

  test('shows every page in both themes without a complaint of the browser or of axe', PATIENCE, async () => {
    const page = await open(owner, '/portal');
    await uploadClip(page);
    const session = new URL(page.url()).pathname;
    const of = (name: string) => `/portal/resources/default/${name}`;
    const addresses = ['/portal', '/portal/new', '/portal/people', '/portal/recognition', '/portal/audit'];
    const ofResource = [
      'overview',
      'quickstart',
      'sessions',
      'try',
      'usage',
      'policy',
      'webhooks',
      'personal-data',
      'audit',
    ].map(of);
    for (const address of [...addresses, '/portal/account', ...ofResource, session]) {
      await page.goto(service.endpoint + address);
      await page.locator('main h1').waitFor();
      if (address === session) await page.getByRole('button', { name: 'Show evidence' }).click();
      await page.waitForLoadState('networkidle');
      // The debugger may run what the page's policy forbids.
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page), `${address}, ${colorScheme}`).toEqual([]);
      }
      expect(await movedSideways(page), `${address} on a phone`).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('makes a resource once the terms are accepted, shows and replaces its keys, and deletes it by name', async () => {
    const page = await open(owner, '/portal/new');
    await page.getByLabel('Name').fill('shop');
    await page.getByRole('checkbox', { name: /accept these terms/ }).check();
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor();

    await page.getByRole('button', { name: 'Show keys' }).click();
    const key = page
      .locator('code')
      .filter({ hasText: /^[0-9A-Za-z]{32,}$/ })
      .first();
    const before = await key.textContent();
    await page.getByRole('button', { name: 'Replace key1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replace key1' }).click();
    await expect.poll(() => key.textContent()).not.toBe(before);

    await page.goto(`${service.endpoint}/portal/resources/shop/audit`);
    await page.getByText('key.shown').first().waitFor();

    await page.goto(`${service.endpoint}/portal/resources/shop/overview`);
    await page.getByText('Delete this resource').click();
    await page.getByLabel('Type shop to confirm').fill('shop');
    await page.getByRole('button', { name: 'Delete for ever' }).click();
    await page.getByRole('heading', { name: 'Resources' }).waitFor();
    expect(await page.getByRole('link', { name: /^shop/ }).count()).toBe(0);
    await page.close();
  });

  test('shows a Reader neither keys nor evidence nor changes, and says whom to ask', async () => {
    const context = await browser.newContext();
    const page = await invite('rita', 'Reader', context);
    await page.goto(`${service.endpoint}/portal/resources/default/overview`);
    await page.getByText('Ask olga').waitFor();
    expect(await page.getByRole('button', { name: 'Show keys' }).count()).toBe(0);
    await page.goto(`${service.endpoint}/portal/resources/default/policy`);
    await page.getByText('It takes the role Contributor to change it').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    expect(await page.getByLabel('Operating point').isDisabled()).toBe(true);
    expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0);
    await context.close();
  });

  test('lets a Contributor see keys and evidence, and no people', async () => {
    const context = await browser.newContext();
    const page = await invite('carl', 'Contributor', context);
    await uploadClip(page);
    await page.getByRole('button', { name: 'Show evidence' }).click();
    await page.getByRole('heading', { name: 'Evidence of attempt 1' }).waitFor();
    await page.goto(`${service.endpoint}/portal/people`);
    await page.getByText(/role/i).first().waitFor();
    expect(await page.getByRole('button', { name: /Change/ }).count()).toBe(0);
    await context.close();
  });

  test('shows the pictures that are kept and the pair that was compared, in both themes, and says why there are none', async () => {
    // What other tests were refused is no matter of this one.
    complaints.length = 0;
    const page = await open(owner, '/portal/resources/default/policy');
    const session = await verifiedSession();
    await show(page, session);
    await page.getByText('the policy keeps clips, now never').waitFor();
    await page.getByText('Not kept, only its SHA-256').waitFor();

    await page.goto(`${service.endpoint}/portal/resources/default/policy`);
    await page.getByLabel('Clips', { exact: true }).selectOption('on');
    await page.getByLabel('Clips kept for, hours').fill('12');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(async () => (await service.server.resources.get('default')).policy)
      .toMatchObject({ clips: 'on', clipHours: 12 });
    await show(page, await verifiedSession());
    const frames = page.getByRole('group', { name: 'Frames of the clip' }).getByRole('button');
    await expect.poll(() => frames.count()).toBe(3);
    await page.getByRole('img', { name: /Frame 1 of 3.*stands for the decision/ }).waitFor();
    await frames.nth(2).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /Frame 3 of 3/ }).waitFor();
    await page.getByText('Confidence that both are one person: 0.930').waitFor();
    await page.getByRole('img', { name: /The reference photograph/ }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page), colorScheme).toEqual([]);
    }
    await page.goto(`${service.endpoint}/portal/resources/default/audit`);
    await page.getByText('pictures.shown').first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  /** A judged session with a reference photograph; its address in the portal. */
  async function verifiedSession(): Promise<string> {
    const { sessionId, authToken } = await service.createSession({
      verify: true,
      verifyImage: Buffer.alloc(2_000, 'photograph'),
    });
    const form = new FormData();
    form.append('Content', new Blob(['clip']), 'video.webp');
    form.append('Metadata', '{}');
    const path = 'face/v1.2-preview.1/detectLivenessWithVerify/singleModal';
    const headers = { authorization: `Bearer ${authToken}` };
    await fetch(`${service.endpoint}/${path}`, { method: 'POST', headers, body: form });
    return `/portal/resources/default/sessions/${sessionId}`;
  }

  async function show(page: Page, session: string): Promise<void> {
    await page.goto(service.endpoint + session);
    await page.getByRole('button', { name: 'Show evidence' }).click();
    await page.getByRole('button', { name: 'Show pictures' }).click();
  }

  test('takes what devices and applications say for text, never for markup', async () => {
    const { sessionId, authToken } = await service.createSession({
      settings: { deviceCorrelationId: HARMFUL, userCorrelationId: HARMFUL },
    });
    const form = new FormData();
    form.append('Content', new Blob(['clip']), HARMFUL);
    form.append('Metadata', '{}');
    await fetch(`${service.endpoint}/face/v1.1-preview.1/detectLiveness/singleModal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${authToken}`, 'user-agent': HARMFUL },
      body: form,
    });
    const page = await open(owner, `/portal/resources/default/sessions/${sessionId}`);
    await page.getByText(HARMFUL).first().waitFor();
    await page.goto(`${service.endpoint}/portal/resources/default/sessions`);
    await page.getByText(HARMFUL).first().waitFor();
    expect(await page.title()).not.toContain('harmed');
    expect(await page.locator('img[src=x]').count()).toBe(0);
    await page.close();
  });

  test('is used with the keyboard alone: sign in, open a resource, open and leave a dialog', async () => {
    const context = await browser.newContext();
    const page = await open(context, '/portal');
    await page.locator('input[name=name]:focus').waitFor();
    await page.keyboard.type('olga');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Resources' }).waitFor();
    await tabTo(page, /^default/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'default', level: 1 }).waitFor();
    await tabTo(page, /^Replace key1/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await context.close();
  });

  test('leads nobody back in once they signed out, and lets no page frame it', async () => {
    const context = await browser.newContext({ storageState: await owner.storageState() });
    const page = await open(context, '/portal');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${service.endpoint}/portal/account`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const { headers } = await fetch(`${service.endpoint}/portal`);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await context.close();
    // The owner's browser shares that sign-in: the other tests are done.
  });

  describe('its quickstart lines, as pasted', () => {
    const run = promisify(execFile);

    test.for(SNIPPETS)('$language', async ({ language, text }) => {
      const folder = mkdtempSync(join(tmpdir(), 'bonafide-quickstart-'));
      const pasted = text({ endpoint: service.endpoint, key: service.key });
      try {
        const [program, file, content] =
          language === 'curl'
            ? ['bash', 'quickstart.sh', `set -e\n${pasted}`]
            : language === 'Python'
              ? ['python3', 'quickstart.py', pasted]
              : [process.execPath, 'quickstart.mjs', (await transform(pasted, { loader: 'ts' })).code];
        writeFileSync(join(folder, file), content);
        const { stdout } = await run(program, [join(folder, file)]);
        expect(stdout).toContain('NotStarted');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});

/** A fake engine whose clips have three frames that a browser can show. */
async function engineOfPictures(): Promise<FakeEngine> {
  const [width, height] = [480, 640];
  const jpegs = await Promise.all(
    ['#705040', '#806050', '#907060'].map((background) =>
      sharp({ create: { width, height, channels: 3, background } })
        .jpeg()
        .toBuffer(),
    ),
  );
  const engine = createFakeEngine();
  return {
    ...engine,
    analyse: async (request) => ({
      ...(await engine.analyse(request)),
      frames: jpegs.map((_, index) => ({
        index,
        timeMs: 100 * index,
        width,
        height,
        face: null,
        otherFaces: [],
        usable: true,
        failed: [],
      })),
    }),
    pictures: async (content) =>
      jpegs.slice(0, Buffer.from(content).includes('clip') ? 3 : 1).map((jpeg) => ({ jpeg, width, height })),
  };
}

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (name.test(text)) return;
  }
  throw new Error(`Tab never reached ${String(name)}`);
}
