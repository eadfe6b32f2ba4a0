/**
 * Runs in the test's page before everything else: the camera films a simulated person, who sees the page and does what it
 * shows. They know nothing else of the check: no challenge, no nonce, no message of the service.
 */
import { AT_REST, type PersonState } from '@bonafide/simulator';
import { slowClock } from './clock.js';
import type { DrawRequest, PersonOptions } from './worker.js';

/** What a test may ask of the person. */
export interface PersonControl {
  /** False: stands still whatever the page shows. */
  obeys: boolean;
  /** False: nobody is before the camera. */
  present: boolean;
  /** Pictures drawn so far. */
  drawn: number;
  /** Ends the camera as pulling its plug does. */
  unplug(): void;
  /** Turns the device: width and height change places. */
  rotate(): void;
  ready: Promise<void>;
}

declare global {
  interface Window {
    person: PersonControl;
  }
}

/** What can be seen on the page. */
interface Seen {
  hint: string;
  step: string;
  /** The oval as the person sees it around their mirrored picture, in coordinates of the unmirrored frame. */
  oval: { centreX: number; centreY: number; width: number } | null;
  /** 8-bit sRGB of the coloured page. */
  colour: readonly number[] | null;
}

/** Light of a white screen on the face as a share of full exposure. */
const SCREEN_SHARE = 0.15;
/** A movement closes 63 % of the way in so long, ms. */
const PACE_MS = 170;
/** How far the head is turned first, and how fast it turns on where that was not enough. */
const TURN_DEG = 24;
const FURTHER_DEG = 12;
const size: PersonOptions = { seed: 11, width: 480, height: 640 };

const clock = slowClock();
const canvas = document.createElement('canvas');
Object.assign(canvas, { width: size.width, height: size.height });
const context = canvas.getContext('2d');
const worker = new Worker('/person/worker.js', { type: 'module' });
const state: PersonState = { ...AT_REST };
/** Share of the way to a distance that is as good as there. */
const ARRIVED = 0.04;
/** Turn of the head that is aimed for, to the person's left. */
let turnTo = 0;
/** How the person corrects what the hints still find wrong. */
const correction = { width: 0, x: 0, y: 0 };
let streams: MediaStream[] = [];
let drawnAtMs = performance.now();

const control: PersonControl = {
  obeys: true,
  present: true,
  drawn: 0,
  unplug: () => {
    for (const track of streams.flatMap((stream) => stream.getTracks())) {
      track.stop();
      // A page that stops a track itself hears nothing of it; of a pulled plug it does.
      track.dispatchEvent(new Event('ended'));
    }
  },
  rotate: () => void Object.assign(canvas, { width: size.height, height: size.width }),
  ready: new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<ImageData | 'ready'>) => {
      if (data === 'ready') resolve();
      else show(data);
      request();
    };
  }),
};
window.person = control;
worker.postMessage(size);

navigator.mediaDevices.getUserMedia = async () => {
  await control.ready;
  const stream = canvas.captureStream(30);
  streams = [...streams, stream];
  return stream;
};

function show(picture: ImageData): void {
  control.drawn++;
  clock.tick();
  if (control.present) context?.putImageData(picture, 0, 0);
  else {
    if (context) context.fillStyle = '#888';
    context?.fillRect(0, 0, canvas.width, canvas.height);
  }
}

function request(): void {
  const nowMs = performance.now();
  const seen = look();
  if (control.obeys) move(seen, nowMs - drawnAtMs);
  drawnAtMs = nowMs;
  const screen = (seen.colour ?? [40, 40, 40]).map((value) => SCREEN_SHARE * linear(value));
  const [red = 0, green = 0, blue = 0] = screen;
  const message: DrawRequest = { state, screen: [red, green, blue] };
  worker.postMessage(message);
}

function look(): Seen {
  const root = document.querySelector('bonafide-liveness')?.shadowRoot;
  const dialog = root?.querySelector('dialog');
  const video = root?.querySelector('video');
  const ellipse = root?.querySelector<SVGElement>('.oval');
  const number = (name: string) => Number(ellipse?.getAttribute(name));
  const px = (text: string | undefined) => parseFloat(text ?? '');
  const [left, top] = [px(video?.style.left), px(video?.style.top)];
  const [width, height] = [px(video?.style.width), px(video?.style.height)];
  const colour = root?.querySelector<SVGElement>('.mask')?.style.getPropertyValue('--bonafide-light') ?? '';
  return {
    hint: dialog?.dataset['hint'] ?? '',
    step: dialog?.dataset['step'] ?? '',
    oval:
      width > 0 && dialog?.dataset['phase'] === 'challenge'
        ? {
            centreX: 1 - (number('cx') - left) / width,
            centreY: (number('cy') - top) / height,
            width: (2 * number('rx')) / Math.min(width, height),
          }
        : null,
    colour: colour === '' ? null : (colour.match(/\d+/g) ?? []).map(Number),
  };
}

/** Moves towards what is shown, as far as a person gets in the time since the last picture. */
function move({ hint, step, oval }: Seen, elapsedMs: number): void {
  const part = 1 - Math.exp(-elapsedMs / PACE_MS);
  const towards = (key: Exclude<keyof PersonState, 'shake' | 'gaze'>, target: number) => {
    state[key] += (target - state[key]) * part;
  };
  const rate = elapsedMs / 1000;
  const place = oval ?? { centreX: 0.5, centreY: 0.5, width: 0.42 };
  // Who is still on the way needs no correction.
  if (Math.abs(state.faceWidth / (place.width * (1 + correction.width)) - 1) < ARRIVED) correct(hint, rate);
  towards('faceCentreX', place.centreX + correction.x);
  towards('faceCentreY', place.centreY + correction.y);
  towards('faceWidth', place.width * (1 + correction.width));
  const turns = step === 'turn' && hint !== 'turnBack' && hint !== 'noFace';
  if (hint === 'turnLeft') turnTo = TURN_DEG;
  if (hint === 'turnRight') turnTo = -TURN_DEG;
  if (hint === 'turnMore') turnTo += Math.sign(turnTo) * FURTHER_DEG * rate;
  towards('yawDeg', turns ? turnTo : 0);
  towards('smile', hint === 'smile' ? 1 : 0);
  towards('mouthOpen', hint === 'openMouth' ? 1 : 0);
}
/** Moves a little further while a hint says so. The subject's left is at the right of the unmirrored frame. */
function correct(hint: string, rate: number): void {
  if (hint === 'moveCloser') correction.width += 0.15 * rate;
  if (hint === 'moveBack') correction.width -= 0.15 * rate;
  if (hint === 'moveLeft') correction.x += 0.05 * rate;
  if (hint === 'moveRight') correction.x -= 0.05 * rate;
  if (hint === 'moveUp') correction.y -= 0.05 * rate;
  if (hint === 'moveDown') correction.y += 0.05 * rate;
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
