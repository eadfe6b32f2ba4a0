import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStartAnswer } from '@bonafide/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchBrowser, type CameraKind } from './browser.js';
import { openPage, startCheck } from './check.js';
import { writeCameraFile } from './camera-file.js';
import { startService, type TestService } from './service.js';
import { startSite, type TestSite } from './site.js';

// Busy machines take their time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let service: TestService;
let site: TestSite;
let folder: string;
/** What shows a person who is ready at once, so that the preparation is over in 300 ms. */
let film: CameraKind;
/** What shows nobody: the preparation lasts until the test goes on. */
const NOBODY: CameraKind = { kind: 'fake' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-camera-'));
  film = { kind: 'fake', file: join(folder, 'person.mjpeg') };
  await writeCameraFile(join(folder, 'person.mjpeg'));
  service = await startService();
  site = await startSite(service.endpoint);
});
afterAll(async () => {
  await site.close();
  await service.close();
  rmSync(folder, { recursive: true });
});

const open = (browser: Browser) => openPage(browser, site.origin);

async function start(page: Page) {
  const { authToken } = await service.createSession();
  const check = await startCheck(page, authToken);
  await page.getByRole('button', { name: 'Start' }).click();
  return check;
}

const problem = (page: Page) => page.locator('dialog[data-phase=problem] .panel p').textContent();
const phase = (page: Page, name: string) => page.locator(`dialog[data-phase=${name}]`).waitFor();
const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' }).click();
const close = (page: Page) => page.getByRole('button', { name: 'Close' }).click();

