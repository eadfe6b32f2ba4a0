/** Red, green and blue; linear light where nothing else is said, 1 = white at full exposure. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Linear light of an sRGB value of 0..1 (IEC 61966-2-1). */
export function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** sRGB value of linear light, both 0..1 (IEC 61966-2-1). */
export function fromLinear(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** Linear light of an 8-bit sRGB colour. */
export function linearRgb([red, green, blue]: Rgb): Rgb {
  return [toLinear(red / 255), toLinear(green / 255), toLinear(blue / 255)];
}

/** A colour `share` of the way from one to another. */
export function mix(one: Rgb, other: Rgb, share: number): Rgb {
  return [
    one[0] + (other[0] - one[0]) * share,
    one[1] + (other[1] - one[1]) * share,
    one[2] + (other[2] - one[2]) * share,
  ];
}

/** Every channel multiplied by that of the other colour. */
export function filtered([red, green, blue]: Rgb, by: Rgb): Rgb {
  return [red * by[0], green * by[1], blue * by[2]];
}

/** Relative luminance (ITU-R BT.709). */
export function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const STEPS = 4096;
/** 8-bit sRGB of linear light in steps of 1/4096: exact enough for 8 bits but in the darkest three values. */
const BYTES = Uint8Array.from({ length: STEPS + 1 }, (_, k) => Math.round(255 * fromLinear(k / STEPS)));

/** The 8-bit sRGB value of linear light; what is brighter than white is white. */
export function toByte(light: number): number {
  return light >= 1 ? 255 : light > 0 ? (BYTES[(light * STEPS + 0.5) | 0] ?? 0) : 0;
}

/** 8-bit sRGB pixels, three or four channels (the fourth is 255), of linear light in three. */
export function toBytes(light: Float32Array, channels: 3 | 4): Uint8ClampedArray<ArrayBuffer> {
  const pixels = light.length / 3;
  const bytes = new Uint8ClampedArray(channels * pixels).fill(255);
  for (let k = 0; k < pixels; k++)
    for (let c = 0; c < 3; c++) bytes[channels * k + c] = toByte(light[3 * k + c] ?? 0);
  return bytes;
}
