import type { FaceTemplate } from './analysis.js';
import type { EmbeddingName } from './embedding.js';
import type { SeenFrame } from './face.js';
import { cosine } from './verify.js';

/** The network that tells whether frames show one person: in blurred and turned faces it is the surer one. */
export const PERSON_NETWORK: EmbeddingName = 'mobilefacenet';

/**
 * Takes every face for none that is not the person of the clip: all evidence, the picture and the comparison with a reference
 * have to be of one person, or the live face of one could vouch for the photograph of another. A face is that person's when it is
 * alike with more than half of the anchors, the best frames all over the clip; where these do not agree nobody's is.
 * @param templates of every frame with a face, by the frame's index
 * @param anchors indices of frames
 * @param minSimilarity cosine
 */
export function keepPerson(
  frames: readonly SeenFrame[],
  templates: ReadonlyMap<number, FaceTemplate>,
  anchors: readonly number[],
  minSimilarity: number,
): SeenFrame[] {
  const vectorOf = (index: number) => templates.get(index)?.[PERSON_NETWORK];
  return frames.map((seen) => {
    const vector = vectorOf(seen.frame.index);
    const alike = anchors.filter((anchor) => cosine(vector, vectorOf(anchor)) >= minSimilarity);
    return seen.face && 2 * alike.length <= anchors.length ? { ...seen, face: null, stranger: true } : seen;
  });
}
