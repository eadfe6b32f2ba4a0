import type { CueOutcome } from '../analysis.js';
import type { Point } from '../detector.js';
import type { FaceFrame, SeenFrame } from '../face.js';
import { boxToTarget, sampleLuma } from '../image.js';
import { eyeCentres, landmark, type Mesh } from '../mesh.js';
import { median, missing, notApplicable, parameter, ramp, type Clip, type Cue, type Part } from './cue.js';
import { fitHomography, invert, project, warpLuma } from './homography.js';
import { residual } from './least-squares.js';
import { matchPatch, type Match } from './patch-match.js';

/** Two frames between which the head moved. */
export interface ParallaxPart extends Part {
  /** How much it moved, see {@link motionBetween}. */
  motion: number;
  /** Natural logarithm of the second face's size over the first's. */
  logScale: number;
}

/** What two frames say about the depth of what moved. */
export interface ParallaxMeasure {
  /** Points that were found again. */
  matches: number;
  /** Whatever a plane does not explain, rms of one coordinate in % of the distance between the eyes. */
  beyondPlane: number;
  /** Movement that only depth explains, rms in % of the distance between the eyes. */
  depth: number;
  /** The same after whatever a bent sheet explains. */
  depthBeyondBend: number;
  /** Growth of depth with the approach; its sign must be that of the change of size. */
  gamma: number;
}

/** Inner landmarks that expressions move little and that are no outline: outlines slide over the skin as the head turns. */
const POINTS = [
  9, 151, 8, 168, 6, 197, 195, 5, 4, 1, 2, 107, 336, 66, 296, 105, 334, 63, 293, 70, 300, 46, 276, 53, 283,
  52, 282, 65, 295, 55, 285, 33, 133, 362, 263, 117, 346, 118, 347, 119, 348, 120, 349, 121, 350, 122, 351,
  196, 419, 198, 420, 49, 279, 48, 278, 64, 294, 98, 327, 97, 326, 129, 358, 209, 429, 205, 425, 50, 280, 101,
  330, 36, 266, 164, 167, 393,
];

/** Corners of the subject's right and left eye, outer then inner. */
const EYE_CORNERS = [
  [33, 133],
  [263, 362],
] as const;

/** Pixels are compared at most this fine, px between the eyes: finer costs without telling more. */
const EYES_PX = 120;
/** Sides of the compared area in distances between the eyes. */
const AREA_WIDTH = 2.4;
const AREA_HEIGHT = 2.8;
/** A frame takes part in at most this many pairs, so that one bad frame cannot decide. */
const PAIRS_PER_FRAME = 3;
/** Root of the nose, which the compared area hangs on, and how far below its top. */
const NOSE_BRIDGE = 6;
const BRIDGE_AT = 0.42;
/** Fewer points do not determine the 14 unknowns with anything to spare. */
const MIN_POINTS = 10;
/** A match as sure as this needs no second opinion. */
const SURE_NCC = 0.95;
/** Matches further off than this many times the median rest (and a little) are taken for mistakes. */
const OUTLIER = 4;
const GROSS = 8;
const OUTLIER_PX = 0.3;

/**
 * Is what moves a head, or a sheet? Between two frames the best homography explains every movement of a flat thing. What
 * remains on a head is its depth: landmarks tell where to look, patches of pixels how far each point really moved, since
 * the mesh network imagines depth in a flat photograph too. See docs/cues/parallax.md.
 */
