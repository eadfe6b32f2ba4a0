import { fixed, percent, percentRange } from '../format.js';
import type { ClassFigures, DecisionCounts, SpeciesFigures } from '../figures.js';
import type { Rate } from '../metrics.js';
import { html, type Html } from './html.js';
import { STYLE } from './style.js';

/** The parts that every page of this tool is made of. */

const DECISIONS = ['realface', 'uncertain', 'spoofface', 'noResponse'] as const;

/** Columns of words and bars; the others hold numbers. */
const LEFT = new Set(['decided', 'presented', 'figure', 'licence', 'verdict']);

/** A whole, self-contained page: no script, no font, no picture from elsewhere. */
export function page(title: string, body: Html): string {
  const head = html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
    <title>${title}</title>`.text;
  return `<!doctype html>\n<html lang="en">\n<head>${head}<style>${STYLE}</style></head>\n<body><main>${body.text}</main></body>\n</html>\n`;
}

/** A figure that is read first: name, value, what it rests on. */
export function tile(name: string, value: string, note: string, tone: 'attack' | 'bona' | '' = ''): Html {
  return html`<div class="tile">
    <div class="name">${name}</div>
    <div class="value ${tone}">${value}</div>
    <div class="note">${note}</div>
  </div>`;
}

/** A table with a header; it scrolls by itself where the page is too narrow for it. */
export function table(header: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${header.map((cell) => html`<th scope="col" class="${LEFT.has(cell) ? 'left' : ''}">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** A rate with its interval, and how many errors it is. */
export function rateCell({ rate, interval, errors, n }: Rate): Html {
  if (rate === null) return html`<td>–</td>`;
  return html`<td>${percent(rate)} <small>${errors} of ${n}, ${percentRange(interval)}</small></td>`;
}

/** The decisions as one bar. */
export function decisionBar(decisions: DecisionCounts, n: number): Html {
  const parts = DECISIONS.filter((decision) => decisions[decision] > 0);
  return html`<div
    class="bar"
    role="img"
    aria-label="${parts.map((one) => `${wordOf(one)} ${decisions[one]}`).join(', ') || 'none'}"
  >
    ${parts.map((one) => html`<i class="${one}" style="width:${fixed((100 * decisions[one]) / n, 2)}%"></i>`)}
  </div>`;
}

/** The colours of {@link decisionBar}. */
export function decisionKey(): Html {
  return html`<div class="key">
    ${DECISIONS.map((decision) => html`<span><i class="${decision}"></i>${wordOf(decision)}</span>`)}
  </div>`;
}

function wordOf(decision: (typeof DECISIONS)[number]): string {
  return decision === 'noResponse' ? 'no response' : decision;
}

/** One class of a three-way table: what it really was against what was decided. */
export function decisionRow(name: string, { n, decisions }: Pick<ClassFigures, 'n' | 'decisions'>): Html {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${n}</td>
    <td>${decisionBar(decisions, n)}</td>
    ${DECISIONS.map((decision) => html`<td>${decisions[decision]}</td>`)}
  </tr>`;
}

/** The header that {@link decisionRow} goes with. */
export const DECISION_HEADER = [
  'really',
  'n',
  'decided',
  'realface',
  'uncertain',
  'spoofface',
  'no response',
];

/** One class of a table of error rates: APCER of a species, or BPCER. */
export function errorRow(
  name: string,
  kind: 'APCER' | 'BPCER',
  figures: ClassFigures | SpeciesFigures,
): Html {
  return html`<th scope="row" class="left">${name}</th>
    <td>${figures.n}</td>
    <td class="left">${kind}</td>
    ${rateCell(figures.error)}
    <td>${percent(figures.uncertain.rate)}</td>
    <td>${percent(figures.noResponse.rate)}</td>
    <td>${percent(figures.notRight.rate)}</td>
    <td>${'eer' in figures ? percent(figures.eer) : ''}</td>
    <td>${'auc' in figures ? fixed(figures.auc, 3) : ''}</td>`;
}

/** The header that {@link errorRow} goes with. */
export const ERROR_HEADER = [
  'presented',
  'n',
  'figure',
  'rate, errors, 95 % interval',
  'uncertain',
  'no response',
  'not decided rightly',
  'EER',
  'AUC',
];
