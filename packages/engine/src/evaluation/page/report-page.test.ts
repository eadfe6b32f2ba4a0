import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../policy.js';
import type { LabelledPresentation, Outcome } from '../presentation.js';
import { makeReport, STATEMENT } from '../report.js';
import { html } from './html.js';
import { renderReport } from './report-page.js';

const HOSTILE = '<img src=x onerror=alert(1)>"\'&';

function row(path: string, given: Partial<LabelledPresentation & Outcome>): LabelledPresentation & Outcome {
  return {
    ...{ path, label: 'attack', species: 'print', subject: '', clip: '', source: 'lab' },
    ...{ media: 'still', licence: 'CC0', simulated: false },
    ...{ decision: 'spoofface', score: -2, reasons: [], cues: [], timeMs: 1 },
    ...{ quality: [], unbound: true, conditions: { faceSizePx: 150, luma: 0.5, skinToneDeg: 30 } },
    ...given,
  };
}

function reportOf(rows: (LabelledPresentation & Outcome)[]) {
  return makeReport({
    createdAt: new Date(0),
    run: {
      ...{
        engine: 'e',
        policy: 'p',
        policySha256: 'cd',
        operatingPoint: 'balanced',
        manifestSha256: 'ab',
        sample: null,
      },
      ...{ manifest: HOSTILE, groupedBy: 'clip', concurrency: 1, thresholds: { realface: 1, spoofface: -1 } },
    },
    presentations: rows,
    outcomes: rows,
    policy: loadPolicy(),
    pairs: null,
  });
}

const live = row('a', { label: 'bonafide', species: '', decision: 'realface', score: 2 });

describe('a report page', () => {
  it('escapes every name of the manifest', async () => {
    const hostile = [row('b', { species: HOSTILE, source: HOSTILE }), row('c', { label: HOSTILE })];
    const page = await renderReport(reportOf([live, ...hostile]));
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img');
  });

  it('needs nothing from elsewhere and runs nothing', async () => {
    const page = await renderReport(reportOf([live, row('b', {})]));
    expect(page).not.toMatch(/<script|<link|<iframe|<img|@import|url\(/);
    expect(page.match(/https?:\/\/[^"]*/g)?.filter((link) => !link.startsWith('http://www.w3.org/'))).toEqual(
      [],
    );
    expect(page).toContain("default-src 'none'");
  });

  it('keeps clips and stills, captured and simulated, apart, and marks the simulated', async () => {
    const rows = [
      live,
      row('b', { media: 'clip' }),
      row('c', { media: 'clip', simulated: true }),
      row('d', { simulated: true }),
    ];
    const report = reportOf(rows);
    expect(report.sections.map(({ media, simulated }) => [media, simulated])).toEqual([
      ['clip', false],
      ['clip', true],
      ['still', false],
      ['still', true],
    ]);
    const page = await renderReport(report);
    for (const heading of ['Clips', 'Simulated clips', 'Stills', 'Simulated stills'])
      expect(page).toContain(`<h2>${heading}</h2>`);
    expect(page).toContain('Holds simulated data');
    expect(await renderReport(reportOf([live]))).not.toContain('imulated data');
  });

  it('says in words what its drawings show', async () => {
    const page = await renderReport(reportOf([live, row('b', { species: `${HOSTILE} $&` })]));
    const drawings = page.match(/<svg[^>]*>/g) ?? [];
    expect(drawings).toHaveLength(4);
    const said = drawings.map((svg) => /role="img" aria-label="([^"]+)"/.exec(svg)?.[1] ?? '');
    expect(said[0]).toContain('Error rates: APCER &lt;img');
    expect(said[0]).toMatch(/\$&amp; \(1\) 0\.0.%, BPCER bona fide \(1\) 0\.0.%$/);
    expect(said[1]).toMatch(
      /^Scores: 1 bona fide, half of them above 1\.9; 1 attacks, half of them above −1\.9; realface from 1\.00/,
    );
    expect(said[2]).toMatch(/^Detection error trade-off, with an equal error rate of: .* 0\.0.%$/);
    expect(said[3]).toMatch(/^Calibration.*: 11\.9.% became 0\.0.%, 88\.1.% became 100\.0.%$/);
  });

  it('names every row and column of its tables, and shows counts beside rates', async () => {
    const rows = [
      live,
      row('b', {}),
      row('c', { species: 'replay', source: 'street', decision: 'realface' }),
    ];
    const tables = (await renderReport(reportOf(rows))).match(/<table>.*?<\/table>/gs) ?? [];
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      expect(table.match(/<th\b(?! scope="(col|row)")/g)).toBeNull();
      expect(table.match(/<th[^>]*>\s*<\/th>/g)).toBeNull();
      const [, ...body] = table.split('<tr');
      for (const line of body.slice(1)) expect(line).toMatch(/<th scope="row"/);
    }
    expect(tables.join()).toMatch(/100\.0.% <small>1 of 1, 2\.5–100\.0.%<\/small>/);
    expect(tables.join()).not.toContain('title=');
  });

  it('says that it is no ISO conformance test', async () => {
    expect(await renderReport(reportOf([live]))).toContain(STATEMENT);
    expect(STATEMENT).toContain('no ISO conformance test');
  });

  it('is drawn without errors from one class, from nothing scored and from nothing at all', async () => {
    expect(await renderReport(reportOf([live]))).toContain('none presented');
    expect(await renderReport(reportOf([row('b', { score: null, decision: 'noResponse' })]))).toContain(
      'Stills',
    );
    expect(await renderReport(reportOf([]))).toContain('Evaluation of face liveness');
  });

  it('names files that could not be read, and counts them in no figure', async () => {
    const refused = (path: string, code: string) =>
      row(path, { decision: 'noResponse', score: null, reasons: [{ code, text: 'x' }], timeMs: 9 });
    const report = reportOf([
      live,
      row('b', {}),
      refused('cut.webp', 'Undecodable'),
      refused('long.webp', 'TooLong'),
      { ...refused('art.webp', 'Undecodable'), label: 'art' },
    ]);
    const [{ figures, timeMs } = {}] = report.sections;
    // What was read and refused counts as no response.
    expect(figures?.species[0]).toMatchObject({ n: 2, decisions: { noResponse: 1 }, error: { n: 2 } });
    expect(timeMs).toMatchObject({ p50: 1 });
    expect(report.otherLabels).toEqual([]);
    expect(await renderReport(report)).toContain(
      '2 files could not be read and are in no figure: cut.webp, art.webp',
    );
  });

  it('says that there are no error rates where no label asks for any', async () => {
    const page = await renderReport(reportOf([row('a', { label: 'live' }), row('b', { label: 'spoof' })]));
    expect(page).toContain('nothing is labelled bonafide or attack, but live, spoof');
    expect(await renderReport(reportOf([live, row('c', { label: 'art' })]))).not.toContain('no error rates');
  });

  it('counts presentations that made the engine fail', async () => {
    const failed = row('b', {
      decision: 'noResponse',
      score: null,
      reasons: [{ code: 'EngineFailed', text: 'x' }],
    });
    expect(await renderReport(reportOf([live, failed]))).toContain('The engine failed on 1 presentation');
  });
});

it('a template escapes values, joins lists and leaves null out', () => {
  expect(html`<b title="${HOSTILE}">${['a', html`<i>b</i>`]}${null}${0}</b>`.text).toBe(
    '<b title="&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;">a<i>b</i>0</b>',
  );
});
