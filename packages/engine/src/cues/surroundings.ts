import type { FaceFrame, SeenFrame } from '../face.js';
import { median, notApplicable, parameter, ramp, type Cue, type Part } from './cue.js';
import { warpLuma, type Homography } from './homography.js';
import { matchPatch } from './patch-match.js';

/** Of the places around a face that could be told, how many went where. */
export interface Company {
  /** With the face, as paper, hands or the rim of a device do. */
  withFace: number;
  /** With the background, which follows the camera alone. */
  withRoom: number;
}

/** Places around a face, in widths of its box from its middle: beside and above, clear of neck, shoulders and most hair. */
const PLACES = [-1.6, -1.35, -1.1, -0.9, 0.9, 1.1, 1.35, 1.6]
  .flatMap((x) => [-0.9, -0.6, -0.3, 0, 0.3].map((y) => ({ x, y })))
  .concat([-0.6, -0.3, 0, 0.3, 0.6].flatMap((x) => [-1.35, -1.15].map((y) => ({ x, y }))));
/** Width of a face in the compared pictures, px. */
const FACE_PX = 90;
/** A place went one way where the other's best match is worse by this much. */
const CLEAR = 0.1;
/** Pairs whose faces differ less leave both ways alike; more, and most places leave the picture. */
const LOG_SCALE = { from: 0.1, to: 0.45 };

/**
 * Does what surrounds the face come nearer with it? Around a person who approaches, the room stays; around a print or a
 * display that is brought nearer, paper, rim and the hands that hold it grow with the face. See docs/cues/surroundings.md.
 */
export const surroundings: Cue<Part, Company> = {
  name: 'surroundings',
  version: '1',
  stage: 'signal',
  parameters: ['pairs', 'minPlaces', 'someShare', 'mostShare', 'heldLlr'],

  plan({ usable, mode }, parameters) {
    if (mode === 'singleFrame') return notApplicable('a still has no movement');
    const pairs = approachesOf(usable).slice(0, parameter(parameters, 'pairs'));
    return pairs.length > 0
      ? pairs.map((frames) => ({ frames }))
      : notApplicable('the face did not come nearer');
  },

  measure: (_part, frames) => Promise.resolve(measureCompany(frames)),

  conclude(measured, _clip, parameters, parts) {
    const number = (name: string) => parameter(parameters, name);
    const told = measured.filter(({ withFace, withRoom }) => withFace + withRoom >= number('minPlaces'));
    if (told.length === 0) return notApplicable('too little can be followed around the face');
    const shares = told.map(({ withFace, withRoom }) => withFace / (withFace + withRoom));
    const share = median(shares);
    const held = ramp(share, number('someShare'), number('mostShare'));
    return {
      status: 'scored',
      llr: share > number('someShare') ? number('heldLlr') * held : 0,
      quality: 1,
      evidence: {
        share,
        pairFrom: parts.map(({ frames }) => frames[0] ?? null),
        pairTo: parts.map(({ frames }) => frames[1] ?? null),
        withFace: measured.map(({ withFace }) => withFace),
        withRoom: measured.map(({ withRoom }) => withRoom),
      },
    };
  },
};

/** Pairs of frames in which the face grew clearly, the smaller first; those that grew the most before others. */
function approachesOf(usable: readonly FaceFrame[]): number[][] {
  const pairs = usable.flatMap((one, k) =>
    usable.slice(k + 1).flatMap((other) => {
      const [from, to] = one.face.box.width <= other.face.box.width ? [one, other] : [other, one];
      const growth = Math.log(to.face.box.width / from.face.box.width);
      if (growth < LOG_SCALE.from || growth > LOG_SCALE.to) return [];
      return [{ frames: [from.frame.index, to.frame.index], growth }];
    }),
  );
  return pairs.sort((a, b) => b.growth - a.growth).map(({ frames }) => frames);
}

/** Follows the places around a face from one frame to another in which it is larger. */
export function measureCompany([from, to]: readonly SeenFrame[]): Company {
  const company = { withFace: 0, withRoom: 0 };
  if (!from?.face || !to?.face) return company;
  const [small, large] = [from.face.box, to.face.box];
  const step = small.width / FACE_PX;
  const width = Math.round(from.frame.width / step);
  const height = Math.round(from.frame.height / step);
  const here = warpLuma(from.frame, [step, 0, step / 2, 0, step, step / 2, 0, 0], width, height);
  const growth = large.width / small.width;
  const middle = (box: typeof small) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
  const [near, far] = [middle(large), middle(small)];
  // The second frame as it would look had everything grown with the face, and as it is where the room stayed.
  const grow = step * growth;
  const [left, top] = [near.x - growth * far.x + grow / 2, near.y - growth * far.y + grow / 2];
  const grown: Homography = [grow, 0, left, 0, grow, top, 0, 0];
  const withFace = warpLuma(to.frame, grown, width, height);
  const withRoom = warpLuma(to.frame, [step, 0, step / 2, 0, step, step / 2, 0, 0], width, height);
  for (const { x, y } of PLACES) {
    const at = {
      x: Math.round((far.x + x * small.width) / step),
      y: Math.round((far.y + y * small.height) / step),
    };
    const score = (plane: typeof here) => matchPatch(here, at, plane, at)?.ncc ?? 0;
    const [face, room] = [score(withFace), score(withRoom)];
    if (face > room + CLEAR) company.withFace++;
    else if (room > face + CLEAR) company.withRoom++;
  }
  return company;
}
