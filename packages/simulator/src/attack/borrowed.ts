import type { Script } from '../clip/script.js';
import type { PersonState } from '../render-person.js';

/**
 * The person's state at a time of a new challenge, taken from a recording of an earlier one: for each step the earlier step
 * of the same kind, at the same share of its course; turns to the other side are mirrored. What the earlier challenge did
 * not ask for is taken from its beginning, where the person waits.
 */
export function borrowed(script: Script, earlier: Script): (timeMs: number) => PersonState {
  const pieces = script.moments.map(({ kind, stepId }) => {
    const order = script.moments.filter((one) => one.kind === kind).findIndex((one) => one.stepId === stepId);
    const alike = earlier.moments.filter((one) => one.kind === kind);
    const source = alike[order % Math.max(1, alike.length)];
    return { stepId, span: spanOf(script, stepId), from: source && spanOf(earlier, source.stepId) };
  });
  return (timeMs) => {
    const piece = pieces.findLast(({ span }) => span.start <= timeMs) ?? pieces[0];
    if (!piece?.from) return earlier.stateAt(0);
    const share = (timeMs - piece.span.start) / (piece.span.end - piece.span.start);
    const state = earlier.stateAt(piece.from.start + share * (piece.from.end - piece.from.start));
    const wanted = script.stateAt((piece.span.start + piece.span.end) / 2).yawDeg;
    const mirrored = Math.abs(wanted) > 8 && wanted * state.yawDeg < 0;
    return mirrored ? { ...state, yawDeg: -state.yawDeg, rollDeg: -state.rollDeg } : state;
  };
}

function spanOf({ steps }: Script, id: number): { start: number; end: number } {
  const step = steps.find((one) => one.id === id);
  const start = step?.shownAtMs ?? 0;
  return { start, end: Math.max(start + 1, step?.doneAtMs ?? start + 1) };
}
