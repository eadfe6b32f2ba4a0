import { describe, expect, it } from 'vitest';
import { LANDMARKS, type Mesh } from './mesh.js';
import { poseOf } from './pose.js';

/** Places of the landmarks that the pose is read from, on MediaPipe's canonical face. */
const PLACES: Record<number, [number, number, number]> = {
  10: [0, 8.261778, 4.481535],
  151: [0, 6.54539, 5.027311],
  168: [0, 3.271027, 5.236015],
  6: [0, 2.473255, 5.788627],
  4: [0, -0.46317, 7.58658],
  33: [-4.445859, 2.663991, 3.173422],
  133: [-1.856432, 2.585245, 3.757904],
  362: [1.856432, 2.585245, 3.757904],
  263: [4.445859, 2.663991, 3.173422],
  234: [-7.664182, 0.673132, -2.435867],
  454: [7.664182, 0.673132, -2.435867],
};

/** The canonical face after a turn, as the mesh network would give it: x right, y down, z away from the camera, in px. */
function meshOf(turn: (place: [number, number, number]) => [number, number, number]): Mesh {
  const points = new Float32Array(3 * LANDMARKS);
  for (const [number, place] of Object.entries(PLACES)) {
    const [x, y, z] = turn(place);
    points.set([200 + 10 * x, 300 - 10 * y, -10 * z], 3 * Number(number));
  }
  return { points, flag: 1 };
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

describe('poseOf', () => {
  it('is zero for the canonical face', () => {
    const { yawDeg, pitchDeg, rollDeg } = poseOf(meshOf((place) => place));
    for (const angle of [yawDeg, pitchDeg, rollDeg]) expect(Math.abs(angle)).toBeLessThan(0.01);
  });

  it("counts a turn to the subject's left, the picture's right, as positive yaw", () => {
    const c = Math.cos(radians(20));
    const s = Math.sin(radians(20));
    const pose = poseOf(meshOf(([x, y, z]) => [c * x + s * z, y, -s * x + c * z]));
    expect(pose.yawDeg).toBeCloseTo(20, 1);
    expect(pose.pitchDeg).toBeCloseTo(0, 1);
  });

  it('counts looking up as positive pitch', () => {
    const c = Math.cos(radians(15));
    const s = Math.sin(radians(15));
    expect(poseOf(meshOf(([x, y, z]) => [x, c * y + s * z, -s * y + c * z])).pitchDeg).toBeCloseTo(15, 1);
  });

  it("counts a tilt to the subject's left shoulder as positive roll", () => {
    const c = Math.cos(radians(10));
    const s = Math.sin(radians(10));
    expect(poseOf(meshOf(([x, y, z]) => [c * x + s * y, -s * x + c * y, z])).rollDeg).toBeCloseTo(10, 1);
  });

  it('does not depend on size and place', () => {
    const c = Math.cos(radians(-30));
    const s = Math.sin(radians(-30));
    const pose = poseOf(
      meshOf(([x, y, z]) => [3 + 0.2 * (c * x + s * z), 0.2 * y - 9, 0.2 * (c * z - s * x)]),
    );
    expect(pose.yawDeg).toBeCloseTo(-30, 1);
  });
});
