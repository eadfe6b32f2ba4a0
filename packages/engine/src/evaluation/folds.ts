import { groupBy } from './figures.js';

/** What decides which presentations must not be apart, and what there has to be on both sides. */
export interface Origin {
  label: string;
  species: string;
  /** The person. */
  subject: string;
  /** Where the recording comes from. */
  source: string;
}

/** Indices to fit on and indices to test on. */
export interface Fold {
  name: string;
  fit: number[];
  test: number[];
}

/** Folds of subjects where there is but one source. */
const SUBJECT_FOLDS = 5;

/**
 * Splits presentations for fitting on one part and testing on another, so that each is tested once: every source is left out
 * in turn, or, where there is only one or a class is not left to fit on without one, every fifth of the subjects. Nobody of
 * the tested part is in the other, whatever the source; presentations without a subject stand for themselves.
 * @throws RangeError with a single subject of a class
 */
export function foldsOf(items: readonly Origin[]): { by: 'source' | 'subject'; folds: Fold[] } {
  const indexed = items.map((item, index) => ({ ...item, index }));
  const labels = [...new Set(items.map(({ label }) => label))];
  const foldOf = (name: string, members: readonly { index: number; subject: string }[]): Fold => {
    const test = new Set(members.map(({ index }) => index));
    const subjects = new Set(members.flatMap(({ subject }) => subject || []));
    const fit = indexed.filter(
      ({ index, subject }) => !test.has(index) && !(subject && subjects.has(subject)),
    );
    return { name, fit: fit.map(({ index }) => index), test: [...test] };
  };
  const lacking = (folds: readonly Fold[]) =>
    labels.find((label) => !folds.every(({ fit }) => fit.some((index) => items[index]?.label === label)));

  const sources = groupBy(indexed, ({ source }) => source);
  const bySource = [...sources].map(([source, members]) => foldOf(`source ${source}`, members));
  if (sources.size > 1 && lacking(bySource) === undefined) return { by: 'source', folds: bySource };
  const bySubject = dealt(indexed).map((members, k) =>
    foldOf(`subjects ${k + 1} of ${SUBJECT_FOLDS}`, members),
  );
  const alone = lacking(bySubject);
  if (alone === undefined) return { by: 'subject', folds: bySubject };
  throw new RangeError(
    `expected two subjects of each class at least, and all ${alone === 'bonafide' ? 'bona fide' : alone} presentations are of one`,
  );
}

/** Subjects, those of one class and species one after another, so that none of these ends up in one fold by chance. */
function dealt<T extends Origin & { index: number }>(items: readonly T[]): T[][] {
  const subjects = [...groupBy(items, ({ subject, index }) => subject || `presentation ${index}`)]
    .map(([name, members]) => {
      const has = (label: string) => Number(members.some((one) => one.label === label));
      const species = [...new Set(members.map((one) => one.species))].sort();
      // Attacks alone, then both, then people alone: either class is an unbroken row.
      return { key: JSON.stringify([has('bonafide') - has('attack'), species, name]), members };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return Array.from({ length: Math.min(SUBJECT_FOLDS, subjects.length) }, (_, fold) =>
    subjects.filter((_subject, k) => k % SUBJECT_FOLDS === fold).flatMap(({ members }) => members),
  );
}
