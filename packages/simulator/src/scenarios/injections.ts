import { tinted } from '../attack/tint.js';
import { warped } from '../attack/warp.js';
import { borrowed } from '../attack/borrowed.js';
import { between, randomOf } from '../random.js';
import { elsewhere, sceneOf, type Stage } from '../stage.js';
import { live, type Subject } from '../subject.js';
import { attack, type Scenario } from './scenario.js';

/** A recording of an earlier session in place of the camera: as good as a genuine one, but of another challenge. */
function recorded(stage: Stage): Subject {
  const { screenShare, ambient } = stage.setting;
  const scene = elsewhere(stage);
  const earlier = stage.earlier();
  const white = screenShare * ambient[1];
  return {
    draw(renderer, { timeMs, shear }) {
      const [red, green, blue] = earlier.screenAt(timeMs);
      const screen = [red * white, green * white, blue * white] as const;
      return renderer.render(scene, earlier.stateAt(timeMs), { ambient, screen }, shear);
    },
  };
}

/** Recordings of the same movements without coloured light, picked step by step to fit the new challenge. */
function pieced(stage: Stage): Subject {
  const { ambient } = stage.setting;
  const scene = elsewhere(stage);
  const pick = borrowed(stage.script, stage.earlier());
  return {
    draw(renderer, { timeMs, shear }) {
      return renderer.render(scene, pick(timeMs), { ambient, screen: [0, 0, 0] }, shear);
    },
  };
}

/**
 * The same from somebody who has enough recordings in each of the colours that a challenge plays: pictures of the right colour, put in
 * the order that the challenge asks for.
 */
function sorted(stage: Stage): Subject {
  const { screenShare, ambient } = stage.setting;
  const scene = elsewhere(stage);
  const pick = borrowed(stage.script, stage.earlier());
  const white = screenShare * ambient[1];
  return {
    draw(renderer, { timeMs, shear }) {
      const [red, green, blue] = stage.script.screenAt(timeMs);
      const screen = [red * white, green * white, blue * white] as const;
      return renderer.render(scene, pick(timeMs), { ambient, screen }, shear);
    },
  };
}

/** A rendered likeness that does all that is asked and is lit as it should be, some time behind. */
function likeness(stage: Stage): Subject {
  const person = live(sceneOf(stage));
  const { script } = stage;
  const random = randomOf(stage.setting.seed, 'likeness');
  const delayMs = between(random, 100, 250);
  const { screenShare, ambient } = stage.setting;
  const white = screenShare * ambient[1];
  return {
    draw(renderer, moment) {
      const [red, green, blue] = script.screenAt(moment.timeMs - delayMs);
      return person.draw(renderer, {
        ...moment,
        state: script.stateAt(moment.timeMs - delayMs),
        light: { ambient, screen: [red * white, green * white, blue * white] },
      });
    },
  };
}

/** A loop has so many frames. */
const LOOP_FRAMES = 7;

const virtual = { virtualCamera: true } as const;

export const INJECTIONS: readonly Scenario[] = [
  attack('inject-still', 'one picture of the person, fed in again and again', recorded, {
    ...virtual,
    copies: () => 0,
  }),
  attack('inject-loop', 'a second of video, fed in again and again', recorded, {
    ...virtual,
    copies: (k) => k % LOOP_FRAMES,
  }),
  attack('inject-video', 'a video of an earlier session, fed in and bound to this one', recorded, virtual),
  attack('inject-warped', 'pieces of earlier videos, picked and warped to fit the challenge', pieced, {
    ...virtual,
    alter: (pictures, frames, stage) => warped(pictures, frames, stage),
  }),
  attack('inject-tinted', 'the same, tinted with the colours of the screen 100 to 400 ms late', pieced, {
    ...virtual,
    alter: (pictures, frames, stage) => tinted(warped(pictures, frames, stage), frames, stage),
  }),
  attack('inject-sorted', 'recordings in each of the colours, put in the order of the challenge', sorted, {
    ...virtual,
    alter: (pictures, frames, stage) => warped(pictures, frames, stage),
  }),
  attack(
    'inject-puppet',
    'a rendered likeness that follows movement and light 100 to 250 ms late',
    likeness,
    virtual,
  ),
];

/** Captures that were genuine once, or were changed on their way. */
export const PAYLOADS: readonly Scenario[] = [
  attack(
    'payload-replayed',
    'the whole capture of an earlier session, sent again',
    (stage) => live(sceneOf(stage)),
    {
      payload: { played: 'earlier', claims: (_, earlier) => earlier },
    },
  ),
  attack(
    'payload-stale-nonce',
    'a capture for an earlier attempt of the same session',
    (stage) => live(sceneOf(stage)),
    {
      payload: { played: 'earlier', claims: (session, { nonce }) => ({ ...session, nonce }) },
    },
  ),
  attack(
    'payload-flipped-byte',
    'one byte of one frame changed after it was captured',
    (stage) => live(sceneOf(stage)),
    {
      payload: { damage: flipByte },
    },
  ),
  attack(
    'payload-swapped-frames',
    'two frames exchanged after they were captured',
    (stage) => live(sceneOf(stage)),
    {
      payload: { damage: ([first, second, ...rest]) => [second, first, ...rest].flatMap((one) => one ?? []) },
    },
  ),
];

function flipByte(data: Uint8Array[]): Uint8Array[] {
  const [middle] = data.splice(Math.floor(data.length / 2), 1, new Uint8Array());
  if (!middle) return data;
  const changed = middle.slice();
  const at = changed.length - 40;
  changed[at] = (changed[at] ?? 0) ^ 1;
  return data.map((one) => (one.length === 0 ? changed : one));
}
