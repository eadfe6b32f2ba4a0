// How long a person needs for a check, from their agreement to "Done": simulated people in a real browser against the real
// service. Page time is that of a phone and a machine that keep up (test/e2e/person/clock.ts); loading and the service's own
// work are in it as long as they really take here.
import { availableParallelism } from 'node:os';
import type { Challenge } from '@bonafide/protocol';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/e2e/browser.js';
import { beginAnewOnProblems, openPage, startCheck } from '../test/e2e/check.js';
import { bundlePerson } from '../test/e2e/person/bundle.js';
import { startService, type TestService } from '../test/e2e/service.js';
import { startSite, type TestSite } from '../test/e2e/site.js';
import { quantile, row } from './figures.js';

/** Half of the journeys of every way must be quicker, ms. */
const MEDIAN_LIMIT_MS = 10_000;
/** How long a person reads before they agree, ms of real time. */
const READING_MS = 2_000;
const WAYS = [
  { name: 'Passive', mode: 'Passive', reducedMotion: 'no-preference' },
  { name: 'Passive, no flashing', mode: 'Passive', reducedMotion: 'reduce' },
  { name: 'PassiveActive', mode: 'PassiveActive', reducedMotion: 'no-preference' },
  { name: 'PassiveActive, no flashing', mode: 'PassiveActive', reducedMotion: 'reduce' },
] as const;

/** One journey; times in ms of the page, where nothing else is said. */
interface Journey {
  totalMs: number;
  /** The same by the clock of this machine. */
  wallMs: number;
  /** Time in each phase, and in each step of the challenge. */
  parts: readonly (readonly [name: string, ms: number])[];
  bytes: number;
  frames: number;
  /** Problems that the person met, and began anew. */
  problems: number;
  /** The service found the capture to be of its challenge, whole and unchanged, and judged it. */
  isBound: boolean;
}

/** Of a person who has used all attempts up. */
const NOT_ARRIVED: Journey = {
  totalMs: Infinity,
  wallMs: Infinity,
  parts: [],
  ...{ bytes: NaN, frames: NaN, problems: Infinity },
  isBound: false,
};

/** Measures `count` journeys of every way, each of another person, and prints; false when a limit is missed. */
export async function benchJourneys(modelsFolder: string, count: number): Promise<boolean> {
  const service = await startService({ modelsDir: modelsFolder, workers: availableParallelism() });
  const site = await startSite(service.endpoint, await bundlePerson());
  const browser = await launchBrowser();
  let isQuick = true;
  try {
    for (const way of WAYS) {
      const journeys: Journey[] = [];
      for (let k = 1; k <= count; k++) journeys.push(await travel(browser, site, service, way, k));
      isQuick = print(way.name, journeys) && isQuick;
    }
  } finally {
    await browser.close();
    await site.close();
    await service.close();
  }
  return isQuick;
}

async function travel(
  browser: Browser,
  site: TestSite,
  service: TestService,
  { mode, reducedMotion }: (typeof WAYS)[number],
  person: number,
): Promise<Journey> {
  const page = await openPage(browser, `${site.origin}/person?person=${person}&pictures=30`, {
    reducedMotion,
  });
  await page.evaluate(() => {
    const phases: [string, number, number][] = [];
    Object.assign(window, { times: phases });
    document.querySelector('bonafide-liveness')?.addEventListener('bonafide-phase', (event) => {
      const { phase } = (event as CustomEvent<{ phase: string }>).detail;
      phases.push([phase, performance.now(), Date.now()]);
    });
    // What the page sends tells when each step was shown and done.
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (form) {
      Object.assign(window, { sent: form });
      send.call(this, form);
    };
  });
  let challenge: Challenge | null = null;
  page.on('response', (response) => {
    if (response.url().endsWith('/session/start') && response.ok())
      void response.json().then((answer: { challenge: Challenge }) => (challenge = answer.challenge));
  });
  await beginAnewOnProblems(page);
  await page.evaluate(() => window.person.ready);
  const { sessionId, authToken } = await service.createSession({ mode });
  const check = await startCheck(page, authToken);
  await page.locator('button.primary').waitFor();
  await page.waitForTimeout(READING_MS);
  await page.locator('button.primary').click();
  const ending = await check.ending;
  if (!('digest' in ending)) {
    await page.context().close();
    return NOT_ARRIVED;
  }
  const { times, steps, bytes, frames } = await page.evaluate(() => {
    const { times, sent } = window as unknown as { times: [string, number, number][]; sent: FormData };
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
  await page.context().close();
  const { result } = await service.readSession(sessionId);
  const way = times.slice(times.findIndex(([phase]) => phase === 'opening'));
  const [[, beganMs = NaN, beganWallMs = NaN] = []] = way;
  const [, endedMs = NaN, endedWallMs = NaN] = way.at(-1) ?? [];
  const kindOf = (stepId: number) => challenge?.steps.find(({ id }) => id === stepId)?.kind ?? 'step';
  return {
    totalMs: endedMs - beganMs,
    wallMs: endedWallMs - beganWallMs,
    parts: [
      ...way.slice(0, -1).map(([phase, ms], k) => [phase, (way[k + 1]?.[1] ?? NaN) - ms] as const),
      ...steps.map(({ id, shownAtMs, doneAtMs }) => [`  ${kindOf(id)}`, doneAtMs - shownAtMs] as const),
    ],
    ...{ bytes, frames },
    problems: way.filter(([phase]) => phase === 'problem').length,
    isBound: result?.response.statusCode === 200 && result.digest === ending.digest,
  };
}

function print(name: string, journeys: readonly Journey[]): boolean {
  console.log(`\n${name}: ${journeys.length} journeys of simulated people`);
  const totals = journeys.map(({ totalMs }) => totalMs);
  const both = (values: readonly number[], digits = 1) =>
    [0.5, 0.95].map((q) => (quantile(values, q) / 1000).toFixed(digits)).join(' / ');
  row(
    'agreement to "Done", p50 / p95',
    `${both(totals)} s`,
    `page time; limit of p50 ${MEDIAN_LIMIT_MS / 1000} s`,
  );
  row(
    'the same on this machine',
    `${both(journeys.map(({ wallMs }) => wallMs))} s`,
    'drawing the person included',
  );
  for (const part of new Set(journeys.flatMap(({ parts }) => parts.map(([part]) => part)))) {
    const times = journeys.flatMap(({ parts }) =>
      parts.flatMap(([other, ms]) => (other === part ? [ms] : [])),
    );
    row(`  ${part}`, `${both(times, 2)} s`, part.startsWith(' ') ? 'one step' : 'phase');
  }
  const arrived = journeys.filter((journey) => journey !== NOT_ARRIVED);
  row(
    'frames, p50 / p95',
    [0.5, 0.95]
      .map((q) =>
        quantile(
          arrived.map(({ frames }) => frames),
          q,
        ),
      )
      .join(' / '),
    '',
  );
  row(
    'clip, p50 / p95',
    `${both(
      arrived.map(({ bytes }) => bytes),
      0,
    )} kB`,
    '',
  );
  const bound = journeys.filter(({ isBound }) => isBound).length;
  const atOnce = journeys.filter(({ problems }) => problems === 0).length;
  row(
    'bound, by the service',
    `${bound} of ${journeys.length}`,
    'its own challenge, frames and times unchanged',
  );
  row('without a problem', `${atOnce} of ${journeys.length}`, 'the others began anew');
  return quantile(totals, 0.5) <= MEDIAN_LIMIT_MS && bound === journeys.length;
}