async function withBrowser(camera: CameraKind, use: (browser: Browser) => Promise<void>) {
  const browser = await launchBrowser(camera);
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

describe('without a camera', () => {
  test('a camera that is denied is named with what to do, and "try again" asks for it again', async () => {
    await withBrowser({ kind: 'denied' }, async (browser) => {
      const page = await open(browser);
      await page.evaluate(() => {
        const devices = navigator.mediaDevices;
        const original = devices.getUserMedia.bind(devices);
        const asked: unknown[] = [];
        Object.assign(window, { asked });
        devices.getUserMedia = (constraints) => {
          asked.push(constraints);
          return original(constraints);
        };
      });
      const check = await start(page);
      expect(await problem(page)).toMatch(/not allowed.*settings/);
      await tryAgain(page);
      await page.waitForFunction(() => (window as unknown as { asked: unknown[] }).asked.length === 2);
      expect(await problem(page)).toMatch(/not allowed.*settings/);
      await close(page);
      expect(await check.ending).toEqual({
        livenessError: 'CameraPermissionDenied',
        recognitionError: 'None',
      });
    });
  });

  test('a device that has none is told so', async () => {
    await withBrowser({ kind: 'none' }, async (browser) => {
      const page = await open(browser);
      const check = await start(page);
      expect(await problem(page)).toMatch(/No camera was found/);
      await page.keyboard.press('Escape');
      expect(await check.ending).toMatchObject({ livenessError: 'CameraStartupFailure' });
    });
  });
});

describe('with a camera', () => {
  let browser: Browser;
  let emptyRoom: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(film);
    emptyRoom = await launchBrowser(NOBODY);
  });
  afterAll(() => Promise.all([browser.close(), emptyRoom.close()]));

  test('the person is looked for, found and challenged; a picture that never moves does not get through', async () => {
    const page = await open(browser);
    // The whole time of a step is no better a proof.
    await page.route('**/session/start', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as SessionStartAnswer;
      const steps = answer.challenge.steps.map((step) => ({ ...step, timeoutMs: 2_000 }));
      await route.fulfill({ response, json: { ...answer, challenge: { ...answer.challenge, steps } } });
    });
    const check = await start(page);
    await phase(page, 'challenge');
    const video = await page.locator('video').evaluate((element) => {
      const { videoWidth, videoHeight, muted, playsInline, paused } = element as HTMLVideoElement;
      return { videoWidth, videoHeight, muted, playsInline, paused };
    });
    expect(video).toEqual({
      videoWidth: 640,
      videoHeight: 480,
      muted: true,
      playsInline: true,
      paused: false,
    });
    expect(await problem(page)).toMatch(/too long/);
    await close(page);
    expect(await check.ending).toEqual({ livenessError: 'TimedOut', recognitionError: 'None' });
    await page.close();
  });

  test('a check can be cancelled and started again in the same page, as often as one likes', async () => {
    const page = await open(emptyRoom);
    for (const _ of [1, 2, 3]) {
      const check = await start(page);
      await phase(page, 'preparing');
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(await check.ending).toMatchObject({ livenessError: 'UserCanceledSession' });
      expect(await page.locator('dialog').count()).toBe(0);
    }
    await page.close();
  });

  test('a second start while a check runs is refused and does not disturb it', async () => {
    const page = await open(emptyRoom);
    const check = await start(page);
    const { authToken } = await service.createSession();
    const second = await startCheck(page, authToken);
    expect(await second.ending).toMatchObject({ livenessError: 'Unexpected' });
    await phase(page, 'preparing');
    await page.keyboard.press('Escape');
    expect(await check.ending).toMatchObject({ livenessError: 'UserCanceledSession' });
    await page.close();
  });

  test('a page that is hidden stops the check, which begins anew when the person is back', async () => {
    const page = await open(emptyRoom);
    await start(page);
    await phase(page, 'preparing');
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(await problem(page)).toMatch(/left the page/);
    expect(await page.locator('video').evaluate((video) => (video as HTMLVideoElement).srcObject)).toBeNull();
    await tryAgain(page);
    await phase(page, 'preparing');
    await page.close();
  });

  test('a challenge that comes after the person left the page is not played once they began anew', async () => {
    const page = await open(browser);
    const answers: (() => Promise<void>)[] = [];
    await page.route('**/session/start', async (route) => {
      const response = await route.fetch();
      answers.push(() => route.fulfill({ response }));
    });
    const check = await start(page);
    await expect.poll(() => answers.length, { timeout: 30_000 }).toBe(1);
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(await problem(page)).toMatch(/left the page/);
    await tryAgain(page);
    await expect.poll(() => answers.length, { timeout: 30_000 }).toBe(2);
    await answers[0]?.();
    await page.waitForTimeout(500);
    expect((await check.phases()).at(-1)).toBe('starting');
    await answers[1]?.();
    await phase(page, 'challenge');
    await page.close();
  });

  test('a camera that is unplugged is told, and "try again" opens it again', async () => {
    const page = await open(emptyRoom);
    await page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const original = devices.getUserMedia.bind(devices);
      devices.getUserMedia = async (constraints) => {
        const stream = await original(constraints);
        Object.assign(window, {
          unplug: () => stream.getVideoTracks()[0]?.dispatchEvent(new Event('ended')),
        });
        return stream;
      };
    });
    await start(page);
    await phase(page, 'preparing');
    await page.evaluate(() => (window as unknown as { unplug(): void }).unplug());
    expect(await problem(page)).toMatch(/disconnected/);
    await tryAgain(page);
    await phase(page, 'preparing');
    await page.close();
  });

  test('a camera that is denied first and allowed then goes on with "try again"', async () => {
    const page = await open(emptyRoom);
    await page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const original = devices.getUserMedia.bind(devices);
      devices.getUserMedia = () => {
        devices.getUserMedia = original;
        return Promise.reject(new DOMException('', 'NotAllowedError'));
      };
    });
    await start(page);
    expect(await problem(page)).toMatch(/not allowed.*settings/);
    await tryAgain(page);
    await phase(page, 'preparing');
    await page.close();
  });

  test('a network that is lost before the challenge is told, and "try again" goes on once it is back', async () => {
    const page = await open(browser);
    // At the very moment: whoever is ready is asked for a challenge at once.
    await page.route('**/session/start', async (route) => {
      await page.context().setOffline(true);
      await route.abort('internetdisconnected');
    });
    await start(page);
    // Nothing was recorded yet.
    expect(await problem(page)).toMatch(/no network\. Connect/);
    await page.unroute('**/session/start');
    await page.context().setOffline(false);
    await tryAgain(page);
    await phase(page, 'challenge');
    await page.close();
  });

  test('a device that is turned during the challenge is told to be kept as it is, and "try again" begins anew', async () => {
    const page = await open(browser);
    const check = await start(page);
    await phase(page, 'challenge');
    // What a video tells when its frames come in another shape.
    await page.locator('video').dispatchEvent('resize');
    expect(await problem(page)).toMatch(/was turned/);
    const before = (await check.phases()).length;
    await tryAgain(page);
    await phase(page, 'challenge');
    expect((await check.phases()).slice(before)).toEqual(['opening', 'preparing', 'starting', 'challenge']);
    await page.close();
  });

  test('files of the client that are missing are named as such, and load with "try again"', async () => {
    const page = await open(emptyRoom);
    await page.route('**/assets/facemesh.bin', (route) => route.fulfill({ status: 404 }));
    const check = await start(page);
    expect(await problem(page)).toMatch(/could not be loaded/);
    await page.unroute('**/assets/facemesh.bin');
    await tryAgain(page);
    await phase(page, 'preparing');
    await page.keyboard.press('Escape');
    await check.ending;
    await page.close();
  });

  test('who waits for files after the camera is told so, once, and goes on when they are there', async () => {
    const page = await open(emptyRoom);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/assets/facemesh.bin', async (route) => {
      await held;
      await route.continue();
    });
    await start(page);
    const told = page.locator('dialog[data-phase=opening] .panel p').filter({ hasText: /^Loading/ });
    await told.waitFor();
    await page
      .locator('[aria-live=polite]')
      .filter({ hasText: /^Loading/ })
      .waitFor({ state: 'attached' });
    letGo();
    await phase(page, 'preparing');
    await page.close();
  });

  test('a web server that sends WebAssembly with a wrong type does not stop it', async () => {
    const page = await open(emptyRoom);
    await page.route('**/*.wasm', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'content-type': 'text/plain' } });
    });
    await start(page);
    await phase(page, 'preparing');
    await page.close();
  });

  test('what is no token is refused at once; one that is dead is when the session starts', async () => {
    const page = await open(browser);
    expect(await (await startCheck(page, 'no token')).ending).toMatchObject({
      livenessError: 'InvalidToken',
    });
    const { authToken } = await service.createSession();
    const forged = `${authToken.slice(0, -8)}AAAAAAAA`;
    const check = await startCheck(page, forged);
    await page.getByRole('button', { name: 'Start' }).click();
    expect(await problem(page)).toMatch(/has ended/);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await close(page);
    expect(await check.ending).toEqual({ livenessError: 'InvalidToken', recognitionError: 'None' });
    await page.close();
  });

  test('a reference photo without a face is refused before the check', async () => {
    const page = await open(browser);
    const { authToken } = await service.createSession({ verify: true });
    const photo = await page.screenshot();
    const check = await startCheck(page, authToken, { verifyImage: photo });
    await page.getByRole('button', { name: 'Start' }).click();
    expect(await problem(page)).toMatch(/reference photo/);
    await close(page);
    expect(await check.ending).toEqual({ livenessError: 'GenericFailure', recognitionError: 'FaceNotFound' });
    await page.close();
  });

  test("Azure's tag keeps its contract: texts by its keys, styles as CSS text, right to left, the same rejection", async () => {
    const page = await open(browser);
    const { authToken } = await service.createSession();
    // As text, since the tests' own tool would change an import.
    await page.evaluate(`import('/web/bonafide-liveness.js').then((client) => client.registerAzureTag())`);
    const ending = page.evaluate(async (token) => {
      const element = document.createElement('azure-ai-vision-face-ui');
      element.locale = 'ar-SA';
      element.languageDictionary = { AZAIF_ContinuePrompt: 'Go on' };
      element.fontFamily = 'monospace';
      element.continueButtonStyles = 'border-radius: 20px';
      document.body.append(element);
      try {
        return await element.start(token);
      } catch (error) {
        const { livenessError, recognitionError } = error as {
          livenessError: string;
          recognitionError: string;
        };
        return { livenessError, recognitionError };
      }
    }, authToken);
    const button = page.getByRole('button', { name: 'Go on' });
    await page.locator('dialog[dir=rtl]').waitFor();
    const styles = await button.evaluate((element) => {
      const { borderRadius, fontFamily, direction } = getComputedStyle(element);
      return { borderRadius, fontFamily, direction };
    });
    expect(styles).toEqual({ borderRadius: '20px', fontFamily: 'monospace', direction: 'rtl' });
    await page.keyboard.press('Escape');
    expect(await ending).toEqual({ livenessError: 'UserCanceledSession', recognitionError: 'None' });
    await page.close();
  });
});

test('a page without a secure connection is told that the camera needs one', async () => {
  const browser = await launchBrowser(film, ['--host-resolver-rules=MAP plain.test 127.0.0.1']);
  try {
    const page = await openPage(browser, site.origin.replace('127.0.0.1', 'plain.test'));
    const check = await start(page);
    expect(await problem(page)).toMatch(/https/);
    await close(page);
    expect(await check.ending).toMatchObject({ livenessError: 'EnvironmentNotSupported' });
  } finally {
    await browser.close();
  }
});
