import { describe, expect, it } from 'vitest';
import { drawDisplay, displayLook, pictureOn, type DisplayModel } from './display.js';
import { drawPrinter, printLook, type PrintModel } from './print.js';
import { createSheet } from './sheet.js';
import { contrastLeft } from '../scene/grating.js';
import type { Look, Texture } from '../scene/surface.js';

const grey = (level: number): Texture => {
  const texels = new Float32Array(4 * 30 * 40).fill(level);
  return { width: 30, height: 40, texels };
};
const NO_LOOK: Look = (_u, _v, _pixelsPerCm, _row, into) => into.fill(0);

/** The looks of places along a line from left to right. */
function along(
  look: Look,
  pixelsPerCm: number,
  { from = 0.4, to = 0.6, v = 0.5, row = 0, steps = 400 } = {},
) {
  return Array.from({ length: steps }, (_, k) => {
    const into = new Float32Array(7);
    look(from + ((to - from) * k) / steps, v, pixelsPerCm, row, into);
    return into;
  });
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
const channel = (looks: readonly Float32Array[], c: number) => looks.map((one) => one[c] ?? NaN);

describe('contrastLeft', () => {
  it('is whole for what is coarse, and nothing for what is as fine as a pixel', () => {
    expect(contrastLeft(0)).toBe(1);
    expect(contrastLeft(0.01)).toBeGreaterThan(0.99);
    expect(contrastLeft(1)).toBeCloseTo(0, 10);
    expect(contrastLeft(0.5)).toBeGreaterThan(3 * Math.abs(contrastLeft(1.4)));
  });
});

describe('createSheet', () => {
  const corner = ({ points }: ReturnType<typeof createSheet>) => [...points.subarray(0, 3)];

  it('is flat unless it is bent', () => {
    const sheet = createSheet({ widthCm: 20, heightCm: 30 }, NO_LOOK);
    expect(corner(sheet)).toEqual([-10, 15, 0]);
    expect(sheet.points.filter((_, k) => k % 3 === 2).every((z) => z === 0)).toBe(true);
  });

  it('bends around its axis without stretching: 20 cm around a cylinder of 10 cm span 2 radians', () => {
    const sheet = createSheet({ widthCm: 20, heightCm: 30, bend: { radiusCm: 10, axisDeg: 0 } }, NO_LOOK);
    const [x = NaN, y = NaN, z = NaN] = corner(sheet);
    expect(x).toBeCloseTo(-10 * Math.sin(1), 4);
    expect(y).toBeCloseTo(15, 4);
    expect(z).toBeCloseTo(10 * (Math.cos(1) - 1), 4);
  });

  it('bends around a lying axis when that is turned by 90 degrees', () => {
    const sheet = createSheet({ widthCm: 20, heightCm: 30, bend: { radiusCm: 15, axisDeg: 90 } }, NO_LOOK);
    const [x = NaN, y = NaN] = corner(sheet);
    expect(x).toBeCloseTo(-10, 4);
    expect(y).toBeCloseTo(15 * Math.sin(1), 4);
  });
});

describe('printLook', () => {
  const model: PrintModel = {
    white: 0.85,
    black: 0.05,
    saturation: 0.8,
    grain: 0,
    gloss: 0.1,
    linesPerCm: 40,
    border: 0.05,
  };

  it('cannot be darker than its ink or lighter than its paper', () => {
    const at = (level: number) =>
      along(printLook(grey(level), { ...model, linesPerCm: 0 }, 20, 1), 30)[0]?.[0];
    expect(at(0)).toBeCloseTo(0.05, 5);
    expect(at(1)).toBeCloseTo(0.85, 5);
  });

  it('leaves its border white and lights nothing by itself', () => {
    const [edge] = along(printLook(grey(0.2), model, 20, 1), 30, { from: 0.01, to: 0.02 });
    expect(edge?.[0]).toBeCloseTo(0.85, 5);
    const print = along(printLook(grey(0.2), model, 20, 1), 30);
    expect(print.every((one) => one[4] === 0 && Math.abs((one[3] ?? 0) - 0.1) < 1e-6)).toBe(true);
  });

  it('shows its dots when the camera can see them, and their mean tone when it cannot', () => {
    const look = printLook(grey(0.3), model, 20, 1);
    const plain = along(printLook(grey(0.3), { ...model, linesPerCm: 0 }, 20, 1), 30)[0]?.[2] ?? NaN;
    // 40 lines a cm: 200 and 40 pixels a cm are 0.2 and 1 cycles a pixel.
    const near = channel(along(look, 200), 2);
    expect(spread(near)).toBeGreaterThan(0.2 * plain);
    const everywhere = Array.from({ length: 30 }, (_, k) =>
      channel(along(look, 200, { v: 0.4 + 0.00031 * k }), 2),
    );
    expect(mean(everywhere.flat()) / plain).toBeCloseTo(1, 1);
    expect(spread(channel(along(look, 40), 2))).toBeLessThan(1e-6);
  });

  it('reaches less saturated colours than it is given', () => {
    const red = grey(0.1);
    for (let k = 0; k < red.texels.length; k += 4) red.texels[k] = 0.6;
    const [one] = along(printLook(red, { ...model, linesPerCm: 0 }, 20, 1), 30);
    expect((one?.[0] ?? 0) / (one?.[1] ?? 1)).toBeLessThan(5);
    expect((one?.[0] ?? 0) / (one?.[1] ?? 1)).toBeGreaterThan(1.5);
  });

  it('is drawn with less gloss and saturation on matt paper', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [matt, glossy] = [drawPrinter(seed, { glossy: false }), drawPrinter(seed, { glossy: true })];
      expect(matt.gloss).toBeLessThan(glossy.gloss);
      expect(matt.black).toBeGreaterThanOrEqual(glossy.black);
    }
  });
});

