import type { Frame } from '../decode.js';
import type { FaceFrame, SeenFace } from '../face.js';
import { faceMerit } from '../quality.js';
import { median, notApplicable, parameter, ramp, type Cue, type Part } from './cue.js';
import { spectrum } from './fourier.js';

/** Side of the square of skin that is looked at, px of the file: never scaled, which would wipe a grid out or make one. */
const SIDE = 128;
/** Frequencies that are looked at, waves per square: below are features of the face, above nothing survives a lens. */
const RADII = { from: 12, to: 62 };
/** Frequencies this near to an axis hold edges of hair and glasses and the blocks of the encoder. */
const AXIS = 2;
/** Blocks of 8 px put peaks at multiples of this, in either direction. */
const BLOCK = SIDE / 8;
/** How many of the strongest frequencies count. */
const PEAKS = 4;
/** Deviation of a normal distribution over the median of its absolute deviations. */
const MAD_TO_SIGMA = 1.4826;

/**
 * Does the skin carry a regular grid, as panels of screens and halftone prints do? Peaks in the spectrum that stand out from
 * everything of the same fineness. Most grids are too fine for most cameras: only the presence of one says anything. See
 * docs/cues/texture.md.
 */
export const texture: Cue<Part, number> = {
  name: 'texture',
  version: '1',
  stage: 'signal',
  parameters: ['frames', 'noticeable', 'sure', 'gridLlr'],

  plan({ usable }, parameters) {
    const large = usable.filter(({ frame, face }) => isNative(frame) && squareOf(frame, face) !== null);
    if (large.length === 0) return notApplicable('no face is large enough at the resolution of the file');
    return [...large]
      .sort((one, other) => faceMerit(other.face) - faceMerit(one.face))
      .slice(0, parameter(parameters, 'frames'))
      .map(({ frame }) => ({ frames: [frame.index] }));
  },

  measure(_part, [seen]) {
    const square = seen?.face && squareOf(seen.frame, seen.face);
    if (!seen || !square) return Promise.reject(new Error('the part brought no large face'));
    // A grey camera gives no colour: those planes are empty.
    const strengths = planesOf(seen.frame, square).map(gridStrength).filter(Number.isFinite);
    return Promise.resolve(Math.max(...strengths));
  },

  conclude(measured, _clip, parameters, parts) {
    const strength = median(measured);
    if (!Number.isFinite(strength)) return notApplicable('the skin is without any texture');
    const grid = ramp(strength, parameter(parameters, 'noticeable'), parameter(parameters, 'sure'));
    return {
      status: 'scored',
      llr: grid > 0 ? parameter(parameters, 'gridLlr') * grid : 0,
      quality: 1,
      evidence: {
        strength,
        frames: parts.map(({ frames }) => frames[0] ?? null),
        frameStrength: [...measured],
      },
    };
  },
};

interface Corner {
  left: number;
  top: number;
}

function isNative({ width, uploaded }: Frame): boolean {
  return width === uploaded.width;
}

/** The square in the middle of a face; null where the face is smaller or the square is not in view. */
function squareOf(frame: Frame, { box }: SeenFace | FaceFrame['face']): Corner | null {
  const left = Math.round(box.left + box.width / 2 - SIDE / 2);
  const top = Math.round(box.top + box.height / 2 - SIDE / 2);
  const fits = left >= 0 && top >= 0 && left + SIDE <= frame.width && top + SIDE <= frame.height;
  return fits && Math.min(box.width, box.height) >= SIDE ? { left, top } : null;
}

/** Luma and two differences of colours: the stripes of a panel show in colour where their luma is even. */
function planesOf({ rgb, width }: Frame, { left, top }: Corner): Float32Array[] {
  const luma = new Float32Array(SIDE * SIDE);
  const redToBlue = new Float32Array(SIDE * SIDE);
  const greenToPurple = new Float32Array(SIDE * SIDE);
  for (let y = 0, k = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++, k++) {
      const at = 3 * ((top + y) * width + left + x);
      const red = rgb[at] ?? 0;
      const green = rgb[at + 1] ?? 0;
      const blue = rgb[at + 2] ?? 0;
      luma[k] = 0.299 * red + 0.587 * green + 0.114 * blue;
      redToBlue[k] = red - blue;
      greenToPurple[k] = green - (red + blue) / 2;
    }
  return [luma, redToBlue, greenToPurple];
}

/**
 * How far the strongest frequencies stand out from the others of the same fineness, in their deviations: natural texture is
 * weaker the finer it is, and of no direction. NaN for a plane without texture.
 */
export function gridStrength(plane: Float32Array): number {
  const magnitudes = spectrum(windowed(plane), SIDE);
  const strongest: number[] = [];
  for (const ring of RINGS) {
    const values = Float64Array.from(ring, (at) => Math.log((magnitudes[at] ?? 0) + 1e-3)).sort();
    const middle = medianOfSorted(values);
    const spread = MAD_TO_SIGMA * medianOfSorted(values.map((value) => Math.abs(value - middle)).sort());
    if (!(spread > 1e-6)) continue;
    for (const value of values.subarray(-PEAKS)) strongest.push((value - middle) / spread);
  }
  const peaks = strongest.sort((a, b) => b - a).slice(0, PEAKS);
  return peaks.reduce((sum, value) => sum + value, 0) / peaks.length;
}

/** Where in a spectrum the frequencies of each fineness are. */
const RINGS: readonly (readonly number[])[] = ringsOf();

function ringsOf(): number[][] {
  const rings: number[][] = Array.from({ length: RADII.to + 1 }, () => []);
  // Half of the plane: the other half mirrors it.
  for (let row = 0; row < SIDE; row++)
    for (let column = 1; column < SIDE / 2; column++) {
      const down = row < SIDE / 2 ? row : row - SIDE;
      const radius = Math.round(Math.hypot(down, column));
      if (radius < RADII.from || radius > RADII.to || isArtefact(down, column)) continue;
      rings[radius]?.push(row * SIDE + column);
    }
  return rings.filter((ring) => ring.length > 0);
}

function isArtefact(row: number, column: number): boolean {
  const nearBlock = (value: number) => Math.abs(value - BLOCK * Math.round(value / BLOCK)) <= 1;
  return Math.abs(row) <= AXIS || column <= AXIS || (nearBlock(row) && nearBlock(column));
}

function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** The plane without its mean, faded out towards the borders (Hann), which would show as a cross. */
function windowed(plane: Float32Array): Float32Array {
  let mean = 0;
  for (let k = 0; k < plane.length; k++) mean += plane[k] ?? NaN;
  mean /= plane.length;
  const faded = new Float32Array(plane.length);
  for (let y = 0, k = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++, k++)
      faded[k] = ((plane[k] ?? NaN) - mean) * (FADE[x] ?? 0) * (FADE[y] ?? 0);
  return faded;
}

const FADE = Float64Array.from(
  { length: SIDE },
  (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / SIDE),
);
