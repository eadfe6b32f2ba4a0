// Draws what each cue measured on a simulated person and on a simulated attack, for docs/cues. Same seeds, same pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CUES, createEngine, loadPolicy, openLocalInference, type CueReport } from '@bonafide/engine';
import { renderClip, requestOf, type Session } from '../packages/cli/src/simulate.js';

type Evidence = Record<string, number | string | (number | null)[]>;

/** One line or row of dots: its name in the legend and its points. */
interface Series {
  name: string;
  dots?: boolean;
  points: (readonly [x: number, y: number])[];
}

/** What is drawn of a cue. */
interface Picture {
  cue: string;
  attack: string;
  /** Seed of the attack. */
  seed: number;
  title: string;
  x: string;
  y: string;
  series(evidence: Evidence): Series[];
}

/** A person whose head has room to approach, before a wall with something on it. */
const PERSON_SEED = 2;

const listOf = (evidence: Evidence, name: string) => {
  const value = evidence[name];
  return Array.isArray(value) ? value.map((one) => one ?? NaN) : [];
};
const over = (xs: readonly number[], ys: readonly number[]) =>
  xs.flatMap((x, k) => {
    const y = ys[k] ?? NaN;
    return Number.isFinite(x + y) ? [[x, y] as const] : [];
  });
const inSeconds = (evidence: Evidence) => listOf(evidence, 'timeMs').map((time) => time / 1000);
const counted = (values: readonly number[]) => values.map((_, k) => k);
/** Both of the same height, so that only the course counts. */
const level = (values: readonly number[]) => {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const most = Math.max(...known.map((value) => Math.abs(value - mean)));
  return values.map((value) => (value - mean) / (most || 1));
};

const PICTURES: readonly Picture[] = [
  {
    cue: 'challenge',
    attack: 'inject-video',
    seed: 2,
    title: 'Width of the face and turn of the head over the steps',
    x: 's',
    y: 'width (share of the frame), yaw / 90 degrees',
    series: (evidence) => [
      { name: 'width', points: over(inSeconds(evidence), listOf(evidence, 'faceWidth')) },
      {
        name: 'yaw / 90°',
        points: over(
          inSeconds(evidence),
          listOf(evidence, 'yawDeg').map((yaw) => yaw / 90),
        ),
      },
    ],
  },
  {
    cue: 'integrity',
    attack: 'inject-loop',
    seed: 2,
    title: 'Change from frame to frame',
    x: 'frame',
    y: 'mean change of luma',
    series: (evidence) => [
      { name: 'change', points: over(counted(listOf(evidence, 'change')), listOf(evidence, 'change')) },
    ],
  },
  {
    cue: 'light',
    attack: 'inject-video',
    seed: 2,
    title: "Red of the skin against the screen's, levelled",
    x: 's',
    y: 'log(red / green)',
    series: (evidence) => [
      { name: 'screen', points: over(inSeconds(evidence), level(listOf(evidence, 'screenRed'))) },
      { name: 'skin', dots: true, points: over(inSeconds(evidence), level(listOf(evidence, 'skinRed'))) },
    ],
  },
  {
    cue: 'expression',
    attack: 'mask-matt',
    seed: 2,
    title: 'What the expression asks to grow',
    x: 's',
    y: 'distances between the eyes',
    series: (evidence) => [
      { name: 'mouth', points: over(inSeconds(evidence), listOf(evidence, 'value')) },
      {
        name: 'needed',
        points: inSeconds(evidence).flatMap((time) =>
          typeof evidence['needed'] === 'number' ? [[time, evidence['needed']] as const] : [],
        ),
      },
    ],
  },
  {
    cue: 'parallax',
    attack: 'print-flat',
    seed: 1,
    title: 'Movement that only depth explains',
    x: 'motion between two frames',
    y: '% of the distance between the eyes',
    series: (evidence) => [
      {
        name: 'depth',
        dots: true,
        points: over(listOf(evidence, 'pairMotion'), listOf(evidence, 'pairDepth')),
      },
      {
        name: 'beyond a bend',
        dots: true,
        points: over(listOf(evidence, 'pairMotion'), listOf(evidence, 'pairDepthBeyondBend')),
      },
    ],
  },
  {
    cue: 'surroundings',
    attack: 'print-bent',
    seed: 2,
    title: 'Places around the face that grow with it, and that stay',
    x: 'pair of frames',
    y: 'places',
    series: (evidence) => [
      {
        name: 'with the face',
        points: over(counted(listOf(evidence, 'withFace')), listOf(evidence, 'withFace')),
      },
      {
        name: 'with the room',
        points: over(counted(listOf(evidence, 'withRoom')), listOf(evidence, 'withRoom')),
      },
    ],
  },
  {
    cue: 'texture',
    attack: 'laptop-still',
    seed: 1,
    title: 'Strongest frequencies of the skin, against others as fine',
    x: 'frame',
    y: 'deviations',
    series: (evidence) => [
      { name: 'strength', points: over(listOf(evidence, 'frames'), listOf(evidence, 'frameStrength')) },
    ],
  },
  {
    cue: 'pad-networks',
    attack: 'print-flat',
    seed: 1,
    title: 'Scores of both networks (a rendered face is not what they were made for)',
    x: 'frame',
    y: 'log-odds',
    series: (evidence) => [
      { name: 'four crops', points: over(listOf(evidence, 'frames'), listOf(evidence, 'fp4')) },
      { name: 'tree', dots: true, points: over(listOf(evidence, 'frames'), listOf(evidence, 'd8l')) },
    ],
  },
];

