import { describe, expect, it } from 'vitest';
import { boundClip } from '../test/bound-clip.js';
import { gateFrame } from './gates.js';
import { LANDMARKS, type Mesh } from './mesh.js';
import { measureVisibility } from './occlusion.js';
import { loadPolicy } from './policy.js';

type Colour = readonly [number, number, number];

const SIDE = 200;
const SKIN: Colour = [205, 160, 135];
const LIPS: Colour = [185, 95, 95];
const DARK: Colour = [35, 30, 30];
const BROWN: Colour = [62, 48, 41];
const HENNA: Colour = [150, 60, 30];
/** Bands of the picture, from top to bottom: forehead, lids, eyes, skin under them, cheeks, tip of the nose, upper lip, lips, chin. */
const BANDS: [numbers: readonly number[], y: number][] = [
  [[9, 8, 151, 108, 337, 107, 336], 12],
  [[27, 28, 56, 29, 257, 258, 286, 259], 27],
  [[159, 145, 160, 144, 158, 153, 386, 374, 387, 373, 385, 380, 33, 133, 263, 362], 40],
  [[230, 229, 231, 450, 449, 451], 65],
  [[117, 346, 50, 280, 118, 347, 205, 425, 36, 266], 85],
  [[4, 1], 105],
  [[164, 167, 393], 120],
  [[0, 37, 267, 17, 84, 314, 181, 405, 13, 14, 61, 291, 78, 308, 18], 140],
  [[199, 200, 175, 171, 396, 207, 427, 214, 434, 212, 432], 175],
];

const mesh: Mesh = { points: new Float32Array(3 * LANDMARKS).fill(SIDE / 2), flag: 1 };
for (const [numbers, y] of BANDS)
  numbers.forEach((number, k) => mesh.points.set([40 + (120 * k) / numbers.length, y, 0], 3 * number));
mesh.points.set([40, 40, 0], 3 * 33);
mesh.points.set([140, 40, 0], 3 * 263);

/** Skin with eyes and lips, over which `cover` may paint. */
function look(cover: (x: number, y: number) => Colour | null = () => null) {
  const rgb = new Uint8Array(new SharedArrayBuffer(3 * SIDE * SIDE));
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const own = Math.abs(y - 40) < 8 && x % 9 < 4 ? DARK : Math.abs(y - 140) < 9 ? LIPS : SKIN;
      rgb.set(cover(x, y) ?? own, 3 * (y * SIDE + x));
    }
  const size = { width: SIDE, height: SIDE };
  return measureVisibility({ index: 0, timeMs: 0, ...size, rgb, uploaded: size }, mesh);
}

function failed(visibility: ReturnType<typeof look>) {
  const [seen] = boundClip([], [], [{ timeMs: 0, stepId: 0 }]).frames;
  if (!seen?.face) throw new Error('the frame shows a face');
  return gateFrame(
    { ...seen, face: { ...seen.face, report: { ...seen.face.report, visibility } } },
    loadPolicy(),
  );
}

