import type { ExpressionStep } from '@bonafide/protocol';
import type { FaceFrame, SeenFrame } from '../face.js';
import { landmark, type Mesh } from '../mesh.js';
import { fitHomography, invert, warpLuma, type Homography } from './homography.js';
import {
  median,
  missing,
  notApplicable,
  parameter,
  ramp,
  type Clip,
  type Cue,
  type Parameters,
  type Part,
} from './cue.js';
import type { Plane } from './patch-match.js';

/** How the mouth of a mesh stands, in distances between the outer corners of the eyes. */
export interface Mouth {
  /** Between the inner edges of the lips. */
  gap: number;
  /** Between the corners. */
  width: number;
}

/** How much of the picture changed between rest and expression once the head's own movement is taken off. */
export interface MouthChange {
  /** 1 - correlation of the mouth, 0..2. */
  mouth: number;
  /** The same of the bridge of the nose, which no expression moves. */
  nose: number;
}

/** Landmarks that the mouth does not move; they bring one frame over the other. */
const RIGID = [33, 133, 362, 263, 168, 6, 197, 195, 5, 9, 151, 122, 351, 107, 336];
/** Side of the compared picture between the outer corners of the eyes, px. */
const EYES_PX = 64;
/** Compared areas around a landmark, half sides in px of that picture. */
const MOUTH_AREA = { landmark: 13, halfWidth: 30, halfHeight: 22 };
const NOSE_AREA = { landmark: 197, halfWidth: 12, halfHeight: 14 };

/**
 * Did the face make the expression that this challenge asked for, after it was shown? Landmarks say how the mouth moved,
 * pixels that there is a movement and not a mesh that imagines one. Prints and rigid masks cannot. See
 * docs/cues/expression.md.
 */
export const expression: Cue<Part, MouthChange | null> = {
  name: 'expression',
  version: '1',
  stage: 'signal',
  parameters: [
    'reactionMs',
    'openGap',
    'smileWidening',
    'minChange',
    'sureChange',
    'madeLlr',
    'unmovedLlr',
    'hastyLlr',
  ],

  plan(clip, parameters) {
    const course = courseOf(clip);
    if (!course) return notApplicable('the challenge asks for no expression');
    const { before, during } = course;
    if (before.length < 2 || during.length === 0)
      return missing('no frame shows the face at rest and in the step', 'SmileNotPerformed');
    const peak = peakOf(course);
    if (!peak || courseValue(course, peak) < neededOf(course, parameters))
      return {
        ...missing('the expression was not seen', 'SmileNotPerformed'),
        evidence: traceOf(course, clip, parameters),
      };
    const rest = restNearest(course, peak);
    return rest
      ? [{ frames: [rest.frame.index, peak.frame.index] }]
      : missing('no frame shows the face at rest');
  },

  measure: (_part, frames) => Promise.resolve(measureChange(frames)),

  conclude([change], clip, parameters) {
    const course = courseOf(clip);
    if (!course || !change) return missing('the mouth could not be compared');
    const number = (name: string) => parameter(parameters, name);
    const { step, report, all } = course;
    const needed = neededOf(course, parameters);
    const made = all.filter((frame) => courseValue(course, frame) >= needed);
    const firstMade = made.find((frame) => stepIdOf(clip, frame) === step.id);
    const early = firstMade ? timeOf(clip, firstMade) - report.shownAtMs < number('reactionMs') : false;
    const beyondNose = change.mouth - change.nose;
    const moved = ramp(beyondNose, number('minChange'), number('sureChange'));
    const llr = early ? number('hastyLlr') : moved > 0 ? number('madeLlr') * moved : number('unmovedLlr');
    return {
      status: 'scored',
      llr,
      quality: 1,
      evidence: {
        ...traceOf(course, clip, parameters),
        reached: Math.max(...made.map((frame) => courseValue(course, frame))),
        mouthChange: change.mouth,
        noseChange: change.nose,
        early: early ? 'yes' : 'no',
      },
    };
  },
};

interface Course {
  step: ExpressionStep;
  report: { shownAtMs: number };
  /** Frames with a face, in order; those of the step; those of other steps before it, else after it. */
  all: FaceFrame[];
  during: FaceFrame[];
  before: FaceFrame[];
}

function courseOf({ frames, capture }: Clip): Course | null {
  const step = capture?.challenge.steps.find((candidate) => candidate.kind === 'expression');
  const report = capture?.metadata.steps.find(({ id }) => id === step?.id);
  if (!capture || !step) return null;
  const meta = (frame: FaceFrame) => capture.metadata.frames[frame.frame.index];
  const all = frames.filter((seen): seen is FaceFrame => seen.face !== null);
  const others = all.filter((frame) => meta(frame)?.stepId !== step.id);
  const earlier = others.filter((frame) => (meta(frame)?.stepId ?? Infinity) < step.id);
  return {
    step,
    report: { shownAtMs: report?.shownAtMs ?? Infinity },
    all,
    during: all.filter((frame) => meta(frame)?.stepId === step.id),
    before: earlier.length >= 2 ? earlier : others,
  };
}