/** Draws all pictures, or those of some cues, into a folder. */
export async function drawCues(modelsFolder: string, folder: string, only: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const inference = await openLocalInference(modelsFolder);
  const policy = loadPolicy();
  const session: Session = { mode: 'PassiveActive', light: true };
  const clips = new Map<string, ReturnType<typeof renderClip>>();
  const clipOf = (scenario: string, seed: number) => {
    const name = `${scenario} ${seed}`;
    const clip = clips.get(name) ?? renderClip(requestOf(scenario, seed, session, {}));
    clips.set(name, clip);
    return clip;
  };
  // Each cue by itself: a veto would spare what is to be drawn.
  const measure = async (scenario: string, seed: number, cue: string): Promise<CueReport | undefined> => {
    const { file, companion } = await clipOf(scenario, seed);
    const engine = createEngine(
      inference,
      policy,
      CUES.filter(({ name }) => name === cue),
    );
    const { sessionId, nonce, challenge, metadata } = companion;
    const analysis = await engine.analyse({
      content: file,
      capture: { sessionId, nonce, challenge, metadata },
      allowUnbound: false,
      allowStill: false,
    });
    return analysis.cues[0];
  };
  try {
    for (const picture of PICTURES.filter(({ cue }) => only.length === 0 || only.includes(cue))) {
      const person = await measure('live', PERSON_SEED, picture.cue);
      const attack = await measure(picture.attack, picture.seed, picture.cue);
      writeFileSync(
        join(folder, `${picture.cue}.svg`),
        draw(picture, [
          { name: 'Simulated person', report: person },
          { name: `Simulated attack: ${picture.attack}`, report: attack },
        ]),
      );
      console.log(`${picture.cue}: ${describe(person)} | ${describe(attack)}`);
    }
  } finally {
    await inference.close();
  }
}

function describe(report: CueReport | undefined): string {
  const outcome = report?.outcome;
  if (!outcome) return 'not measured';
  if (outcome.status !== 'scored') return outcome.reason;
  return outcome.veto ? outcome.veto.text : `log-likelihood ratio ${outcome.llr.toFixed(2)}`;
}

const PANEL = { width: 400, height: 210, left: 52, top: 62, gap: 40 };
const COLOURS = ['#1f5fa8', '#c2410c'];

function draw(picture: Picture, panels: readonly { name: string; report: CueReport | undefined }[]): string {
  const drawn = panels.map(({ name, report }) => {
    const outcome = report?.outcome;
    const evidence: Evidence = outcome && 'evidence' in outcome && outcome.evidence ? outcome.evidence : {};
    return { name, verdict: describe(report), series: picture.series(evidence) };
  });
  const points = drawn.flatMap(({ series }) => series.flatMap((one) => one.points));
  const yRange = nice(points.map(([, y]) => y));
  const width = 2 * PANEL.width + PANEL.left * 2 + PANEL.gap;
  const height = PANEL.top + PANEL.height + 78;
  const body = drawn.map((panel, k) =>
    panelOf(panel, picture, PANEL.left + k * (PANEL.width + PANEL.left + PANEL.gap - 20), yRange),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(picture.title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${PANEL.left}" y="22" font-size="15" font-weight="600" fill="#111827">${escape(picture.title)}</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function panelOf(
  { name, verdict, series }: { name: string; verdict: string; series: Series[] },
  { x: xLabel, y: yLabel }: Picture,
  left: number,
  [low, high]: readonly [number, number],
): string {
  const { width, height, top } = PANEL;
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const [from, to] = nice(xs);
  const px = (x: number) => round(left + ((x - from) / (to - from)) * width);
  const py = (y: number) => round(top + height - ((y - low) / (high - low)) * height);
  const ticks = (a: number, b: number) => [0, 1, 2, 3, 4].map((k) => a + (k * (b - a)) / 4);
  const grid = ticks(low, high).map(
    (y) =>
      `<line x1="${left}" x2="${left + width}" y1="${py(y)}" y2="${py(y)}" stroke="#e5e7eb"/>` +
      `<text x="${left - 6}" y="${py(y) + 4}" text-anchor="end" fill="#4b5563">${short(y)}</text>`,
  );
  const below = ticks(from, to).map(
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
  const nothing =
    xs.length === 0
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

/** A range that holds all values with a little room; 0 to 1 for none. */
function nice(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values, ...(Math.min(...values) > 0 ? [0] : [])), Math.max(...values)];
  const room = (high - low || 1) * 0.06;
  return [low === 0 ? 0 : low - room, high + room];
}

function short(value: number): string {
  return String(Math.abs(value) >= 10 ? Math.round(value) : Math.round(value * 100) / 100);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