describe('what covers a face', () => {
  it('is nothing on a bare one', () => {
    const bare = look();
    expect(bare.eyes).toBeGreaterThan(1);
    expect(bare.mouth).toBeGreaterThan(1);
    expect(bare.maskContrast).toBeLessThan(0.02);
    expect(failed(bare)).toEqual([]);
  });

  it.each<[string, Colour]>([
    ['blue', [120, 160, 200]],
    ['white', [245, 245, 245]],
    ['black', [30, 30, 32]],
    ["dark, of the skin's own hue,", [82, 64, 54]],
  ])('is a mask when %s cloth hides mouth and nose', (_name, cloth) => {
    const covered = look((_x, y) => (y > 95 ? cloth : null));
    expect(failed(covered)).toEqual(['MaskWorn']);
    expect(covered.noseContrast).toBeGreaterThan(0.2);
  });

  it.each<[string, (x: number, y: number) => Colour]>([
    ['folds as dark as lips are against skin', (_x, y) => (y % 24 < 8 ? [105, 125, 145] : [160, 190, 220])],
    ['a pattern', (x, y) => ((x + y) % 12 < 6 ? [235, 235, 235] : [120, 140, 190])],
  ])('is a mask, too, when it has %s', (_name, cloth) => {
    expect(failed(look((x, y) => (y > 95 ? cloth(x, y) : null)))).toEqual(['MaskWorn']);
  });

  it('is a mask below the nose, too, and none when a hand of the same skin hides the mouth', () => {
    const low = look((_x, y) => (y > 112 ? [120, 160, 200] : null));
    expect(failed(low)).toEqual(['MaskWorn']);
    expect(low.noseContrast).toBeLessThan(0.02);
    expect(failed(look((_x, y) => (y > 112 ? SKIN : null)))).toEqual(['MouthHidden']);
    const overBeard = look((_x, y) => (y > 160 ? BROWN : y > 112 ? SKIN : null));
    expect(failed(overBeard)).toEqual(['MouthHidden']);
  });

  it('is no mask where a dark beard covers cheeks and chin, but lips can be seen', () => {
    const beard = look((_x, y) => (y > 112 && Math.abs(y - 140) >= 9 ? [62, 44, 38] : null));
    expect(beard.maskContrast).toBeGreaterThan(0.2);
    expect(failed(beard)).toEqual([]);
    // Pale lips above a dyed beard that leaves the upper lip.
    const dyed = look((_x, y) => (y > 160 ? HENNA : Math.abs(y - 140) < 9 ? [110, 86, 73] : null));
    expect(failed(dyed)).toEqual([]);
  });

  it('is dark glasses when eyes and the skin around them are dark, even if they mirror something', () => {
    const glasses = (at: Colour) => (_x: number, y: number) => (y > 20 && y < 75 ? at : null);
    expect(failed(look(glasses([20, 20, 20])))).toEqual(['EyesHidden']);
    const mirroring = look((x, y) =>
      Math.abs(y - 40) < 8 && x % 9 < 3 ? [110, 115, 125] : glasses([30, 28, 25])(x, y),
    );
    expect(failed(mirroring)).toEqual(['EyesHidden']);
  });

  it('is no dark glasses where the eyes are only in shadow, or only lightly made up', () => {
    const shade = ([red, green, blue]: Colour): Colour => [0.7 * red, 0.7 * green, 0.7 * blue];
    const shadow = look((x, y) => (y < 75 ? shade(Math.abs(y - 40) < 8 && x % 9 < 4 ? DARK : SKIN) : null));
    expect(failed(shadow)).toEqual([]);
    expect(failed(look((_x, y) => (y > 50 && y < 75 ? [80, 62, 52] : null)))).toEqual([]);
    const pale = look((x, y) => (Math.abs(y - 40) < 8 && x % 9 < 4 ? [190, 148, 125] : null));
    expect(failed(pale)).toEqual([]);
  });

  it('is nothing where lips have the colour of the skin and a clear outline, or the other way round', () => {
    const grey = look((_x, y) => (Math.abs(y - 140) < 9 ? [110, 86, 73] : null));
    expect(failed(grey)).toEqual([]);
    // As bright as the skin, and redder: 0.299 r + 0.587 g + 0.114 b is the same.
    const red = look((_x, y) => (Math.abs(y - 140) < 9 ? [240, 142, 137] : null));
    expect(failed(red)).toEqual([]);
  });

  it('is a hidden mouth where something as bright as the skin, and less red, lies over the lips', () => {
    const green = look((_x, y) => (Math.abs(y - 140) < 9 ? [150, 185, 150] : null));
    expect(failed(green)).toEqual(['MouthHidden']);
  });

  it('is nothing where lips are a little redder and a little darker than skin, be it light or dark', () => {
    const tones = [1, 0.5].map((share) => {
      const dim = ([red, green, blue]: Colour): Colour => [red * share, green * share, blue * share];
      // Neither redder enough nor of enough outline by itself.
      return look((_x, y) => dim(Math.abs(y - 140) < 5 ? [127, 100, 80] : [205, 168, 140]));
    });
    for (const faint of tones) {
      expect(faint.mouth).toBeGreaterThan(0.9);
      expect(faint.mouth).toBeLessThan(1.3);
    }
    expect(Math.abs((tones[0]?.mouth ?? NaN) - (tones[1]?.mouth ?? NaN))).toBeLessThan(0.2);
  });

  it('is no mask where only the light of the lower face is a little less', () => {
    const shade = look((x, y) => (y > 95 && Math.abs(y - 140) >= 9 ? [190, 146, 122] : null));
    expect(shade.maskContrast).toBeLessThan(0.15);
    expect(failed(shade)).toEqual([]);
  });
});
