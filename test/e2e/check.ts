import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { LivenessCompletion } from '@bonafide/web';

/** A phone held upright. */
const PHONE = { width: 390, height: 844 };
/** Busy machines take their time. */
const PATIENCE_MS = 150_000;

/**
 * Opens a page as a phone shows it.
 * @param prepare sets up what has to be there before the page is
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare: (context: BrowserContext) => Promise<unknown> = async () => undefined,
): Promise<Page> {
  const context = await browser.newContext({ viewport: PHONE, ...options });
  await prepare(context);
  const page = await context.newPage();
  // A context that closes with its browser cannot be closed.
  page.on('close', () => void context.close().catch(() => undefined));
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  return page;
}

/** How a check ended, as the application learns it. */
export type Ending = LivenessCompletion | { livenessError: string; recognitionError: string };

/** A check that runs in a page. */
export interface RunningCheck {
  ending: Promise<Ending>;
  /** The ending of a check that meets no problem. @throws Error with what the page shows as soon as there is one */
  completion(): Promise<Ending>;
  /** The phases so far, in order. */
  phases(): Promise<string[]>;
}

/** Properties and attributes that the application sets on the element before it starts. */
export interface CheckOptions {
  verifyImage?: Uint8Array;
  attributes?: Readonly<Record<string, string>>;
  languageDictionary?: Readonly<Record<string, string>>;
}

/** Starts the page's element, as an application does. */
export async function startCheck(
  page: Page,
  token: string,
  options: CheckOptions = {},
): Promise<RunningCheck> {
  const { verifyImage, attributes = {}, languageDictionary = {} } = options;
  const photo = verifyImage && Buffer.from(verifyImage).toString('base64');
  const ending = page.evaluate(
    async ({ token, photo, attributes, languageDictionary }) => {
      const element = document.querySelector('bonafide-liveness');
      if (!element) throw new Error('expected the element in the page');
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      if (photo !== undefined) {
        const bytes = Uint8Array.from(atob(photo), (character) => character.charCodeAt(0));
        element.verifyImage = new Blob([bytes], { type: 'image/png' });
      }
      element.languageDictionary = languageDictionary;
      const phases: string[] = [];
      Object.assign(window, { phases });
      element.addEventListener('bonafide-phase', (event) =>
        phases.push((event as CustomEvent<{ phase: string }>).detail.phase),
      );
      try {
        return await element.start(token);
      } catch (error) {
        const { livenessError, recognitionError } = error as {
          livenessError: string;
          recognitionError: string;
        };
        return { livenessError, recognitionError };
      }
    },
    { token, photo, attributes, languageDictionary },
  );
  // Reported when it is awaited.
  ending.catch(() => undefined);
  return {
    ending,
    completion: () => Promise.race([ending, failOnProblem(page)]),
    phases: () => page.evaluate(() => (window as unknown as { phases: string[] }).phases),
  };
}

/** A busy machine looks at too few frames for the person to be followed: from now on they begin anew, as people do. */
export async function beginAnewOnProblems(page: Page): Promise<void> {
  await page.evaluate(() => {
    // Where no attempt is left, the one button there ends the check.
    const again = 'dialog[data-phase=problem] :is(button.primary, .buttons button:only-child)';
    setInterval(() => {
      const shown = document.querySelector('bonafide-liveness')?.shadowRoot;
      shown?.querySelector<HTMLElement>(again)?.click();
    }, 500);
  });
}

async function failOnProblem(page: Page): Promise<never> {
  const text = await page.locator('dialog[data-phase=problem] .panel p').textContent({ timeout: 0 });
  throw new Error(`the check met a problem: ${text ?? ''}`);
}

/** Everything that a page asked for, by origin, and everything that went wrong in it. */
export function watch(page: Page): { origins: Set<string>; faults: string[] } {
  const seen = { origins: new Set<string>(), faults: [] as string[] };
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http')) seen.origins.add(origin);
  });
  page.on('pageerror', (error) => seen.faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.faults.push(message.text());
  });
  return seen;
}
