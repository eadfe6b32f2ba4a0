import type { Frame } from '../decode.js';
import { boxToTarget, sampleTensor, type Box, type TensorFormat } from '../image.js';
import type { Networks } from '../networks.js';

/** Crop sizes as multiples of the face box; the mean over them beats each alone across data sets. */
const SCALES = [1.0, 1.35, 1.7, 2.7];
/** Side of the network's input, px. */
const INPUT = 128;
const PIXELS: TensorFormat = { order: 'bgr', scale: 1, shift: 0 };

/**
 * Scores a face with the first presentation-attack network (MiniFASNet type).
 * @returns mean over the crops of the log-odds of "live" against the two attack classes; higher = more like bona fide
 */
export async function scoreFasnet({ fasnet }: Networks, frame: Frame, box: Box): Promise<number> {
  let sum = 0;
  for (const scale of SCALES) {
    const map = boxToTarget(cropAround(box, frame, scale), INPUT, INPUT);
    const [logits] = await fasnet.run(sampleTensor(frame, map, INPUT, INPUT, PIXELS));
    const [live = NaN, attack = NaN, otherAttack = NaN] = logits ?? [];
    const most = Math.max(attack, otherAttack);
    sum += live - (most + Math.log(Math.exp(attack - most) + Math.exp(otherAttack - most)));
  }
  return sum / SCALES.length;
}

/** The box enlarged by `scale`, or as far as the frame allows, and moved inside the frame: the network knows no borders. */
export function cropAround(
  box: Box,
  { width, height }: { width: number; height: number },
  scale: number,
): Box {
  const factor = Math.min((height - 1) / box.height, (width - 1) / box.width, scale);
  const crop = { width: factor * box.width, height: factor * box.height };
  const inside = (start: number, size: number, limit: number) => Math.max(0, Math.min(start, limit - size));
  return {
    ...crop,
    left: inside(box.left + (box.width - crop.width) / 2, crop.width, width),
    top: inside(box.top + (box.height - crop.height) / 2, crop.height, height),
  };
}
