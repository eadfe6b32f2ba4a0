import { groupBy } from './figures.js';

/** What decides which presentations must not be apart: the person, and where the recording comes from. */
export interface Origin {
  subject: string;
  source: string;
}

/** Folds of subjects where there is but one source. */
const SUBJECT_FOLDS = 5;

/**
 * Splits presentations for fitting on one part and testing on another: each source is left out in turn, and where there is
 * only one, each fifth of its subjects. Nobody of the tested part is in the other, whatever the source.
 * @returns for each fold, indices to fit on and indices to test on; presentations without a subject stand for themselves
 */
export function foldsOf(items: readonly Origin[]): { name: string; fit: number[]; test: number[] }[] {
  const indexed = items.map((item, index) => ({ ...item, index }));
  const sources = groupBy(indexed, ({ source }) => source);
  const tests =
    sources.size > 1
      ? [...sources].map(([source, members]) => ({ name: `source ${source}`, members }))
      : subjectFolds(indexed);
  return tests.map(({ name, members }) => {
    const test = new Set(members.map(({ index }) => index));
    const subjects = new Set(members.flatMap(({ subject }) => subject || []));
    const fit = indexed.filter(
      ({ index, subject }) => !test.has(index) && !(subject && subjects.has(subject)),
    );
    return { name, fit: fit.map(({ index }) => index), test: [...test] };
  });
}

function subjectFolds<T extends Origin & { index: number }>(items: readonly T[]) {
  const subjects = [...groupBy(items, ({ subject, index }) => subject || `presentation ${index}`)].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  return Array.from({ length: Math.min(SUBJECT_FOLDS, subjects.length) }, (_, fold) => ({
    name: `subjects ${fold + 1} of ${SUBJECT_FOLDS}`,
    members: subjects.filter((_subject, k) => k % SUBJECT_FOLDS === fold).flatMap(([, members]) => members),
  }));
}
