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
import { drawPanels, type Axes, type Panel, type Series } from './cue-drawing.js';

type Evidence = Record<string, number | string | (number | null)[]>;

interface Size {
  width: number;
  height: number;
}

/** What is drawn of a cue. */
interface Picture extends Axes {
  cue: string;
  /** Where it is not the cue's only picture. */
  file?: string;
  attack: string;
  /** Seed of the attack. */
  seed: number;
  /** Of both clips, px; the simulator's own when left out. */
  size?: Size;
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
        drawPanels(picture, [
          panelOf('Simulated person', person, picture),
          panelOf(`Simulated attack: ${picture.attack}`, attack, picture),
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

function panelOf(name: string, report: CueReport | undefined, { series }: Picture): Panel {
  const outcome = report?.outcome;
  const evidence: Evidence = outcome && 'evidence' in outcome && outcome.evidence ? outcome.evidence : {};
  return { name, verdict: describe(report), series: series(evidence) };
}

function describe(report: CueReport | undefined): string {
  const outcome = report?.outcome;
  if (!outcome) return 'not measured';
  if (outcome.status !== 'scored') return outcome.reason;
  return outcome.veto ? outcome.veto.text : `log-likelihood ratio ${outcome.llr.toFixed(2)}`;
}
