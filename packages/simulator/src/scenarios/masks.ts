import { MASKS, maskOf, type MaskModel } from '../attack/mask.js';
import { propOfRoom, propsOfPerson, type PersonState } from '../render-person.js';
import { personOf, roomOf, type Stage } from '../stage.js';
import type { Subject } from '../subject.js';
import { attack, type Scenario } from './scenario.js';

/** A rigid mask of a person's head that somebody wears: it goes where the head goes, and its face does not move. */
function worn(model: MaskModel, { eyes }: { eyes: boolean }) {
  return (stage: Stage): Subject => {
    const { size } = stage.setting;
    const person = personOf(stage);
    const surface = maskOf(person, model);
    const room = roomOf(stage);
    return {
      draw(renderer, { state, light, shear }) {
        const stiff: PersonState = {
          ...state,
          smile: 0,
          mouthOpen: 0,
          eyesClosed: eyes ? state.eyesClosed : 0,
          ...(!eyes && { gaze: { x: 0, y: 0 } }),
        };
        const props = propsOfPerson(person, stiff, size, shear).map((prop) =>
          prop.surface === person.head.surface ? { ...prop, surface } : prop,
        );
        return renderer.draw([...props, propOfRoom(room, state)], state, light);
      },
    };
  };
}

export const MASK_SCENARIOS: readonly Scenario[] = [
  attack('mask-lacquered', 'a rigid mask of painted, shining resin', worn(MASKS.lacquered, { eyes: false })),
  attack('mask-matt', 'a rigid mask without shine', worn(MASKS.matt, { eyes: false })),
  attack(
    'mask-eyes',
    'a rigid mask through which the eyes of its wearer look and blink',
    worn(MASKS.matt, { eyes: true }),
  ),
];
