import type { TopLevelSpec } from 'vega-lite';
import { WORST_SPECIES, type SectionFigures } from '../figures.js';
import type { Rate } from '../metrics.js';
import type { ReportedRun } from '../report.js';
import { fixed, percent } from '../format.js';
import { html, Html } from './html.js';

/** Width of a drawing in CSS px at its natural size: a phone's column, so that text keeps its size there. */
const WIDTH = 340;

/** Lowest and highest rate on the axes of a DET plot; rates beyond are drawn at the edge. */
const DET_RANGE = [0.005, 0.9] as const;

/** Rates that have a grid line on a DET plot. */
const DET_TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];

/** Colours of the page's style sheet for the curves of a DET plot, in order. */
const CURVES = ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)'];

const CONFIG: TopLevelSpec['config'] = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    domainColor: 'var(--line)',
    gridColor: 'var(--grid)',
    tickColor: 'var(--line)',
    labelColor: 'var(--soft)',
    titleColor: 'var(--soft)',
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
  },
  legend: {
    labelColor: 'var(--ink)',
    labelFontSize: 12,
    labelLimit: 240,
    orient: 'bottom',
    title: null,
    symbolSize: 90,
    columnPadding: 14,
  },
};

/** Histograms of the scores of both classes, as shares of each class, with the thresholds of the policy. */
export function drawScores(
  histogram: SectionFigures['histogram'],
  thresholds: ReportedRun['thresholds'] | null,
): Promise<Html> {
  const bars = (name: string, counts: number[]) => {
    const all = counts.reduce((a, b) => a + b, 0);
    return counts.map((n, bin) => ({
      class: name,
      from: histogram.edges[bin] ?? 0,
      to: histogram.edges[bin + 1] ?? 0,
      share: all === 0 ? 0 : n / all,
    }));
  };
  const lines = thresholds
    ? [
        { at: thresholds.spoofface, word: '◂ spoofface', align: 'right' },
        { at: thresholds.realface, word: 'realface ▸', align: 'left' },
      ]
    : [];
  const half = (name: string, counts: number[]) =>
    `${counts.reduce((a, b) => a + b, 0)} ${name}, half of them above ${fixed(medianOf(histogram.edges, counts), 1)}`;
  const words = [
    `Scores: ${half('bona fide', histogram.bonaFide)}; ${half('attacks', histogram.attack)}`,
    ...(thresholds
      ? [`realface from ${fixed(thresholds.realface, 2)}, spoofface up to ${fixed(thresholds.spoofface, 2)}`]
      : []),
  ].join('; ');
  return draw(words, {
    height: 230,
    layer: [
      {
        data: { values: [...bars('attack', histogram.attack), ...bars('bona fide', histogram.bonaFide)] },
        mark: { type: 'bar', binSpacing: 0.5, opacity: 0.72 },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            bin: { binned: true },
            title: 'score; higher = more like bona fide',
          },
          x2: { field: 'to' },
          y: {
            field: 'share',
            type: 'quantitative',
            stack: null,
            title: 'share of the class',
            axis: { format: '%', tickCount: 5 },
          },
          color: {
            field: 'class',
            type: 'nominal',
            scale: { domain: ['bona fide', 'attack'], range: ['var(--bona)', 'var(--attack)'] },
            legend: { symbolType: 'square' },
          },
        },
      },
      {
        data: { values: lines },
        mark: { type: 'rule', strokeDash: [4, 3], stroke: 'var(--ink)' },
        encoding: { x: { field: 'at', type: 'quantitative' } },
      },
      ...lines.map(({ at, word, align }) => ({
        data: { values: [{ at, word }] },
        mark: {
          type: 'text' as const,
          align: align === 'left' ? ('left' as const) : ('right' as const),
          dx: align === 'left' ? 4 : -4,
          baseline: 'top' as const,
          fill: 'var(--ink)',
          fontSize: 11,
        },
        encoding: {
          x: { field: 'at', type: 'quantitative' as const },
          y: { value: 0 },
          text: { field: 'word', type: 'nominal' as const },
        },
      })),
    ],
  });
}

