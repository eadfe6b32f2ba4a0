/**
 * Runs in a page: shows any state of the element at once, as its own view draws it, without a camera, a service or a person who
 * goes through a check.
 */
import type { Challenge, ChallengeStep } from '@bonafide/protocol';
import { startPlay, type Play } from '../../../packages/web/src/challenge-player.js';
import { startFlow, usesCamera, type Phase } from '../../../packages/web/src/flow.js';
import type { Hint } from '../../../packages/web/src/guide.js';
import { PROBLEMS, type Problem, type Resume } from '../../../packages/web/src/problems.js';
import { loadTexts } from '../../../packages/web/src/strings.js';
import { openView, type View } from '../../../packages/web/src/view.js';

/** What the driver of the page calls. */
export interface Gallery {
  /** Names of all states. */
  states: readonly string[];
  /** Shows a state in a language; resolves when it is drawn. */
  show(state: string, locale: string): Promise<void>;
  /** What cannot be read or reached in the state that is shown: a line each. */
  faults(): string[];
}

declare global {
  interface Window {
    gallery: Gallery;
  }
}

interface State {
  phase: Phase;
  /** The page asks for a check without coloured light. */
  noFlash?: boolean;
  cameras?: number;
  /** Time at which the play is painted, ms. */
  nowMs?: number;
}

/** A face that is smaller on the screen is hard to see, px. */
const SMALLEST_OVAL = 70;
const PREPARE_HINTS: readonly Hint[] = [
  'noFace',
  'severalFaces',
  'moveCloser',
  'moveBack',
  'moveLeft',
  'moveRight',
  'moveUp',
  'moveDown',
  'lookStraight',
  'levelHead',
  'moreLight',
  'lessLight',
  'blurred',
  'holdStill',
];
const OVALS = {
  near: { centreX: 0.54, centreY: 0.47, faceWidth: 0.6 },
  far: { centreX: 0.44, centreY: 0.55, faceWidth: 0.36 },
} as const;
const AT_REST = { yawDeg: 0, mouthGap: 0, mouthWidth: 0.6 };

const STATES: Readonly<Record<string, State>> = {
  consent: { phase: { name: 'consent' } },
  'consent-no-light': { phase: { name: 'consent' }, noFlash: true },
  opening: { phase: { name: 'opening', waitsFor: 'camera' } },
  'opening-files': { phase: { name: 'opening', waitsFor: 'files' } },
  ...Object.fromEntries(PREPARE_HINTS.map((hint) => [`prepare-${hint}`, { phase: preparing(hint) }])),
  'prepare-cameras': { phase: preparing('noFace'), cameras: 2 },
  ...Object.fromEntries(
    Object.entries(OVALS).flatMap(([name, place]) =>
      (['moveCloser', 'holdStill'] as const).map((hint) => [
        `oval-${name}-${hint}`,
        challenge(
          { kind: 'oval', id: 1, ...place, dwellMs: 600, timeoutMs: 9_000 },
          { hint, heldSinceMs: hint === 'holdStill' ? 0 : null },
          400,
        ),
      ]),
    ),
  ),
  ...Object.fromEntries(
    (['left', 'right'] as const).flatMap((side) =>
      ([side === 'left' ? 'turnLeft' : 'turnRight', 'turnMore'] as const).map((hint) => [
        `turn-${side}-${hint}`,
        challenge({ kind: 'turn', id: 1, side, yawDeg: 18, timeoutMs: 9_000 }, { hint }),
      ]),
    ),
  ),
  ...Object.fromEntries(
    (['smile', 'openMouth'] as const).map((expression) => [
      expression,
      challenge({ kind: 'expression', id: 1, expression, timeoutMs: 9_000 }, { hint: expression }),
    ]),
  ),
  ...Object.fromEntries(
    [-1, 0, 1, 2].map((colour) => [
      `light-${colour + 1}`,
      challenge(
        {
          kind: 'light',
          id: 1,
          leadInMs: 400,
          stepMs: 350,
          rampMs: 90,
          colours: [
            [255, 150, 150],
            [150, 255, 150],
            [150, 150, 255],
          ],
        },
        { colour, colourShownAtMs: 0, hint: 'keepLooking' },
        300,
      ),
    ]),
  ),
  'light-lost': challenge(
    { kind: 'light', id: 1, leadInMs: 400, stepMs: 350, rampMs: 90, colours: [[255, 150, 150]] },
    { colour: 0, colourShownAtMs: 0, hint: 'noFace' },
    300,
  ),
  uploading: { phase: { name: 'uploading', progress: 0.4, retries: 0 } },
  'waiting-offline': { phase: { name: 'waiting', why: 'offline', retries: 1 } },
  'waiting-busy': { phase: { name: 'waiting', why: 'busy', retries: 1 } },
  done: { phase: { name: 'done', resultId: '', digest: '' } },
  ...Object.fromEntries(problems().map((phase) => [`problem-${phase.problem}-${phase.resume}`, { phase }])),
};

