import { count, fixed, percent, percentRange } from '../format.js';
import type { Figures } from '../figures.js';
import { MATCH_THRESHOLD } from '../pair-figures.js';
import { remarksOn } from '../remarks.js';
import type { Report, ReportedRun, Section } from '../report.js';
import { html, type Html } from './html.js';
import * as part from './page.js';
import { drawCalibration, drawDet, drawErrorRates, drawScores } from './plots.js';

/** Renders report.json as one page that needs nothing else. */
export async function renderReport(report: Report): Promise<string> {
  const sections = await Promise.all(report.sections.map((one) => renderSection(one, report)));
  return part.page(
    'Evaluation of face liveness',
    html`<header>
        <h1>Evaluation of face liveness</h1>
        <p class="soft">${subtitle(report)}</p>
        ${simulatedMark(report)}
        <p class="statement">${report.statement}</p>
        ${remarksOn(report).map((remark) => html`<p><span class="mark">${remark}</span></p>`)}
      </header>
      ${sections} ${report.pairs && renderPairs(report.pairs)} ${renderOthers(report)} ${renderData(report)}
      ${glossary(report)}`,
  );
}

/** "Clips", "Simulated stills": the heading of a section, and its name in tables. */
export function sectionName({ media, simulated }: Pick<Section, 'media' | 'simulated'>): string {
  if (simulated) return media === 'clip' ? 'Simulated clips' : 'Simulated stills';
  return media === 'clip' ? 'Clips' : 'Stills';
}

function subtitle({ run, createdAt }: Report): string {
  const day = `${createdAt.slice(0, 10)} ${createdAt.slice(11, 16)} UTC`;
  if (run === null) return day;
  const sampled = run.sample === null ? '' : `, a sample of ${run.sample.perGroup} a group`;
  return `${run.manifest}${sampled} · engine ${run.engine} · policy ${run.policy}, ${run.operatingPoint} · ${day}`;
}

function simulatedMark({ sections }: Report): Html | null {
  const simulated = sections.filter((section) => section.simulated).length;
  if (simulated === 0) return null;
  const text =
    simulated === sections.length ? 'Simulated data only' : 'Holds simulated data, in sections of its own';
  return html`<p><span class="mark">${text}</span></p>`;
}

async function renderSection(section: Section, { run }: Report): Promise<Html> {
  const { figures, bySource } = section;
  const scored = figures.scored.bonaFide > 0 && figures.scored.attack > 0;
  const [scores, det, rates, calibration] = await Promise.all([
    drawScores(figures.histogram, run?.thresholds ?? null),
    scored ? drawDet(figures) : null,
    drawErrorRates(figures),
    scored ? drawCalibration(figures.calibration) : null,
  ]);
  const card = (title: string, caption: string, drawing: Html | null) =>
    drawing &&
    html`<figure class="card">
      <h3>${title}</h3>
      <figcaption>${caption}</figcaption>
      ${drawing}
    </figure>`;
  return html`<section>
    <h2>${sectionName(section)}</h2>
    ${section.simulated ? html`<p><span class="mark">Simulated: rendered people and attacks</span></p>` : null}
    <p>${summary(section)}</p>
    ${tiles(section)}
    <div class="card">
      <h3>What was decided</h3>
      ${part.table(part.DECISION_HEADER, [
        part.decisionRow('bona fide', figures.bonaFide),
        ...figures.species.map((one) => part.decisionRow(one.species, one)),
      ])}
      ${part.decisionKey()}
    </div>
    <div class="plots">
      ${card('Error rates', 'At the thresholds of the policy, with 95 % intervals; n in brackets.', rates)}
      ${card('Scores', 'Dashed: the thresholds; uncertain lies between them.', figures.scored.bonaFide + figures.scored.attack > 0 ? scores : null)}
      ${card('Detection error trade-off', 'Normal-deviate axes; towards the lower left is better.', det)}
      ${card('Calibration', `Near the diagonal, scores mean what they say. Cost of the ratios: ${fixed(figures.pooled.llrCost, 2)} bit (0 perfect, 1 useless).`, calibration)}
    </div>
    ${groupedTable(
      'By source',
      null,
      'source',
      bySource.map(({ source, figures: of }) => ({ group: source, figures: of })),
    )}
    ${section.byCondition.map(({ dimension, note, bins }) =>
      groupedTable(
        `By ${dimension}`,
        note,
        dimension,
        bins.map(({ bin, figures: of }) => ({ group: bin, figures: of })),
      ),
    )}
    ${leftOutTable(section)} ${cueTable(section)} ${ablationTable(section)}
  </section>`;
}

function summary({ figures }: Section): string {
  const attacks = figures.species.reduce((sum, { n }) => sum + n, 0);
  const passed = figures.species.reduce((sum, { error }) => sum + error.errors, 0);
  const { n, error, decisions } = figures.bonaFide;
  const attackWords = attacks === 0 ? 'none presented' : `${passed} of ${attacks} got through as realface`;
  const bonaFideWords =
    n === 0 ? 'none presented' : `${error.errors} of ${n} called spoofface, ${decisions.uncertain} uncertain`;
  return `Attacks: ${attackWords}. Bona fide: ${bonaFideWords}.`;
}