/** Detection error trade-off on normal-deviate axes, one curve a species. */
export function drawDet({ det: curves, species }: SectionFigures): Promise<Html> {
  const words = species.map((one) => `${one.species} ${percent(one.eer)}`).join(', ');
  const values = curves.flatMap(({ species, points }) =>
    points.map((point, order) => ({ species, order, ...point })),
  );
  const names = curves.map(({ species }) => species);
  const colours = names.map((name, index) =>
    name === WORST_SPECIES ? 'var(--ink)' : (CURVES[index % CURVES.length] ?? 'var(--ink)'),
  );
  const [low, high] = DET_RANGE;
  const deviate = (rate: string) => `quantileNormal(clamp(datum.${rate}, ${low}, ${high}))`;
  const axis = (field: string, title: string) => ({
    field,
    type: 'quantitative' as const,
    title,
    scale: {
      domain: { expr: `[quantileNormal(${low}), quantileNormal(${high})]` },
      zero: false,
      nice: false,
    },
    axis: {
      values: { expr: `[${DET_TICKS.map((tick) => `quantileNormal(${tick})`).join(', ')}]` },
      labelExpr: "format(cumulativeNormal(datum.value) * 100, '.0f') + ' %'",
    },
  });
  return draw(`Detection error trade-off, with an equal error rate of: ${words}`, {
    height: 330,
    data: { values },
    transform: [
      { calculate: deviate('apcer'), as: 'x' },
      { calculate: deviate('bpcer'), as: 'y' },
    ],
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: axis('x', 'APCER'),
      y: axis('y', 'BPCER'),
      order: { field: 'order', type: 'quantitative' },
      color: {
        field: 'species',
        type: 'nominal',
        scale: { domain: names, range: colours },
        legend: { symbolType: 'stroke', columns: 2 },
      },
      strokeDash: {
        field: 'species',
        type: 'nominal',
        scale: { domain: names, range: names.map((name) => (name === WORST_SPECIES ? [5, 3] : [1, 0])) },
        legend: { symbolType: 'stroke', columns: 2 },
      },
    },
  } as TopLevelSpec);
}

/** APCER of each species as bars with their intervals, worst first; BPCER as the last bar. */
export function drawErrorRates(figures: SectionFigures): Promise<Html> {
  const bar = (name: string, kind: string, { rate, n, interval }: Rate) => ({
    name: `${name} (${n})`,
    kind,
    rate,
    ...interval,
  });
  const values = [
    ...figures.species.map(({ species, error }) => bar(species, 'APCER', error)),
    bar('bona fide', 'BPCER', figures.bonaFide.error),
  ];
  const y = { field: 'name', type: 'nominal' as const, sort: null, title: null };
  const words = values.map(({ name, kind, rate }) => `${kind} ${name} ${percent(rate)}`).join(', ');
  return draw(`Error rates: ${words}`, {
    height: 40 + 30 * values.length,
    data: { values },
    encoding: {
      y: { ...y, axis: { labelColor: 'var(--ink)', labelFontSize: 12, ticks: false, domain: false } },
    },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.6 } },
        encoding: {
          x: {
            field: 'rate',
            type: 'quantitative',
            title: 'error rate, 95 % interval',
            axis: { format: '%', tickCount: 5 },
          },
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: ['APCER', 'BPCER'], range: ['var(--attack)', 'var(--bona)'] },
            legend: { symbolType: 'square' },
          },
        },
      },
      {
        mark: { type: 'rule', stroke: 'var(--ink)', strokeWidth: 1.5 },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      },
    ],
  });
}

/** What the scores promise against what came, on equal priors; the closer to the diagonal, the better. */
export function drawCalibration(bins: SectionFigures['calibration']): Promise<Html> {
  const axis = (field: string, title: string) => ({
    field,
    type: 'quantitative' as const,
    title,
    scale: { domain: [0, 1] },
    axis: { format: '%', tickCount: 5 },
  });
  const words = bins
    .map(({ predicted, observed }) => `${percent(predicted)} became ${percent(observed)}`)
    .join(', ');
  return draw(`Calibration, promised shares of bona fide and what they were: ${words}`, {
    height: 300,
    layer: [
      {
        data: {
          values: [
            { predicted: 0, observed: 0 },
            { predicted: 1, observed: 1 },
          ],
        },
        mark: { type: 'line', stroke: 'var(--line)', strokeDash: [4, 3] },
        encoding: {
          x: axis('predicted', 'bona fide, as the score promises'),
          y: axis('observed', 'bona fide, as it was'),
        },
      },
      {
        data: { values: bins },
        mark: { type: 'line', stroke: 'var(--bona)', point: { fill: 'var(--bona)', size: 50 } },
        encoding: { x: axis('predicted', ''), y: axis('observed', '') },
      },
    ],
  });
}

/** The score that half of a class lies above, to the bin; null for an empty class. */
function medianOf(edges: readonly number[], counts: readonly number[]): number | null {
  const all = counts.reduce((a, b) => a + b, 0);
  let below = 0;
  const bin = counts.findIndex((n) => (below += n) * 2 >= all);
  return all === 0 ? null : ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2;
}

/**
 * Compiles and draws a specification; the SVG takes its colours from the page and scales with its column. `words` tell what
 * it shows to who does not see it.
 */
async function draw(words: string, spec: object): Promise<Html> {
  // Loaded only now: they take longer to load than most commands take to run.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const whole = {
    width: WIDTH,
    padding: 4,
    autosize: { type: 'fit-x', contains: 'padding' },
    config: CONFIG,
    ...spec,
  } as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(whole).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const { text } = html` role="img" aria-label="${words}"`;
  return new Html(svg.replace(/ width="[\d.]+" height="[\d.]+"/, () => text));
}
