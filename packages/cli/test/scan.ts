import { stripVTControlCharacters } from 'node:util';
import jsQr from 'jsqr';

/** Pixels of a module's side. */
const SCALE = 4;

/** What a phone reads in a code that a terminal shows; null where it finds none. Half blocks show two modules each. */
export function scan(output: string): string | null {
  const lines = stripVTControlCharacters(output).split('\n');
  const rows = lines
    .filter((line) => /^[ ▀▄█]{20,}$/.test(line))
    .flatMap((line) => ['▀█', '▄█'].map((dark) => [...line].map((character) => dark.includes(character))));
  const width = SCALE * (rows[0]?.length ?? 0);
  const height = SCALE * rows.length;
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)])
        pixels.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 3);
  return jsQr.default(pixels, width, height)?.data ?? null;
}
