import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { launchBrowser, root } from './browser.js';
import { writeCameraFile } from './camera-file.js';
import { startCheck } from './check.js';
import { startService, type TestService } from './service.js';
import { startSite, type TestSite } from './site.js';
import { summary } from './summary.js';

const RUNS = 10;

/** What docs/web-sdk.md says of sizes and times, measured here: Chromium without a graphics card, this machine. */
export async function run(): Promise<void> {
  measureSizes();
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-camera-'));
  const file = join(folder, 'person.mjpeg');
  await writeCameraFile(file);
  const service = await startService();
  const site = await startSite(service.endpoint);
  const browser = await launchBrowser({ kind: 'fake', file });
  try {
    await measureGuidance(browser, site, service);
  } finally {
    await browser.close();
    await site.close();
    await service.close();
    rmSync(folder, { recursive: true });
  }
}

function measureSizes(): void {
  const dist = join(root, 'packages/web/dist');
  const files = ['bonafide-liveness.js', 'bonafide-liveness.iife.js'].concat(
    readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`),
  );
  for (const name of files) {
    const path = join(dist, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    console.log(`size ${name}: ${bytes.length} bytes, ${gzipSync(bytes).length} gzipped`);
  }
}

/** From the person's agreement to the first hint, the finder's time a frame, and animation frames that came late. */
async function measureGuidance(browser: Browser, site: TestSite, service: TestService): Promise<void> {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    const looks: number[] = [];
    const gaps: number[] = [];
    Object.assign(window, { looks, gaps });
    const post = Worker.prototype.postMessage as (message: unknown, transfer: Transferable[]) => void;
    Worker.prototype.postMessage = function (this: Worker, message: { kind?: string }, transfer: unknown) {
      if (message.kind === 'look') {
        const sentMs = performance.now();
        this.addEventListener('message', () => looks.push(performance.now() - sentMs), { once: true });
      }
      post.call(this, message, transfer as Transferable[]);
    } as typeof Worker.prototype.postMessage;
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const times: number[] = [];
  const looks: number[] = [];
  const gaps: number[] = [];
  for (let k = 0; k <= RUNS; k++) {
    const page = await context.newPage();
    await page.goto(site.origin);
    const { authToken } = await service.createSession();
    await startCheck(page, authToken);
    await page.locator('button.primary').waitFor();
    const ms = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const element = document.querySelector('bonafide-liveness');
          const button = element?.shadowRoot?.querySelector<HTMLButtonElement>('button.primary');
          const startMs = performance.now();
          element?.addEventListener('bonafide-phase', (event) => {
            if ((event as CustomEvent<{ phase: string }>).detail.phase === 'preparing')
              requestAnimationFrame(() => resolve(performance.now() - startMs));
          });
          button?.click();
        }),
    );
    if (k === 0) console.log(`first guidance, nothing cached: ${ms.toFixed(0)} ms`);
    else times.push(ms);
    await page.evaluate(() => void (window as unknown as { gaps: number[] }).gaps.splice(0));
    await page.locator('dialog[data-phase=challenge]').waitFor();
    const measured = await page.evaluate(() => {
      const { looks, gaps } = window as unknown as { looks: number[]; gaps: number[] };
      return { looks, gaps };
    });
    looks.push(...measured.looks.slice(1));
    gaps.push(...measured.gaps);
    await page.close();
  }
  await context.close();
  console.log(`first guidance, cached: ${summary(times)} ms`);
  console.log(`finder, ms a frame of 640x480: ${summary(looks)}`);
  const late = gaps.filter((gap) => gap > 25).length;
  console.log(`animation frames while detecting: ${gaps.length}, ${late} later than 25 ms`);
}
