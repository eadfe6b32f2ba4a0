import type { Script } from './clip/script.js';
import type { Cast } from './cast.js';
import type { Person } from './person/person.js';
import type { Scene } from './render-person.js';
import type { Setting } from './setting.js';

/** What a scenario has to work with. */
export interface Stage {
  setting: Setting;
  cast: Cast;
  /** What the challenge of this session asks for, as a person would do it. */
  script: Script;
  /** An earlier session of the same person, which an attacker has a recording of. @throws TypeError when none was given */
  earlier(): Script;
}

/** The attacker's seed: somebody else than the person of the same seed. */
const SOMEBODY_ELSE = 0x51ed270b;

/** The person whom the clip shows or pretends to show. */
export function personOf({ setting, cast }: Stage): Person {
  const { seed, tone } = setting;
  return cast.person(seed, { detail: detailOf(setting), ...(tone !== undefined && { tone }) });
}

/** The person and the room that they are in. */
export function sceneOf(stage: Stage): Scene {
  return { person: personOf(stage), room: roomOf(stage) };
}

/** Another room, in which a photograph or recording was made. */
export function elsewhere(stage: Stage): Scene {
  const { seed } = stage.setting;
  return { person: personOf(stage), room: stage.cast.room(seed ^ SOMEBODY_ELSE, 0.5) };
}

/** Whoever presents an attack instrument. */
export function attackerOf({ setting, cast }: Stage): Person {
  return cast.person(setting.seed ^ SOMEBODY_ELSE, { detail: detailOf(setting) });
}

/** The room that the clip is taken in. */
export function roomOf({ setting, cast }: Stage): Scene['room'] {
  return cast.room(setting.seed, detailOf(setting));
}

/** Textures as fine as the frames can show. */
function detailOf({ size }: Setting): number {
  return Math.min(size.width, size.height) / 480;
}
