import type { ChallengeStep, OvalStep, QualityReason, StepReport, TurnStep } from '@bonafide/protocol';
import type { Reason } from '../analysis.js';
import type { FaceFrame } from '../face.js';
import { boundsOf } from '../mesh.js';
import { median, missing, notApplicable, parameter, type Clip, type Cue, type Parameters } from './cue.js';

/** Where the face was at one moment, in the units of the challenge. */
export interface Station {
  timeMs: number;
  stepId: number;
  /** Fractions of the frame. */
  centreX: number;
  centreY: number;
  /** Fraction of the frame's shorter side. */
  width: number;
  yawDeg: number;
  /** Frame's long side over its short one, each axis: what a fraction of it is in shorter sides. */
  stretchX: number;
  stretchY: number;
}

/** How one step went. */
interface Performance {
  fault?: QualityReason;
  /** Physics or a person's nerves do not allow it. */
  impossible?: Reason;
  /** The way to an oval was longer than its reach, so that it had to be gone. */
  moved?: boolean;
  /** Width of the face in the oval, fraction of the frame's shorter side. */
  width?: number;
}

/**
 * Was the challenge of this very attempt followed, and as a body follows? Each oval is reached after it was shown, not
 * faster than a person reacts, and in time; the head turns to the side asked for; the way there has no jumps. What a willing
 * person did not do is a fault of the capture; what no person can do speaks against it. See docs/cues/challenge.md.
 */
export const challenge: Cue<never, never> = {
  name: 'challenge',
  version: '1',
  stage: 'proof',
  parameters: [
    'reactionMs',
    'slackMs',
    'centreTolerance',
    'widthTolerance',
    'turnShare',
    'approachShare',
    'maxSpeed',
    'maxGrowth',
    'followedLlr',
    'jumpLlr',
    'reactionLlr',
  ],

  plan(clip, parameters) {
    const { capture } = clip;
    if (!capture) return notApplicable('the clip has no challenge');
    const path = pathOf(clip);
    const { steps } = capture.metadata;
    const performances = capture.challenge.steps.map((step) =>
      perform(
        step,
        steps.find(({ id }) => id === step.id),
        path,
        parameters,
      ),
    );
    const number = (name: string) => parameter(parameters, name);
    const faults = new Set(performances.flatMap(({ fault }) => fault ?? []));
    if (!approached(capture.challenge.steps, performances, number('approachShare')))
      faults.add('StepTimedOut');
    const { speeds, growths } = changesOf(path);
    const jumps = speeds.filter(
      (speed, k) => speed > number('maxSpeed') || (growths[k] ?? 0) > number('maxGrowth'),
    ).length;
    const hasty = performances.filter(({ impossible }) => impossible).length;
    const against = Math.min(jumps > 0 ? number('jumpLlr') : 0, hasty > 0 ? number('reactionLlr') : 0);
    const moved = performances.some((performance) => performance.moved);
    const evidence = {
      jumps,
      hasty,
      timeMs: path.map(({ timeMs }) => timeMs),
      stepId: path.map(({ stepId }) => stepId),
      centreX: path.map(({ centreX }) => centreX),
      centreY: path.map(({ centreY }) => centreY),
      faceWidth: path.map(({ width }) => width),
      yawDeg: path.map(({ yawDeg }) => yawDeg),
      speed: [null, ...speeds],
    };
    if (faults.size > 0) return { ...missing('the challenge was not followed', ...faults), evidence };
    return {
      status: 'scored',
      llr: against < 0 ? against : moved ? number('followedLlr') : 0,
      quality: 1,
      evidence,
    };
  },
  measure: () => Promise.reject(new Error('nothing is measured on pixels')),
  conclude: () => notApplicable('nothing is measured on pixels'),
};

/** Where the face was in every frame that shows it. */
export function pathOf({ frames, capture }: Clip): Station[] {
  return frames.flatMap((seen) => {
    const meta = capture?.metadata.frames[seen.frame.index];
    return seen.face && meta ? [stationOf(seen as FaceFrame, meta)] : [];
  });
}

function stationOf(
  { frame: { width, height }, face }: FaceFrame,
  { timeMs, stepId }: { timeMs: number; stepId: number },
): Station {
  const box = boundsOf(face.mesh);
  const shorter = Math.min(width, height);
  return {
    timeMs,
    stepId,
    centreX: (box.left + box.width / 2) / width,
    centreY: (box.top + box.height / 2) / height,
    width: box.width / shorter,
    yawDeg: face.report.pose.yawDeg,
    stretchX: width / shorter,
    stretchY: height / shorter,
  };
}