export const parallax: Cue<ParallaxPart, ParallaxMeasure | null> = {
  name: 'parallax',
  version: '3',
  stage: 'signal',
  parameters: [
    'pairs',
    'minMotion',
    'maxTurnDeg',
    'minEyesPx',
    'minPairs',
    'surePairs',
    'minMatches',
    'flatDepth',
    'solidDepth',
    'bentDepth',
    'exact',
    'unclear',
    'flatLlr',
    'bentLlr',
    'solidLlr',
    'signScale',
    'hollowFrom',
    'hollowGrowth',
  ],

  plan(clip, parameters) {
    if (clip.mode === 'singleFrame') return notApplicable('a still has no movement');
    const parts = choosePairs(clip.usable, parameters);
    if (parts.length > 0) return parts;
    // Where a challenge asked for the movement, small pictures must not hide what it would show.
    const hidden = choosePairs(clip.usable, { ...parameters, minEyesPx: 0 }).length > 0;
    if (clip.capture && hidden)
      return missing('the face is too small in the pictures for its depth to be seen');
    return without(clip, 'the head moved too little');
  },

  measure: (_part, frames) => Promise.resolve(measurePair(frames)),

  conclude(measured, clip, parameters, parts) {
    const number = (name: string) => parameter(parameters, name);
    const pairs = parts.flatMap((part, k) => {
      const measure = measured[k];
      return measure && measure.matches >= number('minMatches') ? [{ ...part, ...measure }] : [];
    });
    if (pairs.length < number('minPairs')) {
      // The head moved enough, and faces can be followed then: what cannot is a doubt wherever a challenge asked for it.
      const reason = 'too few points of the face could be followed';
      return clip.capture ? missing(reason) : notApplicable(reason);
    }
    const typical = (measure: (pair: ParallaxMeasure) => number) => median(pairs.map(measure));
    const depth = typical((pair) => pair.depth);
    const depthBeyondBend = typical((pair) => pair.depthBeyondBend);
    const beyondPlane = typical((pair) => pair.beyondPlane);
    // Seen from nearer, what lies nearer grows more. Hollow things do the other way round, and as strongly.
    const approaches = pairs.filter(({ logScale }) => logScale >= Math.log(number('signScale')));
    const growth = median(approaches.map(({ gamma, logScale }) => gamma / (1 - Math.exp(-logScale))));
    const hollow = Number.isFinite(growth) ? ramp(growth, number('hollowFrom'), number('hollowGrowth')) : 0;

    const isSolid = ramp(depth, number('flatDepth'), number('solidDepth'));
    // Little depth proves a sheet only where a plane explains the rest as well: else the points were followed badly.
    const exact = ramp(beyondPlane, number('unclear'), number('exact'));
    const against = Math.min(
      number('flatLlr') * exact * ramp(isSolid, 1 / 3, 0),
      number('bentLlr') * exact * ramp(depthBeyondBend, number('bentDepth'), number('bentDepth') / 2),
      number('bentLlr') * isSolid * hollow,
    );
    // A video of a moving head has depth too: only a challenge, which it cannot follow, makes depth speak for a person.
    const forHead = clip.capture ? number('solidLlr') : 0;
    return {
      status: 'scored',
      llr: against < 0 ? against : forHead * ramp(isSolid, 2 / 3, 1),
      quality: Math.min(1, pairs.length / number('surePairs')),
      evidence: {
        depth,
        depthBeyondBend,
        beyondPlane,
        growth: Number.isFinite(growth) ? growth : 'no approach',
        pairFrom: pairs.map(({ frames }) => frames[0] ?? null),
        pairTo: pairs.map(({ frames }) => frames[1] ?? null),
        pairMotion: pairs.map(({ motion }) => motion),
        pairDepth: pairs.map((pair) => pair.depth),
        pairDepthBeyondBend: pairs.map((pair) => pair.depthBeyondBend),
        pairBeyondPlane: pairs.map((pair) => pair.beyondPlane),
        pairGamma: pairs.map(({ gamma }) => gamma),
        pairMatches: pairs.map(({ matches }) => matches),
      },
    };
  },
};

/** No evidence of depth; where the challenge plays no light it is all that could tell a person from a picture. */
function without({ capture }: Clip, reason: string): CueOutcome {
  const lit = capture?.challenge.steps.some(({ kind }) => kind === 'light');
  return capture && !lit ? missing(reason) : notApplicable(reason);
}

/**
 * How much the head moved between two frames: 1 for an approach by 13 %, a turn by 3 or a nod by 4 degrees, since these
 * show about the same depth.
 */
export function motionBetween(
  one: FaceFrame,
  other: FaceFrame,
  logScale = Math.log(sizeOf(other.face.mesh) / sizeOf(one.face.mesh)),
): number {
  const [a, b] = [one.face.report.pose, other.face.report.pose];
  return 8 * Math.abs(logScale) + Math.abs(a.yawDeg - b.yawDeg) / 3 + Math.abs(a.pitchDeg - b.pitchDeg) / 4;
}

/** Turn of the head between two frames, degrees; after a larger one, patches of skin no longer look alike. */
function turnBetween(one: FaceFrame, other: FaceFrame): number {
  const [a, b] = [one.face.report.pose, other.face.report.pose];
  return Math.hypot(a.yawDeg - b.yawDeg, a.pitchDeg - b.pitchDeg);
}

/** Size of a head in px whatever its turn: rms distance of the landmarks from their middle, in three dimensions. */
export function sizeOf({ points }: Mesh): number {
  const count = points.length / 3;
  const middle = [0, 1, 2].map((axis) => {
    let sum = 0;
    for (let k = axis; k < points.length; k += 3) sum += points[k] ?? NaN;
    return sum / count;
  });
  let squares = 0;
  for (let k = 0; k < points.length; k++) squares += ((points[k] ?? NaN) - (middle[k % 3] ?? NaN)) ** 2;
  return Math.sqrt(squares / count);
}

