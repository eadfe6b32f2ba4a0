import { describe, expect, it } from 'vitest';
import { SHAPES, seeView } from '../../test/synthetic-face.js';
import type { Networks } from '../networks.js';
import type { Network } from '../onnx.js';
import { loadPolicy } from '../policy.js';
import { parametersOf } from './measure.js';
import { cropAround, scoreFasnet } from './pad-fasnet.js';
import { padNetworks } from './pad-networks.js';
import { scoreTree } from './pad-tree.js';

const numbers = { ...parametersOf(padNetworks, loadPolicy()), slope: 0.5, offset: -0.25 };
const usable = [0, 1, 2].map((index) => seeView({ shape: SHAPES.head, distance: 30, index }));
const clip = { mode: 'clip' as const, frames: usable, usable };

/** Concludes on scores of frames 0, 1 and 2; a network that did not see a frame gives none. */
function conclude(fasnet: number[], tree: number[]) {
  const parts = [
    ...tree.map((_, k) => ({ network: 'tree' as const, frames: [k] })),
    ...fasnet.map((_, k) => ({ network: 'fasnet' as const, frames: [k] })),
  ];
  return padNetworks.conclude([...tree, ...fasnet], clip, numbers, parts);
}

/** A network that answers the same whatever it sees. */
const answering = (...output: number[]) =>
  ({ name: 'fake', run: () => Promise.resolve([Float32Array.from(output)]) }) as unknown as Network;
const networks = (of: Partial<Networks>) => of as Networks;
const [{ frame, face }] = usable as [(typeof usable)[number]];

describe('pad-networks', () => {
  it('takes the mean of both in each frame, the median over the frames, and one affine step to a ratio', () => {
    // Means 1, 4 and 2: the median is 2, 0.5 * 2 - 0.25 = 0.75.
    expect(conclude([0, 6, 1], [2, 2, 3])).toMatchObject({ llr: 0.75, evidence: { f1: 2 } });
    expect(conclude([0, -6, -1], [-2, -2, -3])).toMatchObject({ llr: -1.25 });
  });

  it('gives frames that the dearer network did not see its median', () => {
    // Tree 1 and 5, hence 3 for the last: means 1, 3 and 4.
    expect(conclude([1, 1, 5], [1, 5])).toMatchObject({ evidence: { f1: 3, d8l: [1, 5, null] } });
  });

  it('fails rather than to decide on a score that is no number', () => {
    expect(conclude([NaN, NaN, NaN], [1, 1, 1])).toMatchObject({ status: 'failed' });
    // One is enough: it would stay where it is when the others are sorted around it.
    for (const at of [0, 1, 2]) {
      const scores = [4, -6, 4].map((score, k) => (k === at ? NaN : score));
      expect(conclude(scores, [4, 4, 4])).toMatchObject({ status: 'failed' });
      expect(conclude([4, 4, 4], scores)).toMatchObject({ status: 'failed' });
    }
  });

  it('asks the dearer network about no more frames than the policy allows, and both about the largest faces', () => {
    const parts = padNetworks.plan(clip, { ...numbers, treeFrames: 1, fasnetFrames: 2 });
    if (!Array.isArray(parts)) throw new Error('there are frames');
    expect(parts.map(({ network }) => network)).toEqual(['tree', 'fasnet', 'fasnet']);
    expect(padNetworks.plan({ ...clip, usable: [] }, numbers)).toMatchObject({ status: 'not_applicable' });
  });

  it('reads the first network as the log-odds of live against both attacks together', async () => {
    // ln(e^2 / (e^0 + e^1)) = 2 - ln(1 + e).
    const score = await scoreFasnet(networks({ fasnet: answering(2, 0, 1) }), frame, face.box);
    expect(score).toBeCloseTo(2 - Math.log(1 + Math.E), 6);
  });

  it('reads the second as minus the mean log-odds of its leaves, none of which counts without limit', async () => {
    // Leaves 0.2 and 0.5: (ln 4 + 0) / 2.
    const score = await scoreTree(networks({ tree: answering(0.2, 0.5) }), frame, face.box);
    expect(score).toBeCloseTo(Math.log(4) / 2, 5);
    const certain = await scoreTree(networks({ tree: answering(1, 0.5) }), frame, face.box);
    expect(certain).toBeCloseTo(-Math.log(999) / 2, 3);
  });

  it('enlarges a box about its middle, moved inside the frame and no larger than that', () => {
    const box = { left: 40, top: 50, width: 20, height: 20 };
    const size = { width: 100, height: 200 };
    expect(cropAround(box, size, 2)).toEqual({ left: 30, top: 40, width: 40, height: 40 });
    expect(cropAround({ ...box, left: 0 }, size, 2)).toMatchObject({ left: 0, width: 40 });
    expect(cropAround(box, size, 10)).toMatchObject({ left: 0.5, width: 99, height: 99 });
  });
});
