import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppServer } from '../../examples/app-server/src/app-server.js';
import { clip, startService, type TestService } from '../../packages/server/test/service.js';
import { launchBrowser } from '../e2e/browser.js';
import { runShell, shapeOf, snippetsOf } from './snippets.js';

/** Pages of docs/ whose every line runs here, against the service with a stand-in for its networks. */
const PAGES = [
  { name: 'tutorial.md', languages: ['sh', 'json', 'html', 'js'], answers: 4 },
  { name: 'how-to-liveness.md', languages: ['sh', 'json', 'html', 'css', 'js'], answers: 3 },
  // Its lines for React Native, Android and iOS run nowhere here, and it says so.
  { name: 'webviews.md', languages: ['html', 'js', 'tsx', 'kotlin', 'swift', 'sh', 'json'], answers: 1 },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'bonafide-docs-'));
let service: TestService;
let endpoint: string;
let browser: Browser;
beforeAll(async () => {
  service = await startService();
  service.now = Date.now();
  endpoint = await service.listen();
  browser = await launchBrowser();
  writeFileSync(join(folder, 'video.webp'), clip('realface'));
  writeFileSync(join(folder, 'portrait.png'), clip('photo'));
});
afterAll(async () => {
  await browser.close();
  await service.end();
  rmSync(folder, { recursive: true });
});

describe.each(PAGES)('$name', ({ name, languages, answers }) => {
  const snippets = snippetsOf(name);

  it('has snippets of the languages that are known here, and no others', () => {
    expect(new Set(snippets.map(({ language }) => language))).toEqual(new Set(languages));
  });

  it('has lines for the terminal that run in their order and answer what it prints', async () => {
    const before = name === 'webviews.md' ? await linkable() : [];
    const ran = await runShell([...before, ...snippets], { folder, dataDir: service.dataDir });
    for (const { printed, answered } of ran) expect(shapeOf(answered)).toEqual(shapeOf(printed));
    expect(ran).toHaveLength(answers);
  });
});

describe('the page of', () => {
  it('the tutorial runs the SDK, and says how a check ended', async () => {
    const { page, close } = await open('tutorial.md', { js: 'page.js' });
    await page.locator('#start').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Not completed: UserCanceled').waitFor();
    await close();
  });

  it('the how-to has its own texts and colours, no flashes, and a sentence for the end', async () => {
    const { page, close } = await open('how-to-liveness.md', { js: 'page.js', css: 'page.css' });
    await page.locator('#start').click();
    const begin = page.getByRole('button', { name: 'I am ready' });
    await page.getByRole('heading', { name: 'Is it you?' }).waitFor();
    expect(await begin.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe(
      'rgb(91, 42, 134)',
    );
    await page.getByText('The check uses no coloured light.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('You can do this later, or come to a branch.').waitFor();
    await close();
  });

  it('the WebViews takes the token out of its address, and tells the app how the check ended', async () => {
    const { page, close } = await open('webviews.md', { js: 'check.js' }, async (page, url) => {
      await page.addInitScript(() => {
        const told: string[] = [];
        const app = { postMessage: (text: string) => void told.push(text) };
        Object.assign(window, { told, ReactNativeWebView: app, androidApp: app });
        Object.assign(window, { webkit: { messageHandlers: { iosApp: app } } });
      });
      await page.goto(`${url}#${await newToken()}`);
    });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForFunction(() => (window as unknown as { told: string[] }).told.length === 3);
    const told = await page.evaluate(() => (window as unknown as { told: string[] }).told);
    const ended = { livenessError: 'UserCanceledSession', recognitionError: 'None' };
    expect(told.map((text) => JSON.parse(text) as unknown)).toEqual([ended, ended, ended]);
    expect(new URL(page.url()).hash).toBe('');
    await close();
  });
});

async function newToken(): Promise<string> {
  const answer = await service.call('POST', '/face/v1.2/detectLiveness-sessions', {
    json: { livenessOperationMode: 'Passive', deviceCorrelationId: 'a-device' },
  });
  return (answer.json() as { authToken: string }).authToken;
}

/** What the page takes for granted: an endpoint, and the token of a session that nobody used. */
async function linkable() {
  return [{ language: 'sh', text: `ENDPOINT=${endpoint}\nTOKEN=${await newToken()}` }];
}

/** Serves a page of the docs by the example app server, and opens it. */
async function open(
  name: string,
  files: Readonly<Record<string, string>>,
  visit = async (page: Page, url: string): Promise<void> => void (await page.goto(url)),
): Promise<{ page: Page; close(): Promise<void> }> {
  const pageFolder = join(folder, name);
  mkdirSync(pageFolder);
  for (const [language, file] of Object.entries({ ...files, html: 'index.html' })) {
    const [only, ...more] = snippetsOf(name).filter((snippet) => snippet.language === language);
    expect(more).toEqual([]);
    writeFileSync(join(pageFolder, file), only?.text ?? '');
  }
  const server: Server = createServer(
    createAppServer({
      face: (path, init) => fetch(endpoint + path, init),
      key: async () => service.key,
      endpoint: () => endpoint,
      pageFolder,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await visit(page, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    async close() {
      await page.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
