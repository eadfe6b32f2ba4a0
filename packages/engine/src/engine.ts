import type { QualityReason } from '@bonafide/protocol';
import type { Analysis, AnalysisRequest, CueReport, Engine, FaceTemplate, FrameReport } from './analysis.js';
import { measureCues } from './cues/measure.js';
import type { Clip, Cue } from './cues/cue.js';
import { CUES } from './cues/index.js';
import { decide } from './decide.js';
import { inspectFaces } from './detect/inspect-faces.js';
import { frameBytes } from './decode.js';
import { EMBEDDINGS, meanTemplate } from './embedding.js';
import type { FaceFrame, SeenFrame } from './face.js';
import { gateFrame, judgeCapture } from './gates.js';
import type { Inference } from './inference.js';
import { createMemoryPool } from './memory.js';
import { versionOfWeights } from './own-weights.js';
import { keepPerson, PERSON_NETWORK } from './person.js';
import type { Policy } from './policy.js';
import { encodePicture } from './picture.js';
import { bestInEachSpan, faceMerit, toRectangle } from './quality.js';
import { inspectReference } from './reference.js';
import { CONTENT_LIMITS, isSplittable, readSource, type Source } from './source.js';
import { compareFrames, compareTemplates } from './verify.js';
import { openWorkspace, type Workspace } from './workspace.js';

/** Version of the pipeline: changes whenever the same clip may be judged otherwise under the same policy. */
export const ENGINE_VERSION = 'bonafide-11';

/**
 * Frames that one job decodes and follows the face through. It is the same whatever the number of workers, so that the same
 * clip gets the same analysis everywhere; each job searches the whole of its first frame, which also finds other people.
 */
const FRAMES_PER_JOB = 3;

/** Memory for pictures that is kept for the next clips, bytes: four clips of 12 frames of 480 x 640. */
const KEPT_MEMORY = 48 * 1024 * 1024;

/**
 * Makes an engine from a place to work on pixels and a policy. Closing the engine closes the former.
 * @param chosen what it measures; fewer are for measuring what each is worth
 */
export function createEngine(inference: Inference, policy: Policy, chosen: readonly Cue[] = CUES): Engine {
  const weights = inference.weights ? versionOfWeights(inference.weights) : '';
  const versions = { engine: ENGINE_VERSION + weights, policy: policy.version };

  const memory = createMemoryPool(KEPT_MEMORY);

  async function analyse(request: AnalysisRequest, work: Workspace, signal?: AbortSignal): Promise<Analysis> {
    const source = await readSource(request.content, CONTENT_LIMITS, work.allocate);
    const seen = await seeFrames(source, work, signal);

    const mode = source.kind === 'still' ? 'singleFrame' : 'clip';
    const known: Templates = mode === 'clip' ? await recognise(seen, work, signal) : new Map();
    const frames = onlyPerson(seen, known);
    const failed = frames.map((frame) => gateFrame(frame, policy));
    const usable = usableOf(frames, failed);
    const clip: Clip = { mode, frames, usable, ...(request.capture && { capture: request.capture }) };

    const [cues, templates] = await Promise.all([
      measureCues(clip, work, policy, signal, chosen),
      request.reference || request.withTemplate ? templatesOf(clip, known, work, signal) : [],
    ]);
    const quality = [
      ...judgeCapture(frames, failed, mode === 'clip' || !request.allowStill, policy),
      ...cueFaults(cues),
    ];
    const unbound = request.capture === undefined;
    const decideBy = request.decideBy ?? policy;
    const verdict = decide(
      { cues, quality, unbound, allowUnbound: request.allowUnbound },
      decideBy,
      request.operatingPoint,
    );
    const target = targetOf(clip);
    const picture = request.withPicture && target && frames[target.frameIndex];
    return {
      mode,
      ...verdict,
      quality,
      unbound,
      cues,
      frames: frames.map((frame, k) => report(frame, failed[k] ?? [])),
      target,
      ...(picture && { picture: await encodePicture(picture.frame) }),
      verification:
        request.reference && templates.length > 0
          ? compareFrames(templates, request.reference, policy)
          : null,
      ...(request.withTemplate && templates.length > 0 && { template: meanTemplate(templates) }),
      versions: { ...versions, policy: decideBy.version },
    };
  }

  /** The clip's frames, with the faces of its person alone; as they are where no frame is good enough to say who that is. */
  function onlyPerson(frames: readonly SeenFrame[], known: Templates): readonly SeenFrame[] {
    const usable = usableOf(
      frames,
      frames.map((frame) => gateFrame(frame, policy)),
    );
    if (known.size === 0 || usable.length === 0) return frames;
    const anchors = bestInEachSpan(usable, policy.verification.frames.value);
    const indices = anchors.map(({ frame }) => frame.index);
    return keepPerson(frames, known, indices, policy.verification.samePerson.value);
  }

  /** The face in well-seen frames all over the clip; none where no frame is usable. */
  function templatesOf(
    { usable }: Clip,
    known: Templates,
    work: Workspace,
    signal?: AbortSignal,
  ): Promise<FaceTemplate[]> {
    const chosen = bestInEachSpan(usable, policy.verification.frames.value);
    return Promise.all(
      chosen.map(async (frame) => {
        const own = known.get(frame.frame.index) ?? {};
        const names = EMBEDDINGS.filter((name) => !(name in own));
        return { ...own, ...(await work.run('embed', { frame, names }, signal)) };
      }),
    );
  }

  async function inWorkspace<T>(job: (work: Workspace) => Promise<T>): Promise<T> {
    const work = openWorkspace(inference, memory);
    try {
      return await job(work);
    } finally {
      await work.end();
    }
  }

  return {
    versions,
    analyse: (request, signal) => inWorkspace((work) => analyse(request, work, signal)),
    inspectReference: (content, signal) =>
      inWorkspace((work) => inspectReference(content, work, policy, signal)),
    detectFaces: (content, options, signal) =>
      inWorkspace((work) => inspectFaces(content, options, work, policy, signal)),
    pictures: (content, signal) =>
      inWorkspace(async (work) => {
        const source = await readSource(content, CONTENT_LIMITS, work.allocate);
        return work.run('picture', { source }, signal);
      }),
    compare: (one, other) => compareTemplates(one, other, policy),
    close: () => inference.close(),
  };
}

