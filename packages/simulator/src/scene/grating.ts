/** Blur of the lens before the light is sampled: standard deviation, px. What a sensor samples is finer than its picture. */
const LENS_BLUR_PX = 0.35;

/**
 * How much is left of a grating's contrast when a camera sees `cyclesPerPixel` of it: the pixel's area and the lens weaken
 * it, whereas the sampling itself folds what is left into moire. That is why the simulator draws fine patterns as gratings
 * at single points and multiplies their amplitude by this, instead of drawing them larger and averaging.
 */
export function contrastLeft(cyclesPerPixel: number): number {
  const angle = Math.PI * cyclesPerPixel;
  const aperture = angle < 1e-6 ? 1 : Math.sin(angle) / angle;
  return aperture * Math.exp(-2 * (LENS_BLUR_PX * angle) ** 2);
}
