import { GENUINE } from './genuine.js';
import { INJECTIONS, PAYLOADS } from './injections.js';
import { MASK_SCENARIOS } from './masks.js';
import { PRINTS } from './prints.js';
import type { Scenario } from './scenario.js';
import { SCREENS } from './screens.js';

export type { Scenario } from './scenario.js';

/** Everything that the simulator can film. */
export const SCENARIOS: readonly Scenario[] = [
  ...GENUINE,
  ...PRINTS,
  ...SCREENS,
  ...MASK_SCENARIOS,
  ...INJECTIONS,
  ...PAYLOADS,
];

/** @throws RangeError */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) throw new RangeError(`there is no scenario named ${name}`);
  return found;
}
