/** What a simulated person sees on the page and does about it, at the pace of a person. */
import { AT_REST, type PersonState } from '@bonafide/simulator';
import { between, type Random } from '../../../packages/simulator/src/random.js';

/** A person before the camera. */
export interface Actor {
  /** Goes on for so long and tells how they are then. */
  act(atMs: number, elapsedMs: number): PersonState;
  /** Linear light of the screen on the face, 1 = white paper in full exposure. */
  screen(): [number, number, number];
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

type Channel = Exclude<keyof PersonState, 'shake' | 'gaze'>;

/** From what a person sees to what they do, ms. */
const REACTION_MS = [180, 260] as const;
/** Movements are those of a critically damped spring of so many radians a second: nine tenths of a way in 0.5 to 0.65 s. */
const STIFFNESS = [6, 8] as const;
/** A mouth is quicker than a head: nine tenths in 0.3 s. */
const MOUTH_STIFFNESS = 12;
/** Who is asked for an expression for longer than 0.8 s makes more of it, so much a second, up to half as much again. */
const EXPRESSION_PATIENCE = 0.8;
const MORE_EXPRESSION = 0.6;
/** A spring is followed in steps of this, s. */
const SPRING_STEP = 0.004;
/** How far the head is turned first, and how fast it turns on where that was not enough, degrees (a second). */
const TURN_DEG = [24, 30] as const;
const FURTHER_DEG = 15;
/** Share of the way to a distance that is as good as there. */
const ARRIVED = 0.06;
/** Light of a white screen on the face as a share of full exposure. */
const SCREEN_SHARE = 0.15;
/** Where a person waits that is shown no oval. */
const MIDDLE = { centreX: 0.5, centreY: 0.5, width: 0.42 };

/** @param obeys false: stands still whatever the page shows */
export function createActor(random: Random, obeys: () => boolean): Actor {
  const state: PersonState = { ...AT_REST };
  const speeds = new Map<Channel, number>();
  const reactionMs = between(random, ...REACTION_MS);
  const stiffness = between(random, ...STIFFNESS);
  const turnDeg = between(random, ...TURN_DEG);
  /** Turn of the head that is aimed for, to the person's left. */
  let turnTo = 0;
  /** For how long an expression was asked for, s. */
  let asked = 0;
  /** How the person corrects what the hints still find wrong. */
  const correction = { width: 0, x: 0, y: 0 };
  let glances: { atMs: number; seen: Seen }[] = [];
  let colour: readonly number[] | null = null;

  function move({ hint, step, oval }: Seen, elapsedMs: number): void {
    const seconds = elapsedMs / 1000;
    const place = oval ?? MIDDLE;
    const width = place.width * (1 + correction.width);
    // Who is still on the way needs no correction.
    if (Math.abs(state.faceWidth / width - 1) < ARRIVED) correct(hint, seconds);
    if (hint === 'turnLeft') turnTo = turnDeg;
    if (hint === 'turnRight') turnTo = -turnDeg;
    if (hint === 'turnMore' && Math.abs(state.yawDeg) > 0.9 * turnDeg)
      turnTo += Math.sign(turnTo) * FURTHER_DEG * seconds;
    asked = hint === 'smile' || hint === 'openMouth' ? asked + seconds : 0;
    const much = 1 + Math.min(0.5, MORE_EXPRESSION * Math.max(0, asked - EXPRESSION_PATIENCE));
    const targets: [Channel, number][] = [
      ['faceCentreX', place.centreX + correction.x],
      ['faceCentreY', place.centreY + correction.y],
      ['faceWidth', width],
      ['yawDeg', step === 'turn' && hint !== 'noFace' ? turnTo : 0],
      ['smile', hint === 'smile' ? much : 0],
      ['mouthOpen', hint === 'openMouth' ? much : 0],
    ];
    for (const [channel, target] of targets) {
      const isMouth = channel === 'smile' || channel === 'mouthOpen';
      towards(channel, target, seconds, isMouth ? MOUTH_STIFFNESS : stiffness);
    }
  }

  /** Moves a little further while a hint says so. The subject's left is at the right of the unmirrored frame. */
  function correct(hint: string, seconds: number): void {
    if (hint === 'moveCloser') correction.width += 0.15 * seconds;
    if (hint === 'moveBack') correction.width -= 0.15 * seconds;
    if (hint === 'moveLeft') correction.x += 0.05 * seconds;
    if (hint === 'moveRight') correction.x -= 0.05 * seconds;
    if (hint === 'moveUp') correction.y -= 0.05 * seconds;
    if (hint === 'moveDown') correction.y += 0.05 * seconds;
  }

  function towards(channel: Channel, target: number, seconds: number, pull: number): void {
    let speed = speeds.get(channel) ?? 0;
    for (let left = seconds; left > 0; left -= SPRING_STEP) {
      const step = Math.min(left, SPRING_STEP);
      speed += (pull * pull * (target - state[channel]) - 2 * pull * speed) * step;
      state[channel] += speed * step;
    }
    speeds.set(channel, speed);
  }

  return {
    act(atMs, elapsedMs) {
      const seen = look();
      colour = seen.colour;
      glances.push({ atMs, seen });
      // The latest that has reached the person.
      const from = glances.findLastIndex((glance) => glance.atMs <= atMs - reactionMs);
      glances = glances.slice(Math.max(0, from));
      const [glance] = glances;
      if (from >= 0 && glance && obeys()) move(glance.seen, elapsedMs);
      return { ...state };
    },
    screen() {
      const [red = 0, green = 0, blue = 0] = colour ?? [40, 40, 40];
      return [SCREEN_SHARE * linear(red), SCREEN_SHARE * linear(green), SCREEN_SHARE * linear(blue)];
    },
  };
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
  const { hint = '', step = '', phase = '' } = dialog?.dataset ?? {};
  return {
    hint,
    step: phase === 'challenge' ? step : '',
    oval:
      width > 0 && phase === 'challenge'
        ? {
            centreX: 1 - (number('cx') - left) / width,
            centreY: (number('cy') - top) / height,
            width: (2 * number('rx')) / Math.min(width, height),
          }
        : null,
    colour: colour === '' ? null : (colour.match(/\d+/g) ?? []).map(Number),
  };
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