/** The pairs of frames with the most movement between them, sharp ones before others. */
function choosePairs(
  usable: readonly FaceFrame[],
  parameters: Readonly<Record<string, number>>,
): ParallaxPart[] {
  const number = (name: string) => parameter(parameters, name);
  const large = usable.filter(({ face }) => eyeDistance(face.mesh) >= number('minEyesPx'));
  const sharpest = Math.max(...large.map(({ face }) => face.report.sharpness));
  const sizes = new Map(large.map((seen) => [seen, sizeOf(seen.face.mesh)]));
  const size = (seen: FaceFrame) => sizes.get(seen) ?? NaN;
  const pairs = large.flatMap((one, k) =>
    large.slice(k + 1).flatMap((other) => {
      const [from, to] = size(one) <= size(other) ? [one, other] : [other, one];
      const logScale = Math.log(size(to) / size(from));
      const motion = motionBetween(from, to, logScale);
      if (motion < number('minMotion') || turnBetween(one, other) > number('maxTurnDeg')) return [];
      const sharp = Math.min(one.face.report.sharpness, other.face.report.sharpness) / sharpest;
      return [
        { frames: [from.frame.index, to.frame.index], motion, logScale, merit: motion * Math.sqrt(sharp) },
      ];
    }),
  );
  const used = new Map<number, number>();
  const chosen: ParallaxPart[] = [];
  for (const { merit: _, ...part } of pairs.sort((a, b) => b.merit - a.merit)) {
    if (chosen.length === number('pairs')) break;
    if (part.frames.some((index) => (used.get(index) ?? 0) >= PAIRS_PER_FRAME)) continue;
    part.frames.forEach((index) => used.set(index, (used.get(index) ?? 0) + 1));
    chosen.push(part);
  }
  return chosen;
}

/** Measures the depth between two frames; null where the faces cannot be brought over each other. */
export function measurePair([from, to]: readonly SeenFrame[]): ParallaxMeasure | null {
  if (!from?.face || !to?.face) return null;
  const [here, there] = [from.face.mesh, to.face.mesh];
  // One grid for both frames: the second face at a fixed size at most, the first brought over it.
  const step = Math.max(1, eyeDistance(there) / EYES_PX);
  const unit = eyeDistance(there) / step;
  const width = Math.round(AREA_WIDTH * unit);
  const height = Math.round(AREA_HEIGHT * unit);
  const bridge = landmark(there, NOSE_BRIDGE);
  const box = {
    left: bridge.x - (width * step) / 2,
    top: bridge.y - height * step * BRIDGE_AT,
    width: width * step,
    height: height * step,
  };
  const second = {
    values: sampleLuma(to.frame, boxToTarget(box, width, height), width, height),
    width,
    height,
  };
  const onGrid = ({ x, y }: Point): Point => ({
    x: (x - box.left) / step - 0.5,
    y: (y - box.top) / step - 0.5,
  });
  const targets = POINTS.map((number) => onGrid(landmark(there, number)));
  let sources: Point[] = POINTS.map((number) => landmark(here, number));
  let arrivals: Point[] = targets;
  let found: Found[] = [];
  // The first map is the mesh network's, with the depth that it imagines in a photograph; the second is that of the pixels.
  for (let round = 0; round < 2; round++) {
    const map = fitHomography(sources, arrivals);
    const back = map && invert(map);
    if (!back) return null;
    const first = warpLuma(from.frame, back, width, height);
    const ahead = map;
    found = targets.flatMap((target, point) => {
      const at = rounded(project(ahead, landmark(here, POINTS[point] ?? NaN)));
      const match = better(matchPatch(first, at, second, at), () =>
        matchPatch(first, at, second, rounded(target)),
      );
      return match ? [{ point, at, dx: match.x - at.x, dy: match.y - at.y }] : [];
    });
    if (found.length < MIN_POINTS) break;
    const limit = OUTLIER * median(found.map(({ dx, dy }) => Math.hypot(dx, dy))) + OUTLIER_PX;
    const kept = found.filter(({ dx, dy }) => Math.hypot(dx, dy) <= limit);
    sources = kept.map(({ at }) => project(back, at));
    arrivals = kept.map(({ at, dx, dy }) => ({ x: at.x + dx, y: at.y + dy }));
  }

  const [right, left] = eyeCentres(there);
  const roll = Math.atan2(left.y - right.y, left.x - right.x);
  const middle = onGrid(bridge);
  const nearness = (mesh: Mesh, number: number) => -landmark(mesh, number).z / eyeDistance(mesh);
  const followed = found.map(({ point, at, dx, dy }) => {
    const [x, y] = [(at.x - middle.x) / unit, (at.y - middle.y) / unit];
    const number = POINTS[point] ?? NaN;
    return {
      x,
      y,
      dx: dx / unit,
      dy: dy / unit,
      nearness: (nearness(here, number) + nearness(there, number)) / 2,
      across: Math.cos(roll) * x + Math.sin(roll) * y,
    };
  });
  return explain(followed, OUTLIER_PX / unit);
}

