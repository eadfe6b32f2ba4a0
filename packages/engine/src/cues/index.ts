import { challenge } from './challenge.js';
import type { Cue } from './cue.js';
import { expression } from './expression.js';
import { integrity } from './integrity.js';
import { light } from './light.js';
import { padNetworks } from './pad-networks.js';
import { parallax } from './parallax.js';
import { surroundings } from './surroundings.js';
import { texture } from './texture.js';

/** Every cue of the engine. Each has a row of the same name in the policy. */
export const CUES: readonly Cue[] = [
  challenge,
  integrity,
  light,
  expression,
  parallax,
  surroundings,
  texture,
  padNetworks,
];