/** Decodes the clip and follows its face, in as many jobs as the file allows. */
async function seeFrames(source: Source, work: Workspace, signal?: AbortSignal): Promise<SeenFrame[]> {
  const count = source.timesMs.length;
  const step = isSplittable(source) ? FRAMES_PER_JOB : count;
  const starts = Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step);
  const seen = await Promise.all(
    starts.map((from) => {
      const to = Math.min(from + step, count);
      const memory = Array.from({ length: to - from }, () => work.allocate(frameBytes(source)));
      return work.run('see', { source, from, to, memory }, signal);
    }),
  );
  return seen.flat();
}

/** Templates of frames by their index, of one network or more. */
type Templates = ReadonlyMap<number, FaceTemplate>;

/** Embeds every face of a clip, well seen or not, to tell whose it is. */
async function recognise(
  frames: readonly SeenFrame[],
  work: Workspace,
  signal?: AbortSignal,
): Promise<Templates> {
  const templates = frames
    .filter(({ face }) => face !== null)
    .map(async (frame) => {
      const template = await work.run('embed', { frame, names: [PERSON_NETWORK] }, signal);
      return [frame.frame.index, template] as const;
    });
  return new Map(await Promise.all(templates));
}

function usableOf(frames: readonly SeenFrame[], failed: readonly QualityReason[][]): FaceFrame[] {
  return frames.filter((frame, k): frame is FaceFrame => frame.face !== null && failed[k]?.length === 0);
}

/** What the person was asked to do and did not. */
function cueFaults(cues: readonly CueReport[]): QualityReason[] {
  return cues.flatMap(({ outcome }) => (outcome.status === 'scored' ? [] : (outcome.faults ?? [])));
}

/** The frame that stands for the decision: the best usable one, else the best that shows a face. */
function targetOf({ usable, frames }: Clip): Analysis['target'] {
  const withFace = frames.filter((frame): frame is FaceFrame => frame.face !== null);
  const [best] = byMerit(usable.length > 0 ? usable : withFace);
  if (!best) return null;
  const { index, timeMs } = best.frame;
  return { frameIndex: index, timeMs, faceRectangle: best.face.report.rectangle };
}

function byMerit(frames: readonly FaceFrame[]): FaceFrame[] {
  return [...frames].sort((one, other) => faceMerit(other.face) - faceMerit(one.face));
}

function report({ frame, face, others }: SeenFrame, failed: QualityReason[]): FrameReport {
  return {
    index: frame.index,
    timeMs: frame.timeMs,
    width: frame.uploaded.width,
    height: frame.uploaded.height,
    face: face?.report ?? null,
    otherFaces: others.map((box) => toRectangle(box, frame)),
    usable: failed.length === 0,
    failed,
  };
}
