import { luminance } from '../colour.js';
import type { Person } from '../person/person.js';
import { readTexture } from '../scene/shade.js';
import type { Surface } from '../scene/surface.js';

/** What a rigid mask is made of. */
export interface MaskModel {
  gloss: number;
  /** How much of the skin's colours the paint reaches. */
  saturation: number;
  /** Reflectance that paint adds everywhere: nothing under it shines through. */
  haze: number;
}

/** Resin or hard plastic, painted and lacquered; and paper or silicone without shine. */
export const MASKS = {
  lacquered: { gloss: 0.22, saturation: 0.8, haze: 0.03 },
  matt: { gloss: 0.02, saturation: 0.72, haze: 0.05 },
} as const satisfies Record<string, MaskModel>;

/** The head of a person as a mask of it: the same form and features in another material. */
export function maskOf({ head }: Person, { gloss, saturation, haze }: MaskModel): Surface {
  const { surface } = head;
  const { material } = surface;
  if (material.kind !== 'matter') throw new TypeError('expected a head that was painted');
  const { texture } = material;
  return {
    ...surface,
    material: {
      kind: 'pattern',
      look(u, v, _pixelsPerCm, _row, into) {
        readTexture(texture, u, v, into);
        const grey = luminance([into[0] ?? 0, into[1] ?? 0, into[2] ?? 0]);
        for (let c = 0; c < 3; c++)
          into[c] = haze + (1 - haze) * (grey + saturation * ((into[c] ?? 0) - grey));
        into[3] = gloss;
        into[4] = into[5] = into[6] = 0;
      },
    },
  };
}
