import { createHash } from 'node:crypto';
import { CaptureMetadata, captureChain, type Challenge } from '@bonafide/protocol';
import { Value } from '@sinclair/typebox/value';
import { InputError } from './analysis.js';
import { readWebp } from './webp.js';

/** What the `Metadata` of a capture turned out to be. */
export type ReadMetadata =
  /** It does not claim to be ours: an unbound clip. */
  | { kind: 'unbound' }
  | { kind: 'bound'; metadata: CaptureMetadata }
  /** It claims the schema and breaks it; `fault` says where. */
  | { kind: 'broken'; fault: string };

/** The attempt that a capture must belong to. */
export interface AttemptIdentity {
  sessionId: string;
  /** Base64url. */
  nonce: string;
  challenge: Challenge;
  /** Time since the nonce was handed out, ms; no capture can last longer. */
  elapsedMs: number;
}

const SCHEMA = 'bonafide-capture/1';
/** 36 frames take about 10 kB; camera capabilities a few more. Longer texts are not read. */
const MAX_METADATA_BYTES = 256 * 1024;
/** Frames of a bound clip: enough for every step, few enough for 4 MB. */
const MIN_FRAMES = 12;
const MAX_FRAMES = 36;
/** Clocks of device and service may run apart by so much during a capture, ms. */
const CLOCK_DRIFT_MS = 1_000;

/** Tells captures of our clients from everything else that the `Metadata` part may hold. */
export function readCaptureMetadata(bytes: Uint8Array): ReadMetadata {
  if (bytes.length > MAX_METADATA_BYTES)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SCHEMA)
      ? { kind: 'broken', fault: `it is longer than ${MAX_METADATA_BYTES} bytes` }
      : { kind: 'unbound' };
  const value = parseObject(bytes);
  if (!value || !('schema' in value) || value.schema !== SCHEMA) return { kind: 'unbound' };
  if (Value.Check(CaptureMetadata, value)) return { kind: 'bound', metadata: value };
  const fault = Value.Errors(CaptureMetadata, value).First();
  return {
    kind: 'broken',
    fault: `${fault?.path || 'the whole'}: ${fault?.message ?? 'not as the schema asks'}`,
  };
}

/**
 * Checks that a capture was made for this attempt and that nothing of it was changed: session, nonce, number of frames,
 * order of steps and times, and the capture chain over the clip's bytes. Returns what is wrong, or null.
 */
export async function findBindingFault(
  content: Uint8Array,
  metadata: CaptureMetadata,
  attempt: AttemptIdentity,
): Promise<string | null> {
  if (metadata.sessionId.toLowerCase() !== attempt.sessionId.toLowerCase())
    return 'sessionId is not that of the session';
  if (metadata.nonce !== attempt.nonce) return 'nonce is not that of the attempt';
  return (
    timeFault(metadata, attempt) ?? stepFault(metadata, attempt.challenge) ?? chainFault(content, metadata)
  );
}

function timeFault({ frames, steps, light }: CaptureMetadata, { elapsedMs }: AttemptIdentity): string | null {
  const last = Math.max(
    ...frames.map(({ timeMs }) => timeMs),
    ...steps.map(({ shownAtMs, doneAtMs }) => doneAtMs ?? shownAtMs),
    ...light.map(({ shownAtMs }) => shownAtMs),
  );
  if (last > elapsedMs + CLOCK_DRIFT_MS) return 'the capture lasts longer than its nonce is old';
  if (!ascends(frames.map(({ timeMs }) => timeMs))) return 'the times of frames go back';
  if (!ascends(light.map(({ shownAtMs }) => shownAtMs))) return 'the times of colours go back';
  if (!ascends(steps.flatMap(({ shownAtMs, doneAtMs }) => [shownAtMs, doneAtMs ?? shownAtMs])))
    return 'the times of steps go back';
  return null;
}

function stepFault({ frames, steps, light }: CaptureMetadata, challenge: Challenge): string | null {
  if (steps.some(({ id }, k) => id !== challenge.steps[k]?.id)) return 'steps are not those of the challenge';
  if (frames.some(({ stepId }) => !challenge.steps.some(({ id }) => id === stepId)))
    return 'a frame names a step that the challenge does not have';
  if (!ascends(frames.map(({ stepId }) => stepId))) return 'the steps of frames go back';
  const colours = challenge.steps.flatMap((step) => (step.kind === 'light' ? step.colours : [])).length;
  if (light.some(({ index }) => index >= colours))
    return 'light names a colour that the challenge does not have';
  return null;
}

async function chainFault(
  content: Uint8Array,
  { frames, ...metadata }: CaptureMetadata,
): Promise<string | null> {
  const chunks = chunksOf(content);
  if (chunks === null) return 'the clip is not an animated WebP';
  if (chunks.length !== frames.length)
    return `expected ${frames.length} frames, the clip has ${chunks.length}`;
  if (frames.length < MIN_FRAMES || frames.length > MAX_FRAMES)
    return `expected ${MIN_FRAMES} to ${MAX_FRAMES} frames, got ${frames.length}`;
  if (frames.some(({ k }, index) => k !== index)) return 'frames are not in the order of the clip';
  const chained = frames.map((meta, k) => ({ meta, data: chunks[k] ?? new Uint8Array() }));
  const chain = await captureChain(metadata.sessionId, metadata.nonce, chained, (data) =>
    createHash('sha256').update(data).digest(),
  );
  return chain === metadata.chain ? null : 'chain does not follow from the frames';
}

/** The data of every ANMF chunk; null when the file is none or damaged. */
function chunksOf(content: Uint8Array): Uint8Array[] | null {
  try {
    const { animated, frames } = readWebp(content);
    return animated ? frames.map(({ chunk }) => content.subarray(chunk.start, chunk.end)) : null;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function parseObject(bytes: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function ascends(values: readonly number[]): boolean {
  return values.every((value, k) => k === 0 || value >= (values[k - 1] ?? NaN));
}
