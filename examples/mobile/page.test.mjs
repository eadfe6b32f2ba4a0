import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startService } from '../../packages/server/test/service.ts';
import { launchBrowser } from '../../test/e2e/browser.ts';
import { createAppServer } from '../app-server/src/app-server.ts';
import { buildPage } from './build.mjs';

/** Where Capacitor serves an app's page on Android; on iOS it is capacitor://localhost, which no Chromium opens. */
const ORIGIN = 'https://localhost';
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

const out = mkdtempSync(join(tmpdir(), 'bonafide-mobile-page-'));
let service, appServer, browser;

beforeAll(async () => {
  service = await startService();
  service.now = Date.now();
  const endpoint = await service.listen();
  await service.resources.setPolicy('default', { allowedOrigins: [ORIGIN] });
  appServer = createServer(
    createAppServer({
      face: (path, options) => fetch(endpoint + path, options),
      key: async () => service.key,
      endpoint: () => endpoint,
      appOrigins: [ORIGIN],
    }),
  );
  await new Promise((resolve) => appServer.listen(0, '127.0.0.1', resolve));
  await buildPage({ appServer: `http://127.0.0.1:${appServer.address().port}`, faceService: endpoint, out });
  // The servers of this test are on this machine, which pages from elsewhere may not call without the person's leave.
  browser = await launchBrowser({ kind: 'fake' }, ['--disable-features=LocalNetworkAccessChecks']);
});
afterAll(async () => {
  await browser.close();
  appServer.closeAllConnections();
  appServer.close();
  await service.end();
  rmSync(out, { recursive: true });
});

/** The page as a WebView has it: its files come from the app, everything else from the network. */
async function open() {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const file = join(out, pathname === '/' ? 'index.html' : pathname);
    return route.fulfill({
      body: readFileSync(file),
      contentType: TYPES[extname(file)] ?? 'application/json',
    });
  });
  await page.goto(`${ORIGIN}/`);
  return { page, faults };
}

it('gets a token from the app server, opens the camera under its own policy, and says how it ended', async () => {
  const { page, faults } = await open();
  await page.getByRole('button', { name: 'Start' }).click();
  const dialog = page.locator('dialog');
  await dialog.locator('button.primary').click();
  // Camera, worker, WebAssembly and weights: nobody is there to be seen, and that is what it says.
  await page.locator('dialog[data-phase=preparing]').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Cancelled.').waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

it('says so where the app server does not let the app in', async () => {
  const { page } = await open();
  await page.route('**/api/checks?*', (route) => route.abort());
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('The app server cannot be reached.').waitFor();
  await page.close();
});
