/**
 * Runs in the test's page before everything else: the camera films a simulated person, who sees the page and does what it
 * shows. They know nothing else of the check: no challenge, no nonce, no message of the service. The page's time is that of a
 * machine that keeps up.
 */
import { randomOf } from '../../../packages/simulator/src/random.js';
import { createActor } from './actor.js';
import { startClock } from './clock.js';
import { startFilm } from './film.js';
import { pacePage } from './pace.js';
import type { DrawRequest, PersonOptions } from './worker.js';

/** What a test may ask of the person. */
export interface PersonControl {
  /** False: stands still whatever the page shows. */
  obeys: boolean;
  /** False: nobody is before the camera. */
  present: boolean;
  /** Ends the camera as pulling its plug does. */
  unplug(): void;
  /** Turns the device: width and height change places. */
  rotate(): void;
  ready: Promise<void>;
}

declare global {
  interface Window {
    person: PersonControl;
  }
}

/**
 * `?person=7` brings another person than the usual one, `?pictures=30` a quicker camera: drawing is most of what a check takes
 * here, and 15 pictures a second, as phones take in a dim room, are enough for one.
 */
const wanted = new URLSearchParams(location.search);
const seed = Number(wanted.get('person') ?? 11);
const picturesASecond = Number(wanted.get('pictures') ?? 15);
const options: PersonOptions = { seed, width: 480, height: 640 };

const clock = startClock();
pacePage(clock);
const worker = new Worker('/person/worker.js', { type: 'module' });
const answer = <T>() =>
  new Promise<T>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
  });
const actor = createActor(randomOf(seed, 'actor'), () => control.obeys);
const film = startFilm(
  clock,
  {
    size: options,
    picturesASecond,
    async pictureAt(atMs, elapsedMs) {
      const state = actor.act(atMs, elapsedMs);
      const { width, height } = options;
      if (!control.present)
        return new ImageData(new Uint8ClampedArray(4 * width * height).fill(128), width, height);
      const drawn = answer<ImageData>();
      worker.postMessage({ state, screen: actor.screen() } satisfies DrawRequest);
      return drawn;
    },
  },
  randomOf(seed, 'camera'),
);
const control: PersonControl = {
  obeys: true,
  present: true,
  unplug: () => film.unplug(),
  rotate: () => film.rotate(),
  ready: answer<'ready'>().then(() => undefined),
};
window.person = control;
worker.postMessage(options);

navigator.mediaDevices.getUserMedia = async () => {
  await control.ready;
  return film.open();
};
