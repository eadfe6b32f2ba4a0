import { percent, percentRange } from '../format.js';
import type { ComparedFigure, Comparison } from '../compare.js';
import { groupBy } from '../figures.js';
import type { Report } from '../report.js';
import { html, type Html } from './html.js';
import { page, table } from './page.js';

/** Renders a comparison as one page that needs nothing else. */
export function renderComparison({ before, after, figures, decisions }: Comparison): string {
  const different = differenceOfData(before, after);
  const simulated = [...before.sections, ...after.sections].some((section) => section.simulated);
  return page(
    'Two evaluations compared',
    html`<header>
        <h1>Two evaluations compared</h1>
        <dl>
          <dt>before</dt>
          <dd>${reportName(before)}</dd>
          <dt>after</dt>
          <dd>${reportName(after)}</dd>
        </dl>
        ${simulated ? html`<p><span class="mark">Holds simulated data, in sections of its own</span></p>` : null}
        ${different && html`<p><span class="mark">${different}</span></p>`}
        <p class="statement">${after.statement}</p>
      </header>
      ${[...groupBy(figures, ({ section }) => section)].map(
        ([section, rows]) =>
          html`<section>
            <h2>${section}</h2>
            <div class="card">
              ${table(['figure', 'before', 'after', 'change', 'verdict'], rows.map(figureRow))}
            </div>
          </section>`,
      )}
      ${decisions && decisionSection(decisions)}
      <p class="soft">
        Error rates differ clearly when their 95 % intervals are apart; the same presentations judged twice
        can differ truly with less.
      </p>`,
  );
}

/** What a report was made of, in one line. */
export function reportName({ run, pairs, createdAt }: Report): string {
  const made = createdAt.slice(0, 16).replace('T', ' ');
  const sample = run?.sample ? ` (a sample of ${run.sample.perGroup} a group)` : '';
  return [
    ...(run ? [`${run.manifest}${sample}`] : []),
    ...(pairs ? [pairs.file] : []),
    ...(run ? [`engine ${run.engine}`, `policy ${run.policy} ${run.operatingPoint}`] : []),
    `${made} UTC`,
  ].join(', ');
}

/** Says in what two reports are not of the same data; null where they are. */
export function differenceOfData(before: Report, after: Report): string | null {
  const differ = (of: (report: Report) => unknown) =>
    JSON.stringify(of(before) ?? null) !== JSON.stringify(of(after) ?? null);
  const different = [
    ...(differ(({ run }) => run?.manifestSha256) ? ['the manifest'] : []),
    ...(differ(({ run }) => run?.sample) ? ['the sample'] : []),
    ...(differ(({ pairs }) => pairs?.sha256) ? ['the pairs'] : []),
  ];
  return different.length === 0
    ? null
    : `Not of the same data (${different.join(', ')}): a difference may be one of data`;
}

/** A figure in words: the share, with its interval where it has one. */
export function figureText(figure: ComparedFigure['before']): string {
  if (figure === null || typeof figure === 'number') return percent(figure);
  return figure.rate === null ? percent(null) : `${percent(figure.rate)} (${percentRange(figure.interval)})`;
}

/** After minus before in percentage points, with its sign. */
export function changeText({ before, after }: ComparedFigure): string {
  const share = (figure: ComparedFigure['before']) =>
    figure === null || typeof figure === 'number' ? figure : figure.rate;
  const [one, other] = [share(before), share(after)];
  if (one === null || other === null) return '–';
  const points = (other - one) * 100;
  return `${points > 0 ? '+' : points < 0 ? '−' : ''}${Math.abs(points).toFixed(1)}`;
}

function figureRow(figure: ComparedFigure): Html {
  const tone = figure.verdict === 'better' || figure.verdict === 'worse' ? figure.verdict : '';
  return html`<tr>
    <th scope="row">${figure.figure}</th>
    <td>${figureText(figure.before)}</td>
    <td>${figureText(figure.after)}</td>
    <td>${changeText(figure)}</td>
    <td class="left ${tone}">${figure.verdict}</td>
  </tr>`;
}

function decisionSection({ shared, changed }: NonNullable<Comparison['decisions']>): Html {
  const total = changed.reduce((sum, { n }) => sum + n, 0);
  return html`<section>
    <h2>Changed decisions</h2>
    <p>${total} of ${shared} presentations that both judged.</p>
    ${
      changed.length === 0
        ? null
        : html`<div class="card">
            ${table(
              ['really', 'before', 'after', 'n'],
              changed.map(
                (one) =>
                  html`<tr>
                    <th scope="row">${one.label}</th>
                    <td>${one.before}</td>
                    <td>${one.after}</td>
                    <td>${one.n}</td>
                  </tr>`,
              ),
            )}
          </div>`
    }
  </section>`;
}
