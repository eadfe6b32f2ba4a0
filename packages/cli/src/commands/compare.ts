import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  changeText,
  compareEvaluations,
  differenceOfData,
  figureText,
  groupBy,
  renderComparison,
  reportName,
  type Comparison,
} from '@bonafide/engine/evaluation';
import { readEvaluation } from '../evaluate/read-evaluation.js';
import { table } from '../terminal.js';
import * as option from './options.js';

/** Adds `compare BEFORE AFTER`: what changed between two evaluations. */
export function addCompare(program: Command): void {
  program
    .command('compare')
    .summary('what changed between two evaluations')
    .description(
      'Compares the reports of two evaluations figure by figure. Where both scores.jsonl are there and the manifest is ' +
        'the same, it also counts the presentations that got another decision.',
    )
    .argument('<before>', 'folder of an evaluation, or its report.json')
    .argument('<after>', 'the same, of the later one')
    .option('--out <dir>', 'write comparison.html there')
    .addOption(option.json())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide compare evaluation-strict evaluation
  npx --no bonafide compare before/report.json after/report.json --out comparison`,
    )
    .action(compare);
}

function compare(before: string, after: string, options: { out?: string; json?: boolean }): void {
  const comparison = compareEvaluations(readEvaluation(before), readEvaluation(after));
  if (options.out !== undefined) {
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, 'comparison.html'), renderComparison(comparison));
  }
  console.log(options.json ? JSON.stringify(comparison, null, 2) : describe(comparison));
  if (options.out !== undefined && !options.json) console.log(`\n${join(options.out, 'comparison.html')}`);
}

function describe({ before, after, figures, decisions }: Comparison): string {
  const sections = [...groupBy(figures, ({ section }) => section)].map(([section, rows]) => [
    '',
    section,
    table(
      ['', 'before', 'after', 'change', ''],
      rows.map((row) => [
        row.figure,
        figureText(row.before),
        figureText(row.after),
        changeText(row),
        row.verdict,
      ]),
    ),
  ]);
  const different = differenceOfData(before, after);
  const changed = decisions?.changed.reduce((sum, { n }) => sum + n, 0) ?? 0;
  return [
    `before  ${reportName(before)}`,
    `after   ${reportName(after)}`,
    ...(different === null ? [] : [`${different}.`]),
    ...sections.flat(),
    ...(decisions ? ['', `${changed} of ${decisions.shared} shared presentations got another decision`] : []),
    ...(decisions && changed > 0
      ? [
          table(
            ['really', 'before', 'after', 'n'],
            decisions.changed.map((one) => [one.label, one.before, one.after, String(one.n)]),
          ),
        ]
      : []),
  ].join('\n');
}
