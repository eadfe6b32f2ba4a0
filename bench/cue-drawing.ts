// Draws panels of lines and dots beside one another, on the same axes, as an SVG.

/** One line or row of dots: its name in the legend and its points. */
export interface Series {
  name: string;
  dots?: boolean;
  points: (readonly [x: number, y: number])[];
}

/** What is measured along the axes, and what the whole shows. */
export interface Axes {
  title: string;
  x: string;
  y: string;
}

/** A name, what was made of it in words, and what is drawn. */
export interface Panel {
  name: string;
  verdict: string;
  series: Series[];
}

const PANEL = { width: 400, height: 210, left: 52, top: 62, gap: 40 };
const COLOURS = ['#1f5fa8', '#c2410c'];

export function drawPanels(axes: Axes, panels: readonly Panel[]): string {
  const points = panels.flatMap(({ series }) => series.flatMap((one) => one.points));
  const xRange = nice(points.map(([x]) => x));
  const yRange = nice(points.map(([, y]) => y));
  const width = 2 * PANEL.width + PANEL.left * 2 + PANEL.gap;
  const height = PANEL.top + PANEL.height + 78;
  const body = panels.map((panel, k) =>
    panelOf(panel, axes, PANEL.left + k * (PANEL.width + PANEL.left + PANEL.gap - 20), xRange, yRange),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(axes.title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${PANEL.left}" y="22" font-size="15" font-weight="600" fill="#111827">${escape(axes.title)}</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function panelOf(
  { name, verdict, series }: Panel,
  { x: xLabel, y: yLabel }: Axes,
  left: number,
  across: Range,
  up: Range,
): string {
  const { width, height, top } = PANEL;
  const { low: from, high: to } = across;
  const { low, high } = up;
  const px = (x: number) => round(left + ((x - from) / (to - from)) * width);
  const py = (y: number) => round(top + height - ((y - low) / (high - low)) * height);
  const grid = up.ticks.map(
    (y) =>
      `<line x1="${left}" x2="${left + width}" y1="${py(y)}" y2="${py(y)}" stroke="#e5e7eb"/>` +
      `<text x="${left - 6}" y="${py(y) + 4}" text-anchor="end" fill="#4b5563">${short(y)}</text>`,
  );
  const below = across.ticks.map(
    (x) =>
      `<text x="${px(x)}" y="${top + height + 17}" text-anchor="middle" fill="#4b5563">${short(x)}</text>`,
  );
  const lines = series.map(({ points, dots }, k) => {
    const colour = COLOURS[k % COLOURS.length] ?? '#000000';
    const marks = points
      .map(([x, y]) => `<circle cx="${px(x)}" cy="${py(y)}" r="3.2" fill="${colour}"/>`)
      .join('');
    if (dots) return marks;
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([x, y]) => `${px(x)},${py(y)}`).join(' ')}"/>${points.length < 12 ? marks : ''}`;
  });
  const legend = series.map(
    ({ name: label }, k) =>
      `<rect x="${left + k * 130}" y="${top + height + 44}" width="11" height="11" fill="${COLOURS[k % COLOURS.length] ?? ''}"/>` +
      `<text x="${left + k * 130 + 16}" y="${top + height + 54}" fill="#111827">${escape(label)}</text>`,
  );
  const nothing = series.every(({ points }) => points.length === 0)
    ? `<text x="${left + width / 2}" y="${top + height / 2}" text-anchor="middle" fill="#4b5563">nothing to draw</text>`
    : '';
  return [
    `<text x="${left}" y="42" font-weight="600" fill="#111827">${escape(name)}</text>`,
    `<text x="${left}" y="56" fill="#4b5563">${escape(verdict)}</text>`,
    ...grid,
    ...below,
    `<text x="${left + width}" y="${top + height + 32}" text-anchor="end" fill="#4b5563">${escape(`${xLabel}; up: ${yLabel}`)}</text>`,
    ...lines,
    ...(series.length > 1 ? legend : []),
    nothing,
  ].join('\n');
}

/** A range that holds all values, and round numbers in it to name. */
interface Range {
  low: number;
  high: number;
  ticks: number[];
}

/** From one round number to another, from 0 where all values lie above; 0 to 1 for none. */
function nice(values: readonly number[]): Range {
  const low = Math.min(0, ...values);
  const high = values.length > 0 ? Math.max(...values) : 1;
  const rough = (high - low || 1) / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ten * ([1, 2, 5].find((one) => one * ten >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
  return { low: first * step, high: last * step, ticks };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