function perform(
  step: ChallengeStep,
  report: StepReport | undefined,
  path: readonly Station[],
  parameters: Parameters,
): Performance {
  const timedOut =
    'timeoutMs' in step &&
    (report?.doneAtMs ?? Infinity) - (report?.shownAtMs ?? 0) >
      step.timeoutMs + parameter(parameters, 'slackMs');
  switch (step.kind) {
    case 'oval':
      return !report || timedOut ? { fault: 'StepTimedOut' } : performOval(step, report, path, parameters);
    case 'turn':
      return !report || timedOut || !turned(step, path, parameters) ? { fault: 'TurnNotPerformed' } : {};
    case 'expression':
    case 'light':
      // Their own cues judge them; here only that they took place.
      return !report || report.doneAtMs === null || timedOut ? { fault: 'StepTimedOut' } : {};
  }
}

function performOval(
  step: OvalStep,
  report: StepReport,
  path: readonly Station[],
  parameters: Parameters,
): Performance {
  const number = (name: string) => parameter(parameters, name);
  const isIn = (station: Station) =>
    Math.abs(station.width / step.faceWidth - 1) <= number('widthTolerance') &&
    Math.hypot(
      (station.centreX - step.centreX) * station.stretchX,
      (station.centreY - step.centreY) * station.stretchY,
    ) <=
      number('centreTolerance') * step.faceWidth;
  const { shownAtMs, doneAtMs } = report;
  const during = path.filter(({ stepId }) => stepId === step.id);
  const arrived = during.filter(
    (station) => station.timeMs <= (doneAtMs ?? -Infinity) + number('slackMs') && isIn(station),
  );
  const [first] = arrived;
  if (!first) return { fault: 'StepTimedOut' };
  const before = path.findLast(({ timeMs }) => timeMs <= shownAtMs);
  const moved = before !== undefined && !isIn(before);
  const width = median(arrived.map((station) => station.width));
  if (moved && first.timeMs - shownAtMs < number('reactionMs'))
    return {
      impossible: { code: 'Hasty', text: 'the face was in the oval before a person could react' },
      moved,
      width,
    };
  return { moved, width };
}

/** Whether from each oval to the next the face came nearer or went away by this share of what was asked, in e-folds. */
function approached(
  steps: readonly ChallengeStep[],
  performances: readonly Performance[],
  share: number,
): boolean {
  const ovals = steps.flatMap((step, k) =>
    step.kind === 'oval' ? [{ asked: step.faceWidth, taken: performances[k]?.width ?? NaN }] : [],
  );
  return ovals.slice(1).every((to, k) => {
    const from = ovals[k];
    const asked = Math.log(to.asked / (from?.asked ?? NaN));
    const taken = Math.log(to.taken / (from?.taken ?? NaN));
    // An oval that was not reached is a fault of its own; what leads to one of the same size asks for nothing.
    return Number.isNaN(taken) || Math.abs(taken) >= share * Math.abs(asked);
  });
}

function turned({ id, side, yawDeg }: TurnStep, path: readonly Station[], parameters: Parameters): boolean {
  const rest = median(path.flatMap((station) => (station.stepId === id ? [] : [station.yawDeg])));
  const towards = side === 'left' ? 1 : -1;
  const most = Math.max(
    ...path.flatMap((station) =>
      station.stepId === id ? [towards * (station.yawDeg - (Number.isNaN(rest) ? 0 : rest))] : [],
    ),
  );
  return most >= parameter(parameters, 'turnShare') * yawDeg;
}

/** Two frames closer in time than this are taken to be so far apart, ms: the network's own trembling is no movement. */
const MIN_INTERVAL_MS = 80;

/** From frame to frame: speed of the face in its own widths a second, and growth in e-folds a second. */
export function changesOf(path: readonly Station[]): { speeds: number[]; growths: number[] } {
  const steps = path.slice(1).map((to, k) => {
    const from = path[k] ?? to;
    const seconds = Math.max(MIN_INTERVAL_MS, to.timeMs - from.timeMs) / 1000;
    const way = Math.hypot(
      (to.centreX - from.centreX) * to.stretchX,
      (to.centreY - from.centreY) * to.stretchY,
    );
    return {
      speed: way / Math.max(from.width, to.width) / seconds,
      growth: Math.abs(Math.log(to.width / from.width)) / seconds,
    };
  });
  return { speeds: steps.map(({ speed }) => speed), growths: steps.map(({ growth }) => growth) };
}
