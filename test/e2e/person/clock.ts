/**
 * A clock for pages with a simulated camera: between two pictures no more time passes than between those of a slow real
 * camera. However busy the machine is, nobody is late then, and steps that wait do not run out.
 */
export interface Clock {
  /** A picture of the camera is on the page. */
  tick(): void;
}

/** Longest time between two pictures, ms. */
const MAX_STEP_MS = 70;

/** Sets the page's clock up: `performance.now()` and the times of video frames. */
export function slowClock(): Clock {
  const realNow = performance.now.bind(performance);
  let pageMs = realNow();
  let sinceMs = pageMs;
  const now = () => pageMs + Math.min(MAX_STEP_MS, realNow() - sinceMs);
  performance.now = now;
  const prototype = HTMLVideoElement.prototype;
  const request = prototype.requestVideoFrameCallback;
  prototype.requestVideoFrameCallback = function (callback) {
    return request.call(this, (_, { captureTime: _captureTime, ...metadata }) => {
      const atMs = now();
      callback(atMs, { ...metadata, mediaTime: atMs / 1000 });
    });
  };
  return {
    tick() {
      pageMs = now();
      sinceMs = realNow();
    },
  };
}
