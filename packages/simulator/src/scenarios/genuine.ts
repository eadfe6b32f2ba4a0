import { between, randomOf } from '../random.js';
import { live } from '../subject.js';
import { sceneOf } from '../stage.js';
import type { Scenario } from './scenario.js';

const genuine = (name: string, description: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  label: 'bonafide',
  species: '',
  description,
  present: (stage) => live(sceneOf(stage)),
  ...more,
});

export const GENUINE: readonly Scenario[] = [
  genuine('live', 'a person who follows the challenge'),
  genuine('live-low-light', 'a person in a dark room: long exposures, much noise', {
    setting: ({ ambient }) => ({
      ambient: ambient === undefined ? [0.055, 0.05, 0.043] : [ambient, ambient, ambient],
    }),
  }),
  genuine('live-bright', 'a person in daylight, which the screen hardly adds to', {
    setting: ({ screenShare }) => ({ ambient: [1, 1, 1.05], screenShare: screenShare ?? 0.008 }),
  }),
  genuine('live-weak-screen', "a person whose screen adds 0.3 to 3 % to the room's light", {
    setting: ({ screenShare }, seed) => ({
      screenShare: screenShare ?? between(randomOf(seed, 'weak screen'), 0.003, 0.03),
    }),
  }),
  genuine('live-no-screen', 'a person whose screen gives no light, as one turned away or a dimmed one', {
    setting: () => ({ screenShare: 0 }),
  }),
  genuine('live-two-jpegs', 'a person whose camera hands over JPEG pictures, which are encoded once more', {
    jpegQuality: 75,
  }),
];