/** How the mouth stood from frame to frame. */
function traceOf(course: Course, clip: Clip, parameters: Parameters) {
  const { all, step } = course;
  return {
    expression: step.expression,
    needed: neededOf(course, parameters),
    timeMs: all.map((frame) => timeOf(clip, frame)),
    stepId: all.map((frame) => stepIdOf(clip, frame)),
    value: all.map((frame) => courseValue(course, frame)),
  };
}

function timeOf({ capture }: Clip, { frame }: FaceFrame): number {
  return capture?.metadata.frames[frame.index]?.timeMs ?? NaN;
}

function stepIdOf({ capture }: Clip, { frame }: FaceFrame): number {
  return capture?.metadata.frames[frame.index]?.stepId ?? NaN;
}

/** Gap and width of the mouth, whatever the turn and size of the head. */
export function mouthOf(mesh: Mesh): Mouth {
  const distance = (one: number, other: number) => {
    const [a, b] = [landmark(mesh, one), landmark(mesh, other)];
    return Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
  };
  const unit = distance(33, 263);
  return { gap: distance(13, 14) / unit, width: distance(61, 291) / unit };
}

/** What the step asks to grow. */
function courseValue({ step }: Course, { face }: FaceFrame): number {
  const { gap, width } = mouthOf(face.mesh);
  return step.expression === 'openMouth' ? gap : width;
}

/** From where on the expression counts as made: relative to the same face at rest. */
function neededOf(course: Course, parameters: Parameters): number {
  const rest = median(course.before.map((frame) => courseValue(course, frame)));
  return course.step.expression === 'openMouth'
    ? rest + parameter(parameters, 'openGap')
    : rest * parameter(parameters, 'smileWidening');
}

function peakOf(course: Course): FaceFrame | undefined {
  return course.during.reduce<FaceFrame | undefined>(
    (best, frame) => (!best || courseValue(course, frame) > courseValue(course, best) ? frame : best),
    undefined,
  );
}

/** The frame at rest whose head stands most like that of another: the less is left to explain away. */
function restNearest({ before }: Course, { face }: FaceFrame): FaceFrame | undefined {
  const unlike = (other: FaceFrame) => {
    const [a, b] = [face.report, other.face.report];
    return (
      Math.abs(a.pose.yawDeg - b.pose.yawDeg) +
      Math.abs(a.pose.pitchDeg - b.pose.pitchDeg) +
      20 * Math.abs(Math.log(a.interocularPx / b.interocularPx))
    );
  };
  return [...before].sort((one, other) => unlike(one) - unlike(other))[0];
}

/** Compares mouth and bridge of the nose between two frames, the head's own movement taken off; null where it cannot. */
export function measureChange([rest, peak]: readonly SeenFrame[]): MouthChange | null {
  if (!rest?.face || !peak?.face) return null;
  const [here, there] = [rest.face.mesh, peak.face.mesh];
  const [right, left, centre] = [landmark(there, 33), landmark(there, 263), landmark(there, 197)];
  const step = Math.hypot(left.x - right.x, left.y - right.y) / EYES_PX;
  const [width, height] = [2 * EYES_PX, 3 * EYES_PX];
  const grid: Homography = [step, 0, centre.x - (width / 2) * step, 0, step, centre.y - EYES_PX * step, 0, 0];
  const onGrid = (number: number) => {
    const { x, y } = landmark(there, number);
    return { x: (x - (grid[2] ?? NaN)) / step, y: (y - (grid[5] ?? NaN)) / step };
  };
  const map = fitHomography(
    RIGID.map((number) => landmark(here, number)),
    RIGID.map(onGrid),
  );
  const back = map && invert(map);
  if (!back) return null;
  const before = warpLuma(rest.frame, back, width, height);
  const after = warpLuma(peak.frame, grid, width, height);
  const changeAt = (area: typeof MOUTH_AREA) => 1 - correlate(before, after, onGrid(area.landmark), area);
  const change = { mouth: changeAt(MOUTH_AREA), nose: changeAt(NOSE_AREA) };
  return Number.isFinite(change.mouth + change.nose) ? change : null;
}

/** Correlation of two pictures in an area; NaN where they do not overlap enough or are without contrast. */
function correlate(
  one: Plane,
  other: Plane,
  middle: { x: number; y: number },
  { halfWidth, halfHeight }: { halfWidth: number; halfHeight: number },
): number {
  const pairs: [number, number][] = [];
  for (let row = Math.round(middle.y) - halfHeight; row <= middle.y + halfHeight; row++)
    for (let column = Math.round(middle.x) - halfWidth; column <= middle.x + halfWidth; column++) {
      if (row < 0 || column < 0 || row >= one.height || column >= one.width) continue;
      const at = row * one.width + column;
      const pair: [number, number] = [one.values[at] ?? NaN, other.values[at] ?? NaN];
      if (Number.isFinite(pair[0] + pair[1])) pairs.push(pair);
    }
  if (pairs.length < halfWidth * halfHeight) return NaN;
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  let [product, left, right] = [0, 0, 0];
  for (const [x, y] of pairs) {
    product += (x - a) * (y - b);
    left += (x - a) ** 2;
    right += (y - b) ** 2;
  }
  return product / Math.sqrt(left * right);
}