/** One of the {@link POINTS} that was found again: its pixel and how far it moved beyond the homography, px of the grid. */
interface Found {
  point: number;
  at: Point;
  dx: number;
  dy: number;
}

/** A point of a sheet is where the homography says, one of a head where its landmark is: the surer of both. */
function better(one: Match | null, other: () => Match | null): Match | null {
  if (one && one.ncc >= SURE_NCC) return one;
  const second = other();
  return second && second.ncc > (one?.ncc ?? 0) ? second : one;
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

/** A point that was followed: place, displacement beyond the homography and nearness, in distances between the eyes. */
interface Followed {
  x: number;
  y: number;
  dx: number;
  dy: number;
  nearness: number;
  /** Place along the line between the eyes. */
  across: number;
}

/** Splits displacements into what a plane, a bend and depth explain. */
export function explain(points: readonly Followed[], tolerance: number): ParallaxMeasure | null {
  const nothing = { matches: points.length, beyondPlane: 0, depth: 0, depthBeyondBend: 0, gamma: 0 };
  if (points.length < MIN_POINTS) return nothing;
  const trial = residual(points.flatMap(rowsOf('plane', 'bend', 'depth')), points.flatMap(shift));
  if (!trial) return null;
  const rest = points.map((_, k) => Math.hypot(trial.rest[2 * k] ?? NaN, trial.rest[2 * k + 1] ?? NaN));
  const limit = GROSS * median(rest) + tolerance;
  const kept = points.filter((_, k) => (rest[k] ?? Infinity) <= limit);
  const values = kept.flatMap(shift);
  const left = (...terms: Term[]) => residual(kept.flatMap(rowsOf(...terms)), values);
  const [plane, depth, bend, all] = [
    left('plane'),
    left('plane', 'depth'),
    left('plane', 'bend'),
    left('plane', 'bend', 'depth'),
  ];
  if (!plane || !depth || !bend || !all) return null;
  // Three more unknowns explain as much of mere noise; what they explain beyond that is depth.
  const noise = (3 * all.squares) / Math.max(1, 2 * kept.length - 14);
  const rms = (squares: number) => 100 * Math.sqrt(Math.max(0, squares - noise) / kept.length);
  return {
    matches: kept.length,
    beyondPlane: 100 * Math.sqrt(plane.squares / Math.max(1, 2 * kept.length - 8)),
    depth: rms(plane.squares - depth.squares),
    depthBeyondBend: rms(bend.squares - all.squares),
    gamma: depth.x[8] ?? NaN,
  };
}

type Term = 'plane' | 'bend' | 'depth';

/** The two equations of a point: how its displacement follows from the unknowns of each term. */
function rowsOf(...terms: Term[]): (point: Followed) => number[][] {
  return ({ x, y, nearness, across }) => {
    const bend = across * across;
    const columns: Record<Term, [number[], number[]]> = {
      // The tangents of the homographies at the identity.
      plane: [
        [1, x, y, 0, 0, 0, x * x, x * y],
        [0, 0, 0, 1, x, y, x * y, y * y],
      ],
      // Parallax of a depth h is h (gamma (x, y) + g); on a sheet bent about the upright axis, h is a parabola.
      bend: [
        [bend * x, bend, 0],
        [bend * y, 0, bend],
      ],
      depth: [
        [nearness * x, nearness, 0],
        [nearness * y, 0, nearness],
      ],
    };
    return [terms.flatMap((term) => columns[term][0]), terms.flatMap((term) => columns[term][1])];
  };
}

function shift({ dx, dy }: Followed): number[] {
  return [dx, dy];
}

/** Distance between the middles of the eyes in space, px: the same whatever the turn of the head. */
function eyeDistance(mesh: Mesh): number {
  const [right, left] = EYE_CORNERS.map(([outer, inner]) => {
    const [a, b] = [landmark(mesh, outer), landmark(mesh, inner)];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, z: (a.z + b.z) / 2 };
  });
  return right && left ? Math.hypot(left.x - right.x, left.y - right.y, left.z - right.z) : NaN;
}
