import { createPerson, type Person } from './person/person.js';
import { createRoom, type Room } from './scene/room.js';

/**
 * People and rooms that clips are made of. Painting one takes most of a second, so that those of the last clips are kept: a
 * cast that renders many scenarios of one seed paints its people once. What it hands out is the same whatever was rendered
 * before, but only for one clip at a time: a person is moved for every frame.
 */
export class Cast {
  readonly #people = new Map<string, Person>();
  readonly #rooms = new Map<string, Room>();

  /** @param tone 0 = the lightest skin, 1 = the darkest; drawn from the seed when left out */
  person(seed: number, { tone, detail }: { tone?: number; detail: number }): Person {
    return keep(this.#people, [seed, tone, detail].join(' '), () =>
      createPerson(seed, { detail, ...(tone !== undefined && { tone }) }),
    );
  }

  room(seed: number, detail: number): Room {
    return keep(this.#rooms, [seed, detail].join(' '), () => createRoom(seed, { detail }));
  }
}

/** Of each kind: the person and the attacker, or the two rooms, of this seed, in both sizes. */
const KEPT = 4;

function keep<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const one = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, one);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return one;
}
