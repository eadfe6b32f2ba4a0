import type { Script } from './clip/script.js';
import type { TakenFrame } from './clip/timing.js';
import { createPerson } from './person/person.js';
import { createRoom } from './scene/room.js';
import type { ClipOptions, Picture, Setting } from './setting.js';
import { live, type Subject } from './subject.js';

/** A way to fill a clip, with the names that reports use for it. */
export interface Scenario {
  name: string;
  label: 'bonafide' | 'attack';
  /** Species of the attack instrument; empty for bona fide. */
  species: string;
  description: string;
  /** What differs from the ordinary setting. */
  setting?(options: ClipOptions): Partial<Setting>;
  /** Sets up what stands before the camera. */
  present(setting: Setting, script: Script): Subject;
  /** Changes what came from the camera before it is encoded, as an injection does. */
  tamper?(
    pictures: Picture[],
    frames: TakenFrame[],
    setting: Setting,
  ): { pictures: Picture[]; frames: TakenFrame[] };
  /** The pictures were JPEG files of this quality before the client encoded them. */
  jpegQuality?: number;
}

const person = ({ seed, tone, size }: Setting) => {
  const detail = Math.min(size.width, size.height) / 480;
  return {
    person: createPerson(seed, { detail, ...(tone !== undefined && { tone }) }),
    room: createRoom(seed, { detail }),
  };
};
const genuine = (name: string, description: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  label: 'bonafide',
  species: '',
  description,
  present: (setting) => live(person(setting)),
  ...more,
});

/** Everything that the simulator can film. */
export const SCENARIOS: readonly Scenario[] = [
  genuine('live', 'a person who follows the challenge'),
  genuine('live-low-light', 'a person in a dark room: long exposures, much noise', {
    setting: ({ ambient }) => ({
      ambient: ambient === undefined ? [0.055, 0.05, 0.043] : [ambient, ambient, ambient],
    }),
  }),
  genuine('live-bright', 'a person in daylight, which the screen hardly adds to', {
    setting: ({ screenShare }) => ({ ambient: [1, 1, 1.05], screenShare: screenShare ?? 0.008 }),
  }),
  genuine('live-no-screen', 'a person whose screen gives no light, as one turned away or a dimmed one', {
    setting: () => ({ screenShare: 0 }),
  }),
  genuine('live-two-jpegs', 'a person whose camera hands over JPEG pictures, which are encoded once more', {
    jpegQuality: 75,
  }),
];

/** @throws RangeError */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) throw new RangeError(`there is no scenario named ${name}`);
  return found;
}