function tiles({ figures, timeMs }: Section): Html {
  const [worst] = figures.species;
  const { bonaFide, pooled, scored } = figures;
  const at5 = figures.bpcerAt.find(({ apcer }) => apcer === 0.05);
  const uncertainAttacks = figures.species.reduce((sum, { uncertain }) => sum + uncertain.errors, 0);
  const attacks = figures.species.reduce((sum, { n }) => sum + n, 0);
  return html`<div class="tiles">
    ${
      worst
        ? part.tile(
            'APCER, worst species',
            percent(worst.error.rate),
            `${worst.species}: ${worst.error.errors} of ${worst.n}, ${percentRange(worst.error.interval)}`,
            'attack',
          )
        : null
    }
    ${
      bonaFide.n > 0
        ? part.tile(
            'BPCER',
            percent(bonaFide.error.rate),
            `${bonaFide.error.errors} of ${bonaFide.n}, ${percentRange(bonaFide.error.interval)}`,
            'bona',
          )
        : null
    }
    ${part.tile('Uncertain', percent(bonaFide.uncertain.rate), `of bona fide; ${percent(attacks === 0 ? null : uncertainAttacks / attacks)} of attacks`)}
    ${at5 ? part.tile('BPCER at APCER 5 %', percent(at5.bpcer), 'every species held to 5 %') : null}
    ${part.tile('EER', percent(pooled.eer), `attacks pooled, ${scored.bonaFide} + ${scored.attack} scored; AUC ${fixed(pooled.auc, 3)}`)}
    ${part.tile('Time', `${fixed(timeMs.p50, 0)} ms`, `median; 95 % within ${fixed(timeMs.p95, 0)} ms, 99 % within ${fixed(timeMs.p99, 0)} ms`)}
  </div>`;
}

/** Error rates group by group: sources, or bins of a condition. */
function groupedTable(
  title: string,
  note: string | null,
  column: string,
  groups: readonly { group: string; figures: Figures }[],
): Html | null {
  if (groups.length === 0) return null;
  const rows = groups.flatMap(({ group, figures }) => {
    const classes = [
      ...(figures.bonaFide.n > 0 ? [part.errorRow('bona fide', 'BPCER', figures.bonaFide)] : []),
      ...figures.species.map((one) => part.errorRow(one.species, 'APCER', one)),
    ];
    return classes.map(
      (cells, index) =>
        html`<tr class="${index === 0 ? 'group' : ''}">
          ${index === 0 ? html`<th scope="row" rowspan="${classes.length}">${group}</th>` : null} ${cells}
        </tr>`,
    );
  });
  return html`<div class="card" style="margin-top:12px">
    <h3>${title}</h3>
    ${note && html`<p class="soft">${note}</p>`} ${part.table([column, ...part.ERROR_HEADER], rows)}
  </div>`;
}

function leftOutTable({ figures }: Section): Html | null {
  if (figures.leftOut.length === 0) return null;
  return html`<div class="card">
    <h3>Each species unseen</h3>
    <p class="soft">
      The threshold is fitted on the other species, at an APCER of 5 % of the worst of them, and tried on the
      one that was left out: what to expect of a kind of attack that nobody has thought of.
    </p>
    ${part.table(
      ['left out', 'threshold', 'its APCER, 95 % interval', 'BPCER, 95 % interval'],
      figures.leftOut.map(
        ({ species, threshold, apcer, bpcer }) =>
          html`<tr>
            <th scope="row">${species}</th>
            <td>${fixed(threshold, 2)}</td>
            ${part.rateCell(apcer)} ${part.rateCell(bpcer)}
          </tr>`,
      ),
    )}
  </div>`;
}

function ablationTable({ ablation }: Section): Html | null {
  if (ablation.length === 0) return null;
  return html`<div class="card">
    <h3>What each cue is worth</h3>
    <p class="soft">
      Decided again at the same thresholds without one cue, and with the required ones alone. A cue without
      which nothing changes has not shown its use on this data. Not measured: where a cue that is left out had
      decided alone, so that others were spared; these are in no figure of the row.
    </p>
    ${part.table(
      ['cues', 'APCER, worst species', 'BPCER', 'uncertain bona fide', 'EER', 'AUC', 'not measured'],
      ablation.map(
        ({ cues, worst, bonaFide, eer, auc, notMeasured }) =>
          html`<tr>
            <th scope="row">${cues}</th>
            ${worst ? part.rateCell(worst.error) : html`<td>–</td>`} ${part.rateCell(bonaFide.error)}
            ${part.rateCell(bonaFide.uncertain)}
            <td>${percent(eer)}</td>
            <td>${fixed(auc, 3)}</td>
            <td>${notMeasured}</td>
          </tr>`,
      ),
    )}
  </div>`;
}

