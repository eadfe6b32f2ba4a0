import type { Pixels } from './sampler.js';

/** Why there is no camera. */
export type CameraFault = 'insecure' | 'denied' | 'missing' | 'busy' | 'failed';

export class CameraError extends Error {
  override readonly name = 'CameraError';
  constructor(
    readonly fault: CameraFault,
    options?: ErrorOptions,
  ) {
    super(`the camera is ${fault}`, options);
  }
}

/** When a frame reached the page, in ms of performance.now(), and what the browser tells of it. */
export interface FrameTimes {
  nowMs: number;
  captureTimeMs?: number;
  mediaTimeMs?: number;
  presentedFrames?: number;
}

/** An open camera. Frames are not mirrored. */
export interface Camera {
  stream: MediaStream;
  video: HTMLVideoElement;
  track: MediaStreamTrack;
  /** Calls back for every frame until the camera is closed. */
  onFrame(callback: (times: FrameTimes) => void): void;
  /** The present frame, drawn smaller where its longer side is above `maxLongSide` px. */
  grab(maxLongSide: number): Pixels;
  close(): void;
}

/** What is asked of a camera; none of it may be honoured. Fine texture of screens and prints shows from 720 lines on. */
const WISHES = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
/** A camera that gave no picture by then is not going to, ms. */
const FIRST_FRAME_TIMEOUT_MS = 10_000;

/**
 * Asks for permission and opens a camera into `video`.
 * @param deviceId the wished camera; another one is taken where it is not there
 * @throws CameraError
 */
export async function openCamera(
  video: HTMLVideoElement,
  deviceId: string | null,
  signal: AbortSignal,
): Promise<Camera> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new CameraError('insecure');
  const stream = await openStream(devices, deviceId);
  const [track] = stream.getVideoTracks();
  const stop = () => {
    for (const each of stream.getTracks()) each.stop();
    if (video.srcObject === stream) video.srcObject = null;
  };
  try {
    signal.throwIfAborted();
    if (!track) throw new CameraError('missing');
    video.srcObject = stream;
    await firstFrame(video, signal);
    return toCamera(video, stream, track, stop);
  } catch (error) {
    stop();
    throw error;
  }
}

/** Cameras by name; names are empty before permission was given. */
export async function listCameras(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput');
}

async function openStream(devices: MediaDevices, deviceId: string | null): Promise<MediaStream> {
  const wished = deviceId === null ? { facingMode: 'user' } : { deviceId: { exact: deviceId } };
  try {
    return await devices.getUserMedia({ video: { ...WISHES, ...wished }, audio: false });
  } catch (error) {
    if (faultOf(error) !== 'unfit') throw new CameraError(faultOf(error) as CameraFault, { cause: error });
  }
  try {
    return await devices.getUserMedia({ video: true, audio: false });
  } catch (error) {
    const fault = faultOf(error);
    throw new CameraError(fault === 'unfit' ? 'failed' : fault, { cause: error });
  }
}

/** The errors of getUserMedia (W3C Media Capture and Streams, 10.2). */
function faultOf(error: unknown): CameraFault | 'unfit' {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'OverconstrainedError':
      return 'unfit';
    default:
      return 'failed';
  }
}

/** Waits until the video has a picture. Some WebViews refuse to play before a touch: the video plays all the same later. */
function firstFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => () => {
      clearTimeout(timer);
      video.removeEventListener('loadeddata', loaded);
      end();
    };
    const loaded = settle(resolve);
    const timer = setTimeout(
      settle(() => reject(new CameraError('failed'))),
      FIRST_FRAME_TIMEOUT_MS,
    );
    signal.addEventListener(
      'abort',
      settle(() => reject(signal.reason as Error)),
      { once: true },
    );
    video.addEventListener('loadeddata', loaded);
    video.play().catch(() => undefined);
  });
}

function toCamera(
  video: HTMLVideoElement,
  stream: MediaStream,
  track: MediaStreamTrack,
  stop: () => void,
): Camera {
  const canvas = document.createElement('canvas');
  // Every frame is read back: a canvas on the graphics card would make each of them wait.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let open = true;
  return {
    stream,
    video,
    track,
    onFrame(callback) {
      const next = () => {
        if (open) requestFrame(video, handle);
      };
      const handle = (times: FrameTimes) => {
        if (open) callback(times);
        next();
      };
      next();
    },
    grab(maxLongSide) {
      if (!context) throw new CameraError('failed');
      const { videoWidth, videoHeight } = video;
      const scale = Math.min(1, maxLongSide / Math.max(videoWidth, videoHeight));
      const width = Math.max(1, Math.round(videoWidth * scale));
      const height = Math.max(1, Math.round(videoHeight * scale));
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      return { data, width, height };
    },
    close() {
      open = false;
      stop();
    },
  };
}

function requestFrame(video: HTMLVideoElement, handle: (times: FrameTimes) => void): void {
  if ('requestVideoFrameCallback' in video) {
    video.requestVideoFrameCallback((nowMs, { captureTime, mediaTime, presentedFrames }) =>
      handle({
        nowMs,
        mediaTimeMs: mediaTime * 1000,
        presentedFrames,
        ...(captureTime !== undefined && { captureTimeMs: captureTime }),
      }),
    );
    return;
  }
  // Firefox before 132: a new animation frame may show the same picture again.
  const { currentTime } = video as HTMLVideoElement;
  const wait = (nowMs: number) => {
    const present = (video as HTMLVideoElement).currentTime;
    if (present === currentTime && (video as HTMLVideoElement).srcObject !== null)
      requestAnimationFrame(wait);
    else handle({ nowMs, mediaTimeMs: present * 1000 });
  };
  requestAnimationFrame(wait);
}
