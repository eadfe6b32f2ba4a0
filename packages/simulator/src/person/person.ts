import type { Surface } from '../scene/surface.js';
import { createBody } from './body.js';
import { drawGenes, type Genes } from './genes.js';
import { createCurtain } from './hair.js';
import { createHead, type Head } from './head.js';

/** A rendered person: the same seed gives the same face, skin, hair and clothes. */
export interface Person {
  genes: Genes;
  head: Head;
  /** Long hair; turns with the head. */
  curtain: Surface | null;
  /** Neck and shoulders; hardly turn. */
  body: Surface;
}

/** What `faceWidth` of a state measures, cm: as wide as face landmarks see the average face from ear to ear. */
export const FACE_WIDTH_CM = 14.3;

/**
 * Makes a person. Takes about a second: the skin is painted texel by texel.
 * @param tone 0 = the lightest skin, 1 = the darkest; drawn from the seed when left out
 * @param detail scale of the skin's texture, 1 for frames of about 640 x 480 px; half of it takes a quarter of the time
 */
export function createPerson(
  seed: number,
  { tone, detail = 1 }: { tone?: number; detail?: number } = {},
): Person {
  const genes = drawGenes(seed, tone);
  return {
    genes,
    head: createHead(genes, detail),
    curtain: createCurtain(genes),
    body: createBody(genes),
  };
}
