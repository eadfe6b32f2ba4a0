import type { Frame } from '../decode.js';
import { boxToTarget, sampleTensor, type Box, type TensorFormat } from '../image.js';
import type { Networks } from '../networks.js';

/** Side of the network's input, px. */
const INPUT = 256;
const PIXELS: TensorFormat = { order: 'rgb', scale: 1 / 255, shift: 0 };
/** Leaves are read as probabilities of an attack, kept this far from 0 and 1 so that one leaf cannot outweigh the others. */
const MIN_PROBABILITY = 0.001;

/**
 * Scores a face with the second presentation-attack network (Deep Tree Network).
 * @returns minus the mean log-odds of "attack" over all leaves; higher = more like bona fide. The tree's own routing to one
 * leaf is left aside: the mean over all is the better score across data sets.
 */
export async function scoreTree({ tree }: Networks, frame: Frame, box: Box): Promise<number> {
  const side = Math.max(box.width, box.height);
  const square = {
    left: box.left + (box.width - side) / 2,
    top: box.top + (box.height - side) / 2,
    width: side,
    height: side,
  };
  const [leaves] = await tree.run(
    sampleTensor(frame, boxToTarget(square, INPUT, INPUT), INPUT, INPUT, PIXELS),
  );
  if (!leaves || leaves.length === 0) throw new Error(`${tree.name} must give its leaves`);
  return -leaves.reduce((sum, leaf) => sum + logOdds(Math.abs(leaf)), 0) / leaves.length;
}

function logOdds(probability: number): number {
  const p = Math.min(1 - MIN_PROBABILITY, Math.max(MIN_PROBABILITY, probability));
  return Math.log(p / (1 - p));
}
