import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const SCRIPT = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Rules of WCAG 2.2 A and AA that axe can check. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface WithAxe {
  axe?: { run(context: Document, options: object): Promise<AxeResults> };
}

/** What axe finds against WCAG 2.2 AA on a page as it is now: a line each. */
export async function violations(page: Page): Promise<string[]> {
  if (await page.evaluate(() => !(window as WithAxe).axe)) await page.evaluate(SCRIPT);
  const results = await page.evaluate(
    (values) => (window as WithAxe).axe?.run(document, { runOnly: { type: 'tag', values } }),
    TAGS,
  );
  if (!results) throw new Error('axe did not load');
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
