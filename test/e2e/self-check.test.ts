import { join } from 'node:path';
import type { DiagnosisCode } from '@bonafide/protocol';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bonafide } from '../../packages/cli/test/command.js';
import { launchBrowser, root } from './browser.js';
import { startService, type TestService } from './service.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Changes what the page gets of the service, or what its browser can do. */
type Breakage = (page: Page) => Promise<unknown>;

/** The service's answer with other headers. */
const withHeaders =
  (headers: (own: Record<string, string>) => Record<string, string>) =>
  async (route: Route): Promise<void> => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), ...headers(response.headers()) } });
  };

const policyWithout =
  (text: string, other: string): Breakage =>
  (page) =>
    page.route(
      '**/check',
      withHeaders(({ 'content-security-policy': own = '' }) => ({
        'content-security-policy': own.replace(text, other),
      })),
    );

/** getUserMedia fails as the browser's own does. */
const cameraFails =
  (name: string): Breakage =>
  (page) =>
    page.addInitScript((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
    }, name);

const BREAKAGES: readonly (readonly [DiagnosisCode, Breakage])[] = [
  [
    'BrowserTooOld',
    (page) =>
      page.addInitScript(() =>
        Reflect.deleteProperty(HTMLVideoElement.prototype, 'requestVideoFrameCallback'),
      ),
  ],
  ['WasmBlocked', policyWithout("'wasm-unsafe-eval'", '')],
  ['WorkerBlocked', policyWithout("worker-src 'self' blob:", "worker-src 'none'")],
  ['WorkerBlocked', (page) => page.route('**/echo-worker.js', (route) => route.fulfill({ status: 404 }))],
  ['ServiceUnreachable', (page) => page.route('**/healthz', (route) => route.abort())],
  [
    'ServiceNotReady',
    (page) =>
      page.route('**/healthz', (route) => route.fulfill({ status: 503, json: { status: 'starting' } })),
  ],
  ['ServiceNotReady', (page) => page.route('**/healthz', (route) => route.fulfill({ body: 'hello' }))],
  [
    'ClockSkewed',
    (page) =>
      page.route(
        '**/healthz',
        withHeaders(() => ({ date: new Date(Date.now() - 120_000).toUTCString() })),
      ),
  ],
  ['AssetMissing', (page) => page.route('**/assets/facemesh.bin', (route) => route.fulfill({ status: 404 }))],
  [
    'AssetWrongType',
    (page) =>
      page.route(
        '**/*.wasm',
        withHeaders(() => ({ 'content-type': 'text/plain' })),
      ),
  ],
  [
    'CameraBlockedByPolicy',
    (page) =>
      page.route(
        '**/check',
        withHeaders(() => ({ 'permissions-policy': 'camera=()' })),
      ),
  ],
  ['CameraDenied', cameraFails('NotAllowedError')],
  ['CameraMissing', cameraFails('NotFoundError')],
  ['CameraBusy', cameraFails('NotReadableError')],
  [
    'CameraShowsNothing',
    (page) =>
      page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = async () => {
          const canvas = document.createElement('canvas');
          canvas.getContext('2d')?.fillRect(0, 0, 300, 150);
          return canvas.captureStream(10);
        };
      }),
  ],
];

describe('the page /check', () => {
  let service: TestService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startService();
    browser = await launchBrowser({ kind: 'fake' }, ['--host-resolver-rules=MAP plain.test 127.0.0.1']);
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  /** Runs all checks; returns their headlines, `Name is in order` or `Name: Code`. */
  async function check(origin: string, breakage: Breakage = async () => undefined): Promise<string[]> {
    const page = await browser.newPage();
    await breakage(page);
    await page.goto(`${origin}/check`);
    await page.getByRole('button', { name: 'Test the camera' }).click();
    await page.waitForFunction(
      () => document.querySelectorAll('#checks li.ok, #checks li.failed').length === 7,
    );
    // Whatever failed tells why, and what helps.
    for (const failed of await page.locator('#checks li.failed').all())
      expect(await failed.innerText()).toMatch(/\n.*\.\n+What helps: .*\./);
    const heads = await page.locator('#checks b').allInnerTexts();
    await page.close();
    return heads;
  }

  test('finds everything in order where it is', async () => {
    expect((await check(service.endpoint)).sort()).toEqual(
      [
        'Browser',
        'Camera',
        'Files of the SDK',
        'Secure page',
        'Service and clock',
        'WebAssembly',
        'Worker',
      ].map((what) => `${what} is in order`),
    );
  });

  test.each(BREAKAGES)('names %s', async (code, breakage) => {
    const failed = (await check(service.endpoint, breakage)).filter((head) => !head.endsWith('is in order'));
    expect(failed).toEqual([expect.stringMatching(new RegExp(`: ${code}$`))]);
  });

  test('and the doctor find nothing wrong with a service that runs', async () => {
    const models = join(root, 'models');
    const { code, out } = await bonafide(
      'doctor',
      '--url',
      service.endpoint,
      '--models-dir',
      models,
      '--json',
    );
    const found = JSON.parse(out) as { code: string | null }[];
    expect(found.filter((finding) => finding.code !== null)).toEqual([]);
    expect(found.length).toBeGreaterThanOrEqual(6);
    expect(code).toBe(0);
  });

  test('names InsecureContext on a page without TLS', async () => {
    const heads = await check(service.endpoint.replace('127.0.0.1', 'plain.test'));
    expect(heads).toContain('Secure page: InsecureContext');
    expect(heads).toContain('Camera: InsecureContext');
  });
});
