import type { FaceFinder } from './face-finder.js';
import type { Problem } from './problems.js';
import type { Pixels } from './sampler.js';

/** Sizes that the service takes, bytes. */
const MIN_BYTES = 1024;
const MAX_BYTES = 6 * 1024 * 1024;
/** Longer side of the picture that is searched, px. */
const LONG_SIDE = 640;
/** A face that fills the photo is only found with a border around it: parts of the longer side on each side, tried in turn. */
const BORDERS = [0, 0.4] as const;

/**
 * What is wrong with a reference photo, or null: here the person learns it before the check instead of after it. The
 * service judges it again.
 */
export async function photoProblem(photo: Blob, finder: FaceFinder): Promise<Problem | null> {
  if (photo.size < MIN_BYTES) return 'photoTooSmall';
  if (photo.size > MAX_BYTES) return 'photoTooLarge';
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(photo);
  } catch {
    return 'photoUnreadable';
  }
  try {
    for (const border of BORDERS) {
      const { faces } = await finder.look(draw(image, border), true);
      if (faces === 1) return null;
      if (faces > 1) return 'photoWithSeveralFaces';
    }
    return 'photoWithoutFace';
  } finally {
    image.close();
  }
}

function draw(image: ImageBitmap, border: number): Pixels {
  const scale = Math.min(1, LONG_SIDE / (Math.max(image.width, image.height) * (1 + 2 * border)));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const margin = Math.round(border * Math.max(width, height));
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: width + 2 * margin, height: height + 2 * margin });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas');
  context.drawImage(image, margin, margin, width, height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { data, width: canvas.width, height: canvas.height };
}
