// Draws what each cue measured on a simulated person and on a simulated attack, for docs/cues. Same seeds, same pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CUES,
  createEngine,
  loadPolicy,
  openLocalInference,
  type CueReport,
  type Inference,
} from '@bonafide/engine';
import type { Companion } from '@bonafide/protocol';
import { renderClip, requestOf, type Session } from '../packages/cli/src/simulate.js';
import { cameraTimes } from '../packages/engine/src/cues/camera-times.js';
import { residual } from '../packages/engine/src/cues/least-squares.js';
import { timelineOf } from '../packages/engine/src/cues/light-fit.js';
import {
  answersOf,
  darknessOf,
  readPlaces,
  smoothTerms,
  type Places,
} from '../packages/engine/src/cues/light-places.js';
import { formOf } from '../packages/engine/src/cues/light-relief.js';
import type { FaceFrame } from '../packages/engine/src/face.js';

type Evidence = Record<string, number | string | (number | null)[]>;

interface Size {
  width: number;
  height: number;
}

/** One line or row of dots: its name in the legend and its points. */
interface Series {
  name: string;
  dots?: boolean;
  points: (readonly [x: number, y: number])[];
}

/** What is drawn of a cue. */
interface Picture {
  cue: string;
  /** Where it is not the cue's only picture. */
  file?: string;
  attack: string;
  /** Seed of the attack. */
  seed: number;
  /** Of both clips, px; the simulator's own when left out. */
  size?: Size;
  title: string;
  x: string;
  y: string;
  series(evidence: Evidence): Series[];
}

/** A person whose head has room to approach, before a wall with something on it. */
const PERSON_SEED = 1006;

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
    seed: 1001,
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
    seed: 1001,
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
    seed: 1005,
    title: "Red of the skin against the screen's, levelled",
    x: 's',
    y: 'log(red / green)',
    series: (evidence) => [
      { name: 'screen', points: over(inSeconds(evidence), level(listOf(evidence, 'screenRed'))) },
      { name: 'skin', dots: true, points: over(inSeconds(evidence), level(listOf(evidence, 'skinRed'))) },
    ],
  },
  {
    cue: 'light',
    file: 'light-relief',
    attack: 'cutout-worn',
    seed: 1001,
    title: 'How the light of 400 places of the face deviates, and what the form of the face says of it',
    x: 'by slopes and depth, shares of the response',
    y: 'measured',
    series: (evidence) => [
      {
        name: 'a place',
        dots: true,
        points: over(listOf(evidence, 'reliefByForm'), listOf(evidence, 'reliefSeen')),
      },
    ],
  },
  {
    cue: 'expression',
    attack: 'mask-matt',
    seed: 1004,
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
    seed: 1004,
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
    seed: 1004,
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
    seed: 1006,
    // The camera's usual 480 px do not show a panel's grid.
    size: { width: 900, height: 1200 },
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
    seed: 1004,
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
  const local = await openLocalInference(modelsFolder);
  const watched: Lit[] = [];
  const inference: Inference = {
    async run(kind, input, signal) {
      const value = await local.run(kind, input, signal);
      const [seen] = input && 'cue' in input && input.cue === 'light' ? input.frames : [];
      if (seen?.face)
        watched.push({ seen: { ...seen, face: seen.face }, places: readPlaces(seen, seen.face) });
      return value;
    },
    close: () => local.close(),
  };
  const policy = loadPolicy();
  const session: Session = { mode: 'PassiveActive', light: true };
  const clips = new Map<string, ReturnType<typeof renderClip>>();
  const clipOf = (scenario: string, seed: number, size?: Size) => {
    const name = `${scenario} ${seed} ${size?.width}`;
    const clip = clips.get(name) ?? renderClip(requestOf(scenario, seed, session, size ? { size } : {}));
    clips.set(name, clip);
    return clip;
  };
  // Each cue by itself: a veto would spare what is to be drawn.
  const measure = async (
    scenario: string,
    seed: number,
    { cue, size }: Picture,
  ): Promise<CueReport | undefined> => {
    const { file, companion } = await clipOf(scenario, seed, size);
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
    const [report] = analysis.cues;
    if (cue !== 'light' || report?.outcome.status === 'failed' || !report?.outcome.evidence) return report;
    const relief = readRelief(watched.splice(0), companion, report.outcome.evidence);
    return { ...report, outcome: { ...report.outcome, evidence: { ...report.outcome.evidence, ...relief } } };
  };
  try {
    for (const picture of PICTURES.filter(({ cue }) => only.length === 0 || only.includes(cue))) {
      const person = await measure('live', PERSON_SEED, picture);
      const attack = await measure(picture.attack, picture.seed, picture);
      writeFileSync(
        join(folder, `${picture.file ?? picture.cue}.svg`),
        draw(picture, [
          { name: 'Simulated person', report: person },
          { name: `Simulated attack: ${picture.attack}`, report: attack },
        ]),
      );
      console.log(`${picture.file ?? picture.cue}: ${describe(person)} | ${describe(attack)}`);
    }
  } finally {
    await inference.close();
  }
}

/** A frame of the light step, and the light of its places. */
interface Lit {
  seen: FaceFrame;
  places: Places;
}

/** What form explains of each place's response, and what was seen of it; whatever changes slowly is taken off both. */
function readRelief(
  lit: readonly Lit[],
  { challenge, metadata }: Companion,
  { lagMs, response }: Evidence,
): Evidence {
  const step = challenge.steps.find(({ kind }) => kind === 'light');
  const middle = lit[lit.length >> 1];
  if (step?.kind !== 'light' || !middle || typeof lagMs !== 'number' || typeof response !== 'number')
    return {};
  const { mesh } = middle.seen.face;
  const times = cameraTimes(metadata.frames);
  const timeline = timelineOf(
    lit.map(({ seen }) => times[seen.frame.index] ?? NaN),
    lagMs,
    step,
    metadata.light,
  );
  const form = formOf(mesh);
  const places = lit.map((one) => one.places);
  const answers = answersOf(places, mesh, timeline, step.colours, response).quiet;
  const values = answers.map((answer) => answer.response);
  const even = answers.map((answer) => [...smoothTerms(answer), darknessOf(answer)]);
  const formed = answers.map((answer, k) => [...(even[k] ?? []), ...(form[answer.number] ?? []), answer.z]);
  const [without, whole] = [residual(even, values), residual(formed, values)];
  if (!without || !whole) return {};
  return {
    reliefSeen: without.rest,
    reliefByForm: without.rest.map((rest, k) => rest - (whole.rest[k] ?? NaN)),
  };
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
  const xRange = nice(points.map(([x]) => x));
  const yRange = nice(points.map(([, y]) => y));
  const width = 2 * PANEL.width + PANEL.left * 2 + PANEL.gap;
  const height = PANEL.top + PANEL.height + 78;
  const body = drawn.map((panel, k) =>
    panelOf(panel, picture, PANEL.left + k * (PANEL.width + PANEL.left + PANEL.gap - 20), xRange, yRange),
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