describe('displayLook', () => {
  const model: DisplayModel = {
    ...drawDisplay('tablet', 0.6, 1),
    widthCm: 16,
    heightCm: 22,
    bezelCm: 1,
    pitchCm: 0.01,
    brightness: 0.8,
    blackLevel: 0.002,
    white: { red: 1, blue: 1 },
    bands: { depth: 0, count: 1, perSecond: 0 },
  };
  const look = (more: Partial<DisplayModel> = {}, nowMs = 0, level = 0.5) =>
    displayLook({ ...model, ...more }, grey(level), () => nowMs, 1);
  /** So few pixels a cm that the grid is wholly averaged away. */
  const FAR = 1 / (3 * 0.01);

  it('shines with its brightness where the picture is, and not in its frame', () => {
    expect(along(look(), FAR)[0]?.[5]).toBeCloseTo(0.8 * (0.002 + 0.998 * 0.5), 3);
    const [frame] = along(look(), FAR, { from: 0.01, to: 0.02 });
    expect([...(frame?.subarray(4) ?? [])]).toEqual([0, 0, 0]);
  });

  it('is nearly black where the picture does not reach', () => {
    // 14 cm by 20 cm of glass and a picture of 3 : 4 leave 0.67 cm above and below.
    expect(pictureOn(model, { width: 30, height: 40 }).y).toBeCloseTo(1 + 2 / 3, 5);
    const [bar] = along(look(), FAR, { v: 1.2 / 22 });
    expect(bar?.[5]).toBeCloseTo(0.8 * 0.002, 5);
  });

  it('shows stripes of red, green and blue side by side when the camera can see them', () => {
    // 0.25 cycles a pixel; a hundredth of the width is 16 pixels of the display.
    const near = along(look(), 400, { from: 0.5, to: 0.51 });
    const [red, green, blue] = [4, 5, 6].map((c) => channel(near, c));
    for (const colour of [red, green, blue]) expect(spread(colour ?? [])).toBeGreaterThan(0.3);
    expect(red?.indexOf(Math.max(...red))).not.toBe(green?.indexOf(Math.max(...(green ?? []))));
    expect(spread(channel(along(look(), FAR), 5))).toBeLessThan(1e-3);
  });

  it('has bands that lie across the rows and move with time', () => {
    const bands = { depth: 0.05, count: 2, perSecond: 3 };
    const at = (row: number, nowMs: number) => along(look({ bands }, nowMs), FAR, { row })[0]?.[5] ?? NaN;
    expect(at(0.125, 0) / at(0, 0)).toBeCloseTo(1.05, 3);
    expect(at(0.125, 0) / at(0.625, 0)).toBeCloseTo(1, 3);
    expect(at(0, 1000 / 12)).toBeGreaterThan(at(0, 0));
  });

  it('mirrors a little of the room and hides it behind nothing', () => {
    const [one] = along(look(), FAR);
    expect(one?.[0]).toBeGreaterThan(0);
    expect(one?.[0]).toBeLessThan(0.1);
  });
});
