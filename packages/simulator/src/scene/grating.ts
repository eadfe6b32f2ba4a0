/** Blur of the lens before the light is sampled: standard deviation, px. What a sensor samples is finer than its picture. */
const LENS_BLUR_PX = 0.35;

/**
 * How much is left of a grating's contrast when a camera sees `cyclesPerPixel` of it: the pixel's area and the lens weaken
 * it, whereas the sampling itself folds what is left into moire. That is why the simulator draws fine patterns as gratings
 * at single points and multiplies their amplitude by this, instead of drawing them larger and averaging.
 */
export function contrastLeft(cyclesPerPixel: number): number {
  const at = Math.abs(cyclesPerPixel) * CONTRAST_STEPS;
  const k = Math.floor(at);
  const low = CONTRASTS[k] ?? 0;
  return low + ((CONTRASTS[k + 1] ?? 0) - low) * (at - k);
}

/** Steps of the table for one cycle a pixel; beyond eight cycles nothing is left. */
const CONTRAST_STEPS = 512;
const CONTRASTS = Float64Array.from({ length: 8 * CONTRAST_STEPS + 1 }, (_, k) =>
  contrast(k / CONTRAST_STEPS),
);

function contrast(cyclesPerPixel: number): number {
  const angle = Math.PI * cyclesPerPixel;
  const aperture = angle < 1e-6 ? 1 : Math.sin(angle) / angle;
  return aperture * Math.exp(-2 * (LENS_BLUR_PX * angle) ** 2);
}

const WAVE_STEPS = 4096;
const WAVE = Float64Array.from({ length: WAVE_STEPS }, (_, k) => Math.cos((2 * Math.PI * k) / WAVE_STEPS));

/** The cosine of an angle in whole turns, to about a thousandth: for patterns, which are worked out at every pixel. */
export function wave(turns: number): number {
  return WAVE[((turns - Math.floor(turns)) * WAVE_STEPS) | 0] ?? 1;
}
