/** The camera of the page: films a person at the pace of a real camera, in page time. */
import { normal, type Random } from '../../../packages/simulator/src/random.js';
import type { PageClock } from './clock.js';

/** What a camera films. */
export interface Subject {
  size: { width: number; height: number };
  picturesASecond: number;
  /** Draws what is before the camera at `atMs`, `elapsedMs` after the last time. */
  pictureAt(atMs: number, elapsedMs: number): Promise<ImageData>;
}

/** A simulated camera. */
export interface Film {
  /** Another stream of the camera. */
  open(): MediaStream;
  /** Ends all streams as pulling the plug does. */
  unplug(): void;
  /** Turns the device: width and height change places. */
  rotate(): void;
}

/** Pictures are not quite regular, and reach the page a little later, ms. */
const JITTER_MS = 0.8;
const DELAY_MS = 30;
/** Longest time that the person moves for at once, ms. */
const MAX_ELAPSED_MS = 100;
/** A picture that the browser has not shown after so long is given to it once more, ms of real time. */
const SHOW_AGAIN_MS = 300;

/** Sets the camera up: `requestVideoFrameCallback` of the page follows it from now on. */
export function startFilm(
  clock: PageClock,
  { size, picturesASecond, pictureAt }: Subject,
  random: Random,
): Film {
  const periodMs = 1000 / picturesASecond;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, size);
  const context = canvas.getContext('2d');
  const streams: MediaStream[] = [];
  const tracks = () => streams.flatMap((stream) => stream.getTracks());
  const isOpen = () => tracks().some(({ readyState }) => readyState === 'live');

  let waiting: { video: HTMLVideoElement; callback: VideoFrameRequestCallback }[] = [];
  const watched = new Set<HTMLVideoElement>();
  const realRequest = HTMLVideoElement.prototype.requestVideoFrameCallback;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (callback) {
    watched.add(this);
    return waiting.push({ video: this, callback });
  };

  /** Brings a picture to the page: over when its video shows it. */
  async function show(picture: ImageData): Promise<void> {
    do {
      context?.putImageData(picture, 0, 0);
      const video = [...watched].find(({ srcObject, paused }) => srcObject && !paused);
      if (!video) return;
      const isShown = await new Promise<boolean>((resolve) => {
        realRequest.call(video, () => resolve(true));
        setTimeout(() => resolve(false), SHOW_AGAIN_MS);
      });
      if (isShown) return;
    } while (isOpen());
  }

  let letGo: (() => void) | null = clock.followReal();
  let isExposing = false;
  let lastMs = 0;
  let nextMs = 0;
  let presentedFrames = 0;

  function deliver(sensorMs: number): void {
    isExposing = false;
    presentedFrames++;
    const callbacks = waiting;
    waiting = [];
    for (const { video, callback } of callbacks) {
      const nowMs = clock.now();
      callback(nowMs, {
        presentationTime: nowMs,
        expectedDisplayTime: nowMs,
        width: video.videoWidth,
        height: video.videoHeight,
        captureTime: sensorMs,
        mediaTime: sensorMs / 1000,
        presentedFrames,
      });
    }
  }

  clock.onBeat((nowMs) => {
    if (!isOpen()) {
      // Nobody is filmed: all waiting is for this machine and the service.
      letGo ??= clock.followReal();
      return;
    }
    letGo?.();
    letGo = null;
    if (isExposing || nowMs < nextMs) return;
    isExposing = true;
    const sensorMs = Math.max(nextMs, nowMs - periodMs);
    nextMs = sensorMs + periodMs + JITTER_MS * normal(random);
    const dueMs = sensorMs + DELAY_MS + Math.abs(JITTER_MS * normal(random));
    const release = clock.holdAt(dueMs);
    const elapsedMs = Math.min(MAX_ELAPSED_MS, sensorMs - lastMs);
    lastMs = sensorMs;
    void pictureAt(sensorMs, elapsedMs)
      .then(show)
      .finally(() => {
        clock.at(dueMs, () => deliver(sensorMs));
        release();
      });
  });

  return {
    open() {
      const stream = canvas.captureStream();
      streams.push(stream);
      return stream;
    },
    unplug() {
      for (const track of tracks()) {
        track.stop();
        // A page that stops a track itself hears nothing of it; of a pulled plug it does.
        track.dispatchEvent(new Event('ended'));
      }
    },
    rotate: () => void Object.assign(canvas, { width: size.height, height: size.width }),
  };
}
