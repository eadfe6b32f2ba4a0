import { groupBy } from './figures.js';
import { detectionErrorTradeoff, equalErrorRate, rateOf, type Rate } from './metrics.js';

/** The match confidence from which two faces count as one person: the service's `isIdentical`. */
export const MATCH_THRESHOLD = 0.5;

/** The comparison of one pair; null confidence when a face could not be found or embedded. */
export interface PairOutcome {
  pathA: string;
  pathB: string;
  same: boolean;
  set: string;
  matchConfidence: number | null;
  similarity: number | null;
  /** Why there is no comparison. */
  reason?: string;
}

/** Verification figures of one set of pairs. */
export interface PairFigures {
  set: string;
  genuine: number;
  impostor: number;
  /** Pairs with an image that was refused: failures to enrol, in no other figure. */
  notCompared: number;
  /** False match rate: impostor pairs at or above {@link MATCH_THRESHOLD}. */
  fmr: Rate;
  /** False non-match rate: genuine pairs below it. */
  fnmr: Rate;
  eer: number | null;
}

/** Figures of each set in order of appearance, then of all pairs when there are several sets. */
export function pairFigures(outcomes: readonly PairOutcome[]): PairFigures[] {
  const sets = [...groupBy(outcomes, ({ set }) => set)].map(([set, pairs]) => figuresOfSet(set, pairs));
  return sets.length > 1 ? [...sets, figuresOfSet('all sets', outcomes)] : sets;
}

function figuresOfSet(set: string, outcomes: readonly PairOutcome[]): PairFigures {
  const compared = outcomes.flatMap(({ matchConfidence, same, pathA }) =>
    matchConfidence === null ? [] : [{ matchConfidence, same, pathA }],
  );
  const genuine = compared.filter(({ same }) => same);
  const impostor = compared.filter(({ same }) => !same);
  // Pairs that share their first image depend on each other.
  const share = (pairs: typeof compared, isError: (confidence: number) => boolean) =>
    rateOf(pairs.map((pair) => ({ cluster: pair.pathA, error: isError(pair.matchConfidence) })));
  const confidences = (pairs: typeof compared) => pairs.map(({ matchConfidence }) => matchConfidence);
  return {
    set,
    genuine: genuine.length,
    impostor: impostor.length,
    notCompared: outcomes.length - compared.length,
    fmr: share(impostor, (confidence) => confidence >= MATCH_THRESHOLD),
    fnmr: share(genuine, (confidence) => confidence < MATCH_THRESHOLD),
    eer: equalErrorRate(
      detectionErrorTradeoff(confidences(genuine), new Map([['impostor', confidences(impostor)]])),
    ),
  };
}
