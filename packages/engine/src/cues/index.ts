import type { Cue } from './cue.js';
import { padNetworks } from './pad-networks.js';

/** Every cue of the engine. Each has a row of the same name in the policy. */
export const CUES: readonly Cue[] = [padNetworks];
