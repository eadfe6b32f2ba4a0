import { InputError, type FaceTemplate, type Picture } from './analysis.js';
import { CUES } from './cues/index.js';
import type { Part } from './cues/cue.js';
import { decodeFrames } from './decode.js';
import { findFaces } from './detect/find-faces.js';
import { embedFace, type EmbeddingName } from './embedding.js';
import { followFace, type FaceFrame, type SeenFrame } from './face.js';
import type { SharedBytes } from './memory.js';
import type { OwnWeights } from './own-weights.js';
import { closeNetworks, openNetworks, warmUp, type NetworkRun, type Networks } from './networks.js';
import type { Checksums } from './models.js';
import { encodePicture } from './picture.js';
import type { Source } from './source.js';

/** Work on pixels, by kind: what goes in and what comes out. All of it is plain data that may cross threads. */
export interface Jobs {
  /** Runs every network once, so that the first clip is as fast as the next. */
  warmUp: { input: null; output: null };
  /** Decodes consecutive frames of a source, into `memory` as far as it goes, and follows the face through them. */
  see: {
    input: { source: Source; from: number; to: number; memory: SharedBytes[] };
    output: SeenFrame[];
  };
  /** Decodes the first frame of a source and finds every face in it, largest first. */
  find: { input: { source: Source; memory: SharedBytes[] }; output: FaceFrame[] };
  /** Measures one part of a cue. */
  measure: { input: { cue: string; part: Part; frames: SeenFrame[] }; output: unknown };
  /** Embeds the face of one frame, with every embedding network or with those that are named. */
  embed: { input: { frame: SeenFrame; names?: readonly EmbeddingName[] }; output: FaceTemplate };
  /** Decodes every frame of a source and makes it a JPEG, for people to look at. */
  picture: { input: { source: Source }; output: Picture[] };
}

export type JobKind = keyof Jobs;

/** One piece of work. */
export type Job = { [K in JobKind]: { kind: K; input: Jobs[K]['input'] } }[JobKind];

/** Where the engine's work on pixels is done: in this thread, or spread over workers. */
export interface Inference {
  /**
   * Does a job; settles only when nothing works on it any more. Errors: {@link InputError} for input that turns out
   * undecodable, AbortError when `signal` fires before the work began.
   */
  run<K extends JobKind>(kind: K, input: Jobs[K]['input'], signal?: AbortSignal): Promise<Jobs[K]['output']>;
  close(): Promise<void>;
  /** Weights that it works with instead of the manifest's. */
  weights?: OwnWeights | undefined;
}

/** Opens all networks of a weights folder and works in this thread. Throws ModelError. */
export async function openLocalInference(
  modelsFolder: string,
  onRun?: (run: NetworkRun) => void,
  own?: Checksums,
): Promise<Inference> {
  return createLocalInference(await openNetworks(modelsFolder, onRun, own));
}

/** Works in this thread, one job after another, with networks that are open; closing it closes them. */
export function createLocalInference(networks: Networks): Inference {
  const jobs = createJobs(networks);
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(kind, input, signal) {
      const mine = last.then(() => {
        signal?.throwIfAborted();
        return jobs[kind](input);
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await last;
      await closeNetworks(networks);
    },
  };
}

type JobTable = { [K in JobKind]: (input: Jobs[K]['input']) => Promise<Jobs[K]['output']> };

function createJobs(networks: Networks): JobTable {
  return {
    warmUp: async () => {
      await warmUp(networks);
      return null;
    },
    see: async ({ source, from, to, memory }) =>
      followFace(await decodeFrames(source, from, to, memory), networks),
    find: async ({ source, memory }) => {
      const [frame] = await decodeFrames(source, 0, 1, memory);
      return frame ? findFaces(frame, networks) : [];
    },
    measure: async ({ cue: name, part, frames }) => {
      const cue = CUES.find((candidate) => candidate.name === name);
      if (!cue) throw new Error(`there is no cue named ${name}`);
      return cue.measure(part, frames, networks);
    },
    embed: ({ frame, names }) => embedFace(frame, networks, names),
    picture: async ({ source }) => {
      const pictures: Picture[] = [];
      for (const frame of await decodeFrames(source))
        pictures.push({ jpeg: await encodePicture(frame), ...frame.uploaded });
      return pictures;
    },
  };
}

/** A job's result as it crosses threads: an error's class does not survive the way, its fields do. */
export type Answer = { value: unknown } | { refused: { code: InputError['code']; message: string } };

/** What a worker thread gives back: the job's answer, and which networks ran for it. */
export interface WorkerAnswer {
  answer: Answer;
  runs: NetworkRun[];
}

/** Does a job for another thread. Errors that are no fault of the input are thrown. */
export async function answerJob(inference: Inference, { kind, input }: Job): Promise<Answer> {
  try {
    return { value: await inference.run(kind, input) };
  } catch (error) {
    if (error instanceof InputError) return { refused: { code: error.code, message: error.message } };
    throw error;
  }
}

/** What the other thread's job gave: its value, or its InputError thrown again. */
export function readAnswer<K extends JobKind>(_kind: K, answer: Answer): Jobs[K]['output'] {
  if ('refused' in answer) throw new InputError(answer.refused.code, answer.refused.message);
  return answer.value as Jobs[K]['output'];
}