function preparing(hint: Hint): Phase {
  return { name: 'preparing', sinceMs: 0, hint, readySinceMs: null, last: null, ready: [] };
}

function challenge(step: ChallengeStep, more: Partial<Play>, nowMs = 0): State {
  const whole: Challenge = {
    schema: 'bonafide-challenge/1',
    steps: [{ kind: 'oval', id: 0, ...OVALS.near, dwellMs: 600, timeoutMs: 9_000 }, step],
  };
  // Steps that are no ovals stay where the last one was.
  return {
    phase: { name: 'challenge', play: { ...startPlay(whole, AT_REST), index: 1, shownAtMs: 0, ...more } },
    nowMs,
  };
}

/** One of each text, and one that ends the check although it could be tried again. */
function problems(): { name: 'problem'; problem: Problem; resume: Resume }[] {
  const texts = new Set<string>();
  const all = (Object.keys(PROBLEMS) as Problem[]).map((problem) => ({
    name: 'problem' as const,
    problem,
    resume: PROBLEMS[problem].resume,
  }));
  const first = all.filter(
    ({ problem }) => !texts.has(PROBLEMS[problem].text) && texts.add(PROBLEMS[problem].text),
  );
  return [...first, { name: 'problem', problem: 'turnTimedOut', resume: 'none' }];
}

const film = openFilm();
const host = document.querySelector('bonafide-liveness');
if (!host) throw new Error('expected a place for the element');
const root = host.attachShadow({ mode: 'open' });
let view: View | null = null;

window.gallery = {
  states: Object.keys(STATES),
  async show(name, locale) {
    const state = STATES[name];
    if (!state) throw new Error(`there is no state ${name}`);
    view?.close();
    const texts = await loadTexts('/web/assets/', locale, AbortSignal.timeout(10_000));
    const nothing = () => undefined;
    view = openView(
      root,
      texts,
      { light: !state.noFlash, reducedMotion: false },
      { agree: nothing, retry: nothing, cancel: nothing, chooseCamera: nothing },
    );
    const cameras = Array.from({ length: state.cameras ?? 1 }, (_, k) => ({
      deviceId: String(k),
      label: `FaceTime HD Camera of the left display, number ${k}`,
    }));
    view.setCameras(cameras, '0');
    view.video.srcObject = await film;
    if (usesCamera(state.phase)) await view.video.play();
    view.show({ ...startFlow(true), phase: state.phase });
    if (state.phase.name === 'challenge') view.paint(state.phase.play, state.nowMs ?? 0);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  },
  faults,
};

/** The camera's stream: a still picture of a person. The page's policy allows no pictures, but calls. */
async function openFilm(): Promise<MediaStream> {
  const picture = await createImageBitmap(await (await fetch('/face.png')).blob());
  const { width, height } = picture;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const stream = canvas.captureStream();
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  return stream;
}

function faults(): string[] {
  const dialog = root.querySelector('dialog');
  if (!dialog) return ['nothing is shown'];
  const found: string[] = [];
  const visible = [...dialog.querySelectorAll<HTMLElement>('h2, p, button, label, select, progress')].filter(
    // What a pixel of is left is for screen readers.
    (element) => element.checkVisibility() && !element.closest('.spoken') && element.clientWidth > 1,
  );
  for (const element of visible) {
    const name = `${element.localName}.${element.className} "${element.textContent.slice(0, 30)}"`;
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    if (left < -0.5 || right > innerWidth + 0.5) found.push(`${name} is beside the screen`);
    if (
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 0 &&
      element.localName !== 'select'
    )
      found.push(`${name} is cut off`);
    // What lies below is reached by scrolling, in the panel alone.
    if (!element.closest('.panel') && (top < -0.5 || bottom > innerHeight + 0.5))
      found.push(`${name} is above or below the screen`);
    if (element.localName === 'button' && Math.min(width, height) < 44)
      found.push(`${name} is too small to touch`);
  }
  const panel = dialog.querySelector('.panel');
  if (
    panel?.checkVisibility() &&
    panel.scrollHeight > panel.clientHeight + 1 &&
    getComputedStyle(panel).overflowY !== 'auto'
  )
    found.push('the panel does not scroll');
  const stage = dialog.querySelector('.stage');
  const oval = dialog.querySelector('.oval');
  if (stage?.checkVisibility() && oval) {
    const around = stage.getBoundingClientRect();
    const { left, right, top, bottom, height } = oval.getBoundingClientRect();
    if (
      left < around.left - 1 ||
      right > around.right + 1 ||
      top < around.top - 1 ||
      bottom > around.bottom + 1
    )
      found.push('the oval leaves the stage');
    if (height < SMALLEST_OVAL) found.push(`the oval is ${Math.round(height)} px high`);
  }
  return found;
}
