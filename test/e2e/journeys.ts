import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';
import { beginAnewOnProblems, openPage, startCheck } from './check.js';
import { bundlePerson } from './person/bundle.js';
import { startService, type TestService } from './service.js';
import { startSite, type TestSite } from './site.js';
import { median, summary } from './summary.js';

/** Whole checks of a simulated person, from their agreement to "Done"; the aim is a median under this, ms. */
const AIM_MS = 10_000;
const JOURNEYS = 5;
const WAYS = [
  { name: 'Passive', mode: 'Passive', reducedMotion: 'no-preference' },
  { name: 'Passive, no light', mode: 'Passive', reducedMotion: 'reduce' },
  { name: 'PassiveActive', mode: 'PassiveActive', reducedMotion: 'no-preference' },
] as const;

/** One journey, by the clock of the page: however slow the machine draws the person, they are as quick as somebody at 15 frames/s. */
interface Journey {
  totalMs: number;
  /** Time in each phase, and in each kind of step. */
  parts: Map<string, number>;
  bytes: number;
  frames: number;
  /** Problems that the person met, and began anew. */
  problems: number;
}

/** Measures and prints; false when a median misses the aim. */
export async function run([count = String(JOURNEYS)]: string[]): Promise<boolean> {
  const service = await startService();
  const site = await startSite(service.endpoint, await bundlePerson());
  const browser = await launchBrowser();
  let inTime = true;
  try {
    for (const way of WAYS) {
      const journeys: Journey[] = [];
      for (let k = 0; k < Number(count); k++) journeys.push(await travel(browser, site, service, way));
      inTime = print(way.name, journeys) && inTime;
    }
  } finally {
    await browser.close();
    await site.close();
    await service.close();
  }
  return inTime;
}

async function travel(
  browser: Browser,
  site: TestSite,
  service: TestService,
  { mode, reducedMotion }: (typeof WAYS)[number],
): Promise<Journey> {
  const page = await openPage(browser, `${site.origin}/person`, { reducedMotion });
  await page.evaluate(() => {
    const phases: [string, number][] = [];
    Object.assign(window, { times: phases });
    const element = document.querySelector('bonafide-liveness');
    element?.addEventListener('bonafide-phase', (event) =>
      phases.push([(event as CustomEvent<{ phase: string }>).detail.phase, performance.now()]),
    );
    // A page's own function is wrapped: what it sends tells when each step was shown and done.
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (form) {
      Object.assign(window, { sent: form });
      send.call(this, form);
    };
  });
  await beginAnewOnProblems(page);
  await page.evaluate(() => window.person.ready);
  const { authToken } = await service.createSession({ mode });
  const check = await startCheck(page, authToken);
  await page.locator('button.primary').click();
  await check.ending;
  const { times, steps, bytes, frames } = await page.evaluate(() => {
    const { times, sent } = window as unknown as { times: [string, number][]; sent: FormData };
    const metadata = JSON.parse(sent.get('Metadata') as string) as {
      steps: { id: number; shownAtMs: number; doneAtMs: number }[];
      frames: unknown[];
    };
    return {
      times,
      steps: metadata.steps,
      bytes: (sent.get('Content') as File).size,
      frames: metadata.frames.length,
    };
  });
  await page.close();
  const problems = times.filter(([phase]) => phase === 'problem').length;
  const last = times.slice(times.map(([phase]) => phase).lastIndexOf('opening'));
  const parts = new Map<string, number>();
  for (const [k, [phase, ms]] of last.entries()) {
    const next = last[k + 1];
    if (next) parts.set(phase, (parts.get(phase) ?? 0) + next[1] - ms);
  }
  for (const { id, shownAtMs, doneAtMs } of steps) parts.set(`  step ${id}`, doneAtMs - shownAtMs);
  return {
    totalMs: [...parts].reduce((sum, [name, ms]) => (name.startsWith(' ') ? sum : sum + ms), 0),
    parts,
    bytes,
    frames,
    problems,
  };
}

function print(name: string, journeys: readonly Journey[]): boolean {
  console.log(`\n${name}`);
  const totals = journeys.map(({ totalMs }) => totalMs);
  console.log(`  journey: ${summary(totals)} ms (aim: median under ${AIM_MS})`);
  const names = new Set(journeys.flatMap(({ parts }) => [...parts.keys()]));
  for (const part of names)
    console.log(`    ${part}: ${summary(journeys.flatMap(({ parts }) => parts.get(part) ?? []))} ms`);
  console.log(`  clip: ${summary(journeys.map(({ bytes }) => bytes))} bytes`);
  console.log(`  frames: ${summary(journeys.map(({ frames }) => frames))}`);
  console.log(`  problems that were met: ${journeys.reduce((sum, { problems }) => sum + problems, 0)}`);
  return median(totals) <= AIM_MS;
}
