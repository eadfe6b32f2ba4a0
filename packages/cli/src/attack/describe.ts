import { percent } from '@bonafide/engine/evaluation';
import { table } from '../terminal.js';
import type { LevelResult } from './red-team.js';

/** Captures of a level that came to an end, judged or not. */
export function doneOf({ n, notJudged }: LevelResult): number {
  return n + sum(notJudged);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** The table of a run, and below it whatever else a reader must know to believe it. */
export function describe(results: readonly LevelResult[]): string {
  const rows = results.map((result) => {
    const { level, n, realface, spoofface, uncertain, refused, notJudged, upperBound } = result;
    return [
      level,
      ...[n, realface, spoofface, uncertain, refused].map(String),
      n > 0 ? percent(realface / n) : '–',
      level === 'genuine' || n === 0 ? '' : percent(upperBound),
      String(sum(notJudged)),
    ];
  });
  const header = ['level', 'n', 'realface', 'spoofface', 'uncertain', 'refused'];
  return [
    table([...header, 'passed', 'at most (95 %)', 'not judged'], rows),
    '',
    ...results.flatMap(remarks),
    'Rendered people. "At most" is the one-sided 95 % bound of Clopper and Pearson, as if all captures were independent.',
    '"Not judged" are captures that the service turned away for what lies not in them; no rate counts them.',
  ].join('\n');
}

function remarks(result: LevelResult): string[] {
  const { level, planned, codes, notJudged, putOff, meanMs } = result;
  const named = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ');
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const broken = planned - doneOf(result);
  return [
    ...(broken > 0 ? [`broken off, ${planned} were planned`] : []),
    ...(sum(codes) > 0 ? [`refused with ${named(codes)}`] : []),
    ...(sum(notJudged) > 0 ? [`not judged: ${named(notJudged)}`] : []),
    ...(sum(putOff) > 0 ? [`calls that were put off and came again: ${named(putOff)}`] : []),
    `a capture took ${seconds(meanMs.render)} to make, ${seconds(meanMs.wait)} for its challenge, ` +
      `${seconds(meanMs.queue)} for its turn and ${seconds(meanMs.judge)} at the service`,
  ].map((remark) => `${level}: ${remark}.`);
}
