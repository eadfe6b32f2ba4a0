import { displayLook, drawDisplay, pictureOn, type DisplayKind } from '../attack/display.js';
import { thumbs } from '../attack/hand.js';
import { holdByHand, type FaceOnSheet, type Hold } from '../attack/hold.js';
import { photograph, portraitFor } from '../attack/photograph.js';
import { Recording } from '../attack/recording.js';
import { createSheet } from '../attack/sheet.js';
import { between, randomOf } from '../random.js';
import { AT_REST, propOfRoom, type PersonState } from '../render-person.js';
import type { Texture } from '../scene/surface.js';
import { attackerOf, elsewhere, roomOf, type Stage } from '../stage.js';
import type { Moment, Subject } from '../subject.js';
import { attack, type Scenario } from './scenario.js';

/** What a display shows. */
interface Show {
  picture: Texture;
  /** Where the face is in the picture, when the hand must bring it into place; else the whole picture is held in view. */
  face: PersonState;
  /** Brings the picture up to date. */
  play(moment: Moment): void;
  /** Where the display is held. */
  held(state: PersonState): PersonState;
  hold: Hold;
}

function display(stage: Stage, kind: DisplayKind, { picture, face, play, held, hold }: Show): Subject {
  const { seed, size, ambient } = stage.setting;
  const model = drawDisplay(kind, ambient[1], seed);
  let nowMs = 0;
  const sheet = createSheet(
    model,
    displayLook(model, picture, () => nowMs, seed),
  );
  const on = pictureOn(model, picture);
  const place: FaceOnSheet = {
    x: on.x + face.faceCentreX * on.width - model.widthCm / 2,
    y: model.heightCm / 2 - on.y - face.faceCentreY * on.height,
    widthCm: (face.faceWidth * Math.min(picture.width, picture.height) * on.width) / picture.width,
  };
  // A laptop stands; what is smaller lies in hands.
  const fingers = kind === 'laptop' ? () => [] : thumbs(attackerOf(stage).genes.skin, seed, model);
  const room = roomOf(stage);
  return {
    draw(renderer, moment) {
      const { state, timeMs, light, shear } = moment;
      nowMs = timeMs;
      play(moment);
      const placement = hold(held(state), timeMs, size, place);
      const props = [{ surface: sheet, placement, shear }, ...fingers(placement), propOfRoom(room, state)];
      return renderer.draw(props, state, light);
    },
  };
}

/** A photograph on a display that is moved as the challenge asks. */
function still(kind: DisplayKind) {
  return (stage: Stage): Subject => {
    const { seed, size } = stage.setting;
    const random = randomOf(seed, 'still');
    const face: PersonState = {
      ...AT_REST,
      faceWidth: between(random, 0.45, 0.58),
      smile: random() < 0.4 ? between(random, 0, 0.5) : 0,
    };
    const { picture } = photograph(elsewhere(stage), face, seed, portraitFor(size));
    const none = () => undefined;
    return display(stage, kind, {
      picture,
      face,
      play: none,
      held: (state) => state,
      hold: holdByHand(seed),
    });
  };
}

/** A display that is held so that its picture fills the view; the movement of the face is left to the picture. */
function inFullView(stage: Stage): Pick<Show, 'face' | 'held' | 'hold'> {
  const { seed } = stage.setting;
  const zoom = between(randomOf(seed, 'view'), 0.92, 1.12);
  const face = { ...AT_REST, faceWidth: 0.4 };
  return {
    face,
    held: ({ shake }) => ({ ...face, faceWidth: face.faceWidth * zoom, shake }),
    hold: holdByHand(seed),
  };
}

/** A recording of the person in an earlier session, which asked for something else. */
function video(kind: DisplayKind) {
  return (stage: Stage): Subject => {
    const { seed, size, screenShare } = stage.setting;
    const recording = new Recording(elsewhere(stage), seed, size);
    const earlier = stage.earlier();
    return display(stage, kind, {
      ...inFullView(stage),
      picture: recording.picture,
      play({ timeMs }) {
        const [red, green, blue] = earlier.screenAt(timeMs);
        const share = 0.7 * screenShare;
        recording.play(earlier.stateAt(timeMs), timeMs, [red * share, green * share, blue * share]);
      },
    });
  };
}

/** A face that a computer animates after the challenge, some time behind, on a display. */
function puppet(kind: DisplayKind) {
  return (stage: Stage): Subject => {
    const { seed, size } = stage.setting;
    const recording = new Recording(elsewhere(stage), seed, size);
    const delayMs = between(randomOf(seed, 'puppet'), 100, 300);
    return display(stage, kind, {
      ...inFullView(stage),
      picture: recording.picture,
      play({ timeMs }) {
        recording.play({ ...stage.script.stateAt(timeMs - delayMs), shake: AT_REST.shake }, timeMs);
      },
    });
  };
}

export const SCREENS: readonly Scenario[] = [
  attack('phone-still', 'a photograph on a phone, moved as the challenge asks', still('phone')),
  attack('tablet-still', 'a photograph on a tablet, moved as the challenge asks', still('tablet')),
  attack('laptop-still', 'a photograph on a laptop, moved as the challenge asks', still('laptop')),
  attack('phone-video', 'a video of another session on a phone', video('phone')),
  attack('tablet-video', 'a video of another session on a tablet', video('tablet')),
  attack('laptop-video', 'a video of another session on a laptop', video('laptop')),
  attack('tablet-puppet', 'a face on a tablet that is animated after the challenge', puppet('tablet')),
];
