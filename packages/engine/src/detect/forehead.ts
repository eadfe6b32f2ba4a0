import type { Frame } from '../decode.js';
import { eyeCentres, type Mesh } from '../mesh.js';
import { readRegion, type Colour } from '../occlusion.js';

/** Skin that neither hair nor a mask reaches: bridge of the nose and the upper cheeks. */
const SKIN = [6, 197, 119, 348, 117, 346];
/** Middle of the forehead. */
const FOREHEAD = [151, 108, 337, 69, 299, 9];
/** Each landmark is read within this distance, as a share of the distance between the eyes. */
const RADIUS = 0.06;
/** Added to bytes before a logarithm, so that noise in the dark counts for nothing. */
const FLOOR = 8;
/** A forehead may be brighter than the cheeks, where the light comes from above, rather than darker. */
const BRIGHTER = 0.7;
/** Weight of the colour against the brightness. */
const CHROMA = 1.5;
/**
 * Of 177 development photographs, labelled by eye, 24 show a forehead that hair or a hat covers for the most part: 18 of
 * them, and none of the others, differ more from the skin.
 */
const LIMIT = 0.61;

/** How well the forehead is seen; below 1 hair or a hat covers it. What has the colour of the skin is not seen. */
export function measureForehead(frame: Frame, mesh: Mesh): number {
  const [right, left] = eyeCentres(mesh);
  const radius = RADIUS * Math.hypot(left.x - right.x, left.y - right.y);
  const skin = readRegion(frame, mesh, SKIN, radius);
  const differences = FOREHEAD.map((number) => difference(readRegion(frame, mesh, [number], radius), skin));
  const luma = median(differences.map(({ luma }) => Math.max(-luma, BRIGHTER * luma)));
  const chroma = median(differences.map(({ chroma }) => chroma));
  return LIMIT / Math.max(luma + CHROMA * chroma, Number.EPSILON);
}

function difference(seen: Colour, skin: Colour): { luma: number; chroma: number } {
  const ratio = (channel: keyof Colour) => Math.log((seen[channel] + FLOOR) / (skin[channel] + FLOOR));
  const green = ratio('green');
  return { luma: ratio('luma'), chroma: Math.hypot(ratio('red') - green, ratio('blue') - green) };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
