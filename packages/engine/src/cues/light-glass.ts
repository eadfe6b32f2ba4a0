import { leastSquares, residual } from './least-squares.js';
import { darknessOf, smoothTerms, type Answer } from './light-places.js';

/** Fewer places, or places that are all equally bright, tell nothing. */
const MIN_PLACES = 60;
const MIN_SPREAD = 0.25;

/**
 * How a face answers the screen where it is dark: 0 = as skin, brows and beard do, each in proportion to what it reflects;
 * 1 = as glass before a picture does, which mirrors as much light wherever it is. What changes slowly over the face, such
 * as the shade of a lamp beside it, is left aside. NaN where the face is too even, or hardly lit, to tell.
 */
export function glassiness(answers: readonly Answer[]): number {
  if (answers.length < MIN_PLACES) return NaN;
  const spread = residual(answers.map(smoothTerms), answers.map(darknessOf));
  if (!spread || !(Math.sqrt(spread.squares / answers.length) > MIN_SPREAD)) return NaN;
  const rows = answers.map((answer) => [...smoothTerms(answer), darknessOf(answer)]);
  return (
    leastSquares(
      rows,
      answers.map(({ response }) => response),
    )?.[6] ?? NaN
  );
}