function cueTable({ figures }: Section): Html | null {
  if (figures.cues.length === 0) return null;
  return html`<div class="card">
    <h3>Each cue alone</h3>
    <p class="soft">
      AUC of a cue's own log-likelihood ratio where it could be measured; 0.5 separates nothing.
    </p>
    ${part.table(
      ['cue', 'AUC', 'scored bona fide', 'scored attacks', 'not applicable', 'failed'],
      figures.cues.map(
        ({ name, auc, scored, notApplicable, failed }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${fixed(auc, 3)}</td>
            <td>${scored.bonaFide}</td>
            <td>${scored.attack}</td>
            <td>${notApplicable}</td>
            <td>${failed}</td>
          </tr>`,
      ),
    )}
  </div>`;
}

function renderPairs({ file, sets }: NonNullable<Report['pairs']>): Html {
  return html`<section>
    <h2>Verification</h2>
    <p>
      Pairs of ${file}; two images count as one person from a match confidence of ${MATCH_THRESHOLD} on. Pairs
      with an image that was refused are in no rate.
    </p>
    <div class="card">
      ${part.table(
        ['set', 'impostor pairs', 'FMR', 'genuine pairs', 'FNMR', 'EER', 'not compared'],
        sets.map(
          (one) =>
            html`<tr>
              <th scope="row">${one.set}</th>
              <td>${one.impostor}</td>
              ${part.rateCell(one.fmr)}
              <td>${one.genuine}</td>
              ${part.rateCell(one.fnmr)}
              <td>${percent(one.eer)}</td>
              <td>${one.notCompared}</td>
            </tr>`,
        ),
      )}
    </div>
  </section>`;
}

function renderOthers({ otherLabels }: Report): Html | null {
  if (otherLabels.length === 0) return null;
  return html`<section>
    <h2>Other labels</h2>
    <p>Neither bona fide nor attack, so that no decision on them is an error.</p>
    <div class="card">
      ${part.table(
        part.DECISION_HEADER,
        otherLabels.map((one) => part.decisionRow(one.label, one)),
      )}
      ${part.decisionKey()}
    </div>
  </section>`;
}

function renderData({ data }: Report): Html | null {
  if (data.length === 0) return null;
  return html`<section>
    <h2>Data</h2>
    <div class="card">
      ${part.table(
        ['source', 'media', 'bona fide', 'attacks', 'others', 'subjects', 'distinct clips', 'licence'],
        data.map(
          (row) =>
            html`<tr>
              <th scope="row">
                ${row.source} ${row.simulated ? html`<span class="mark">simulated</span>` : null}
              </th>
              <td>${row.media}</td>
              <td>${row.bonaFide}</td>
              <td>${row.attack}</td>
              <td>${row.other}</td>
              <td>${row.subjects || '–'}</td>
              <td>${row.clips || '–'}</td>
              <td class="left wrap">${row.licence || '–'}</td>
            </tr>`,
        ),
      )}
    </div>
  </section>`;
}

function glossary({ run }: Report): Html {
  const grouped = run?.groupedBy ?? 'clip';
  return html`<section>
    <h2>How to read this</h2>
    <div class="card">
      <dl>
        <dt>APCER</dt>
        <dd>
          Share of the attacks of one species that were called realface. The worst species counts; a mean over
          species hides it.
        </dd>
        <dt>BPCER</dt>
        <dd>Share of bona fide presentations that were called spoofface.</dd>
        <dt>Uncertain, no response</dt>
        <dd>
          Neither is a pass and neither is in APCER or BPCER. "Not decided rightly" counts both against the
          system. No response (APNRR, BPNRR): no face to judge, or the file was refused. Files that could not
          be read are in no figure.
        </dd>
        <dt>BPCER at APCER 5 %</dt>
        <dd>
          From the scores: the threshold at which no species gets through more often than that. Fitted on this
          very data, so it flatters.
        </dd>
        <dt>EER, AUC</dt>
        <dd>Academic figures over the scored presentations, attacks pooled.</dd>
        <dt>Interval</dt>
        <dd>
          95 %, by ${grouped}: exact (Clopper-Pearson) for independent presentations, else by resampling whole
          ${grouped}s, never narrower.
        </dd>
        ${run === null ? null : runFacts(run)}
      </dl>
    </div>
  </section>`;
}

function runFacts(run: ReportedRun): Html {
  return html`<dt>Thresholds</dt>
    <dd>
      realface from ${fixed(run.thresholds.realface, 2)}, spoofface up to
      ${fixed(run.thresholds.spoofface, 2)} (${run.operatingPoint})
    </dd>
    <dt>Time</dt>
    <dd>
      Of one presentation from bytes to decision, with ${count(run.concurrency, 'presentation')} judged at
      once.
    </dd>
    <dt>Manifest</dt>
    <dd>${run.manifest}, SHA-256 ${run.manifestSha256}</dd>`;
}
