import { smoothNoise } from '../noise.js';
import { between, normal, randomOf } from '../random.js';
import { placeOfFace, type PersonState, type Size } from '../render-person.js';
import { rotationOf, type Placement } from '../scene/placement.js';

/** Where the face is on an instrument, cm in the instrument's coordinates, and how wide it is there. */
export interface FaceOnSheet {
  x: number;
  y: number;
  z?: number;
  widthCm: number;
}

/** Puts an instrument where a hand holds it so that its face does what the challenge asks of a face, as far as it can. */
export type Hold = (state: PersonState, timeMs: number, size: Size, face: FaceOnSheet) => Placement;

/**
 * A hand that holds a flat thing askew by a few degrees, trembles, and turns it where the head should turn.
 * @param turns share of the asked turn that it makes
 */
export function holdByHand(seed: number, { turns = 1 }: { turns?: number } = {}): Hold {
  const random = randomOf(seed, 'hold');
  const tilt = { yaw: 5 * normal(random), pitch: 5 * normal(random), roll: 2.5 * normal(random) };
  const tremble = between(random, 0.5, 1.4);
  const drift = Math.floor(random() * 2 ** 30);
  return (state, timeMs, size, { x, y, z = 0, widthCm }) => {
    const wander = (k: number, periodMs: number) => tremble * smoothNoise(timeMs / periodMs, k, drift);
    const [px, py, pz] = placeOfFace(state, size, widthCm);
    return {
      rotation: rotationOf(
        tilt.yaw + turns * state.yawDeg + 1.6 * wander(1, 700),
        tilt.pitch + state.pitchDeg + 1.6 * wander(2, 800),
        tilt.roll + state.rollDeg + state.shake.rollDeg + 1.2 * wander(3, 600),
      ),
      pivot: [x, y, z],
      position: [px + 0.25 * wander(4, 400), py + 0.25 * wander(5, 450), pz + 0.3 * wander(6, 600)],
    };
  };
}
