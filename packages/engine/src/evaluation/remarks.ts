import { count } from './format.js';
import type { Report } from './report.js';

/** Files that are named; more are only counted. */
const FILES_NAMED = 10;

/** What a reader must know before any figure of a report, a sentence each; mostly nothing. */
export function remarksOn({ run, data, otherLabels, unreadable, engineFailures }: Report): string[] {
  const rates = data.some(({ bonaFide, attack }) => bonaFide + attack > 0);
  const labels = [...otherLabels, ...unreadable].map(({ label }) => label);
  const missing = run !== null && !rates ? remarkOnLabels(labels) : null;
  return [
    ...(engineFailures > 0 ? [`The engine failed on ${count(engineFailures, 'presentation')}`] : []),
    ...(unreadable.length > 0 ? [remarkOnFiles(unreadable.map(({ path }) => path))] : []),
    ...(missing === null ? [] : [missing]),
  ];
}

/** Says that nothing can be right or wrong about presentations with such labels; null where it can. */
export function remarkOnLabels(labels: readonly string[]): string | null {
  if (labels.length === 0 || labels.includes('bonafide') || labels.includes('attack')) return null;
  const found = [...new Set(labels)].join(', ');
  return `There are no error rates: nothing is labelled bonafide or attack, but ${found}`;
}

function remarkOnFiles(paths: readonly string[]): string {
  const more = paths.length - FILES_NAMED;
  const named = paths.slice(0, FILES_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `${count(paths.length, 'file')} could not be read and ${paths.length === 1 ? 'is' : 'are'} in no figure: ${named}`;
}
