import type { TakenFrame } from '../clip/timing.js';
import type { Picture } from '../setting.js';
import type { Stage } from '../stage.js';
import { borrowed } from './borrowed.js';

/** Old pictures moved and scaled in the plane so that their faces are where the new challenge wants them. */
export function warped(
  pictures: readonly Picture[],
  frames: readonly TakenFrame[],
  { script, earlier }: Stage,
): Picture[] {
  const pick = borrowed(script, earlier());
  return pictures.map((picture, k) => {
    const timeMs = frames[k]?.sensorMs ?? 0;
    const [is, wanted] = [pick(timeMs), script.stateAt(timeMs)];
    return moved(picture, {
      scale: wanted.faceWidth / is.faceWidth,
      from: { x: is.faceCentreX + is.shake.x, y: is.faceCentreY + is.shake.y },
      to: { x: wanted.faceCentreX, y: wanted.faceCentreY },
    });
  });
}

/** A picture scaled about one place, which is moved to another; both are shares of the picture. Edges are repeated. */
function moved(
  { rgb, width, height }: Picture,
  { scale, from, to }: { scale: number; from: { x: number; y: number }; to: { x: number; y: number } },
): Picture {
  const out = new Uint8ClampedArray(rgb.length);
  const columns = Float64Array.from({ length: width }, (_, x) =>
    clamp(from.x * width + (x - to.x * width) / scale, width - 1.001),
  );
  for (let y = 0, at = 0; y < height; y++) {
    const v = clamp(from.y * height + (y - to.y * height) / scale, height - 1.001);
    const row = v | 0;
    const low = v - row;
    for (let x = 0; x < width; x++) {
      const u = columns[x] ?? 0;
      const column = u | 0;
      const right = u - column;
      let above = 3 * (row * width + column);
      let below = above + 3 * width;
      for (let c = 0; c < 3; c++, above++, below++, at++) {
        const top = (rgb[above] ?? 0) * (1 - right) + (rgb[above + 3] ?? 0) * right;
        const bottom = (rgb[below] ?? 0) * (1 - right) + (rgb[below + 3] ?? 0) * right;
        out[at] = top * (1 - low) + bottom * low;
      }
    }
  }
  return { rgb: out, width, height };
}

function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(limit, value));
}
