import {
  anmfData,
  captureChain,
  CaptureMetadata,
  muxWebp,
  type FrameMeta,
  type LightReport,
  type StepReport,
} from '@bonafide/protocol';
import { Check } from '@sinclair/typebox/value';
import type { FrameTimes } from './camera.js';
import { sha256 } from './client.js';
import type { Pixels } from './sampler.js';
import type { WebpEncoder } from './webp.js';

/** Limits of a bound capture; the service refuses what is outside. */
export const MIN_FRAMES = 12;
export const MAX_FRAMES = 36;
/** Of the whole clip, with its headers. */
export const MAX_CLIP_BYTES = 4 * 1024 * 1024;
/** Longer side of a frame, px: fine texture of screens shows from here on, and 36 frames keep to 40 megapixels. */
export const MAX_LONG_SIDE = 1280;
/** What each frame may take of the clip. */
const MAX_FRAME_BYTES = Math.floor((MAX_CLIP_BYTES - 1024) / MAX_FRAMES) - 32;
/** The last frame has no follower to tell how long it was shown, ms. */
const LAST_FRAME_MS = 100;
/** Longest that a frame is shown in the clip, ms: the service takes 30 s. True times are in the metadata. */
const MAX_SHOWN_MS = 800;

/** Which step and moment a frame belongs to. */
export interface FrameMoment {
  stepId: number;
  moment: number;
  lightIndex: number | null;
}

/** What a capture is made for and with. */
export interface CaptureFacts {
  sessionId: string;
  nonce: string;
  client: CaptureMetadata['client'];
  screen: NonNullable<CaptureMetadata['screen']>;
  camera: NonNullable<CaptureMetadata['camera']>;
}

/** What the player knows at the end. */
export interface Transcript {
  steps: readonly StepReport[];
  light: readonly LightReport[];
}

/** Records one capture: keeps chosen frames, encodes them meanwhile, and binds them at the end. */
export interface Recorder {
  /** Whether a frame of this moment is still wanted. */
  wants(moment: FrameMoment): boolean;
  keep(moment: FrameMoment, times: FrameTimes, picture: Pixels): void;
  /** Something that happened on the page. */
  note(type: string, nowMs: number): void;
  /** The clip and its metadata, once all frames are encoded. @throws Error when the capture cannot be valid */
  finish(transcript: Transcript): Promise<{ content: Uint8Array; metadata: string }>;
}

/** @param startMs the zero of the capture's clock, ms of performance.now() */
export function startRecorder(encoder: WebpEncoder, facts: CaptureFacts, startMs: number): Recorder {
  const frames: { meta: FrameMeta; file: Promise<Uint8Array> }[] = [];
  const events: CaptureMetadata['events'] = [];
  let last = '';
  let firstMediaMs: number | null = null;
  const sinceFirst = (mediaTimeMs: number) =>
    Math.max(0, Math.round((mediaTimeMs - (firstMediaMs ??= mediaTimeMs)) * 1000) / 1000);
  const since = (timeMs: number) => Math.max(0, Math.round((timeMs - startMs) * 1000) / 1000);

  return {
    wants: (moment) => frames.length < MAX_FRAMES && nameOf(moment) !== last,
    keep(moment, times, picture) {
      last = nameOf(moment);
      const { width, height } = picture;
      const meta = {
        k: frames.length,
        timeMs: since(times.nowMs),
        ...(times.captureTimeMs !== undefined && { captureTimeMs: since(times.captureTimeMs) }),
        ...(times.mediaTimeMs !== undefined && { mediaTimeMs: sinceFirst(times.mediaTimeMs) }),
        ...(times.presentedFrames !== undefined && { presentedFrames: times.presentedFrames }),
        stepId: moment.stepId,
        ...(moment.lightIndex !== null && { lightIndex: moment.lightIndex }),
        width,
        height,
      };
      const file = encoder.encode(picture, MAX_FRAME_BYTES);
      // Reported when the frames are awaited.
      file.catch(() => undefined);
      frames.push({ meta, file });
    },
    note: (type, nowMs) => {
      if (events.length < 256) events.push({ type, timeMs: since(nowMs) });
    },
    async finish({ steps, light }) {
      const chained = [];
      for (const [k, { meta, file }] of frames.entries()) {
        const next = frames[k + 1]?.meta.timeMs ?? meta.timeMs + LAST_FRAME_MS;
        const durationMs = Math.min(MAX_SHOWN_MS, Math.max(1, next - meta.timeMs));
        const { width, height } = meta;
        chained.push({ meta, data: anmfData({ file: await file, width, height, durationMs }) });
      }
      const [first] = frames;
      if (!first || frames.length < MIN_FRAMES)
        throw new Error(`expected at least ${MIN_FRAMES} frames, kept ${frames.length}`);
      if (frames.some(({ meta }) => meta.width !== first.meta.width || meta.height !== first.meta.height))
        throw new Error('the size of the frames changed');
      const content = muxWebp(
        first.meta,
        chained.map(({ data }) => data),
      );
      const metadata: CaptureMetadata = {
        schema: 'bonafide-capture/1',
        ...facts,
        steps: steps.map(({ id, shownAtMs, doneAtMs }) => ({
          id,
          shownAtMs: since(shownAtMs),
          doneAtMs: doneAtMs === null ? null : since(doneAtMs),
        })),
        light: light.map(({ index, shownAtMs }) => ({ index, shownAtMs: since(shownAtMs) })),
        events,
        frames: frames.map(({ meta }) => meta),
        chain: await captureChain(facts.sessionId, facts.nonce, chained, sha256),
      };
      if (!Check(CaptureMetadata, metadata)) throw new Error('the metadata breaks its own schema');
      return { content, metadata: JSON.stringify(metadata) };
    },
  };
}

function nameOf({ stepId, moment }: FrameMoment): string {
  return `${stepId} ${moment}`;
}
