import type { FaceFrame } from '../face.js';
import { bestInEachSpan, faceMerit } from '../quality.js';
import { median, notApplicable, parameter, type Cue, type Part } from './cue.js';
import { scoreFasnet } from './pad-fasnet.js';
import { scoreTree } from './pad-tree.js';

interface NetworkPart extends Part {
  network: 'fasnet' | 'tree';
}

/**
 * Two networks that know print and screen from skin, fused without fitted coefficients: F1 = (fp4 + d8l) / 2 in each frame,
 * the median over frames, then one affine calibration to a log-likelihood ratio. They see neither masks of good make nor
 * injected video: what is bound to the challenge has to stop those.
 */
export const padNetworks: Cue<NetworkPart, number> = {
  name: 'pad-networks',
  version: '1',
  stage: 'network',
  parameters: ['fasnetFrames', 'treeFrames', 'treeMinFacePx', 'slope', 'offset'],

  plan({ usable }, parameters) {
    const chosen = bestInEachSpan(usable, parameter(parameters, 'fasnetFrames'));
    if (chosen.length === 0) return notApplicable('no usable frame');
    const large = parameter(parameters, 'treeMinFacePx');
    const treeFrames = [...chosen]
      .sort((one, other) => rank(other, large) - rank(one, large))
      .slice(0, parameter(parameters, 'treeFrames'));
    // The dearer network first, so that the work ends evenly on all cores.
    return [
      ...treeFrames.map(({ frame }) => ({ network: 'tree' as const, frames: [frame.index] })),
      ...chosen.map(({ frame }) => ({ network: 'fasnet' as const, frames: [frame.index] })),
    ];
  },

  async measure({ network }, frames, networks) {
    const [first] = frames;
    if (!first?.face) throw new Error('the part brought no frame with a face');
    const { frame, face } = first;
    return network === 'tree' ? scoreTree(networks, frame, face.box) : scoreFasnet(networks, frame, face.box);
  },

  conclude(measured, _clip, parameters, parts) {
    const scoresOf = (network: NetworkPart['network']) =>
      new Map(
        parts.flatMap((part, k) =>
          part.network === network ? [[part.frames[0] ?? NaN, measured[k] ?? NaN] as const] : [],
        ),
      );
    const fp4 = scoresOf('fasnet');
    const d8l = scoresOf('tree');
    // The dearer network sees fewer frames; the others take its median.
    const typical = median([...d8l.values()]);
    const f1 = median([...fp4].map(([index, score]) => 0.5 * score + 0.5 * (d8l.get(index) ?? typical)));
    if (!Number.isFinite(f1)) return { status: 'failed', reason: 'a network gave no finite score' };
    return {
      status: 'scored',
      llr: parameter(parameters, 'slope') * f1 + parameter(parameters, 'offset'),
      quality: 1,
      evidence: {
        f1,
        frames: [...fp4.keys()],
        fp4: [...fp4.values()],
        d8l: [...fp4.keys()].map((index) => d8l.get(index) ?? null),
      },
    };
  },
};

/** Faces that are large enough for the tree network before the others, then by merit. */
function rank({ face }: FaceFrame, minFacePx: number): number {
  const large = Math.min(face.box.width, face.box.height) >= minFacePx;
  return (large ? 1e9 : 0) + faceMerit(face);
}
