import { mix, type Rgb } from '../colour.js';
import { bump, fractalNoise, smoothNoise, smoothStep } from '../noise.js';
import { between, randomOf } from '../random.js';
import type { Surface } from './surface.js';
import { createSurface, updateNormals } from './surface.js';
import { paintTexture } from './texture.js';

/** Where the wall behind the person is, cm from the camera, and how much of it is painted. */
const DISTANCE = [130, 260] as const;
const WALL_WIDTH = 620;
const WALL_HEIGHT = 420;

/** A room behind the person: a wall with furniture painted on it, out of focus as a phone's camera would leave it. */
export interface Room {
  wall: Surface;
}

/** Draws a room from a seed; `detail` scales the size of its texture. */
export function createRoom(seed: number, { detail = 1 }: { detail?: number } = {}): Room {
  const random = randomOf(seed, 'room');
  const hue = (): Rgb => {
    const level = between(random, 0.15, 0.75);
    return [
      level * between(random, 0.85, 1.1),
      level * between(random, 0.85, 1.05),
      level * between(random, 0.75, 1.1),
    ];
  };
  const paintOfWall = hue();
  const things = Array.from({ length: 9 }, () => ({
    x: between(random, -0.5, 0.5) * WALL_WIDTH * 0.8,
    y: between(random, -0.5, 0.5) * WALL_HEIGHT * 0.7,
    width: between(random, 12, 70),
    height: between(random, 15, 110),
    round: random() < 0.25,
    colour: hue(),
    stripes: random() < 0.4 ? between(random, 0.2, 0.9) : 0,
  }));
  const texture = paintTexture(Math.round(480 * detail), Math.round(320 * detail), (u, v) => {
    const x = (u - 0.5) * WALL_WIDTH;
    const y = (0.5 - v) * WALL_HEIGHT;
    const plaster =
      1 +
      0.1 * fractalNoise(x * 0.02, y * 0.02, seed + 3, 4) +
      0.03 * smoothNoise(x * 0.5, y * 0.5, seed + 5);
    let colour: Rgb = [paintOfWall[0] * plaster, paintOfWall[1] * plaster, paintOfWall[2] * plaster];
    for (const thing of things) {
      const dx = Math.abs(x - thing.x) / thing.width;
      const dy = Math.abs(y - thing.y) / thing.height;
      const edge = thing.round ? Math.hypot(dx, dy) : Math.max(dx, dy);
      const cover = smoothStep(1.04, 0.98, edge);
      if (cover === 0) continue;
      const stripe = 1 - 0.5 * thing.stripes * (Math.sin(x * thing.stripes) > 0.3 ? 1 : 0);
      const rim = 1 - 0.4 * bump((edge - 0.95) / 0.04);
      colour = mix(
        colour,
        [thing.colour[0] * stripe * rim, thing.colour[1] * stripe * rim, thing.colour[2] * stripe * rim],
        cover,
      );
    }
    return { colour, gloss: 0 };
  });
  const wall = createSurface(3, 3, { kind: 'matter', texture });
  const distance = between(random, ...DISTANCE);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      wall.points.set(
        [(column / 2 - 0.5) * WALL_WIDTH, (0.5 - row / 2) * WALL_HEIGHT, -distance],
        3 * (3 * row + column),
      );
  updateNormals(wall);
  return { wall };
}
