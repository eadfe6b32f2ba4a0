import { InputError } from './analysis.js';

// Whatever opens a picture reads its EXIF for the orientation, and follows it wherever it points, as often as it says: 60 kB whose
// directories all point at each other took half a minute.

/** Tags whose value is the place of another directory: EXIF, GPS, interoperability. */
const DIRECTORIES = [0x8769, 0x8825, 0xa005];
/** Bytes of one value by the number of its type, from BYTE on (TIFF 6.0, section 2). */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const ENTRY_BYTES = 12;
/** What looking at one entry costs, as bytes copied. */
const ENTRY_COST = 1024;
/** Cameras write one or two hundred entries with 64 kB in all. */
const MAX_COST = 4 * 1024 * 1024;

/**
 * Walks through every EXIF block of a file as a reader would, whatever the format around it, and refuses what never ends.
 * @throws InputError `Undecodable`
 */
export function checkExif({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  let cost = 0;
  const pay = (more: number) => {
    cost += more;
    if (cost > MAX_COST)
      throw new InputError('Undecodable', 'expected EXIF that a camera could have written');
  };
  for (const [header, little] of [
    ['II*\0', true],
    ['MM\0*', false],
  ] as const)
    for (let at = bytes.indexOf(header); at >= 0; at = bytes.indexOf(header, at + header.length)) {
      pay(ENTRY_COST);
      walk(bytes.subarray(at), little, pay);
    }
}

/** Walks through one block: its first directory, the one that follows it, and what these point at. */
function walk(block: Buffer, little: boolean, pay: (cost: number) => void): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const place = (at: number) => (at + 4 <= block.length ? view.getUint32(at, little) : block.length);
  /** Gives where the directory ends. */
  const visit = (at: number): number => {
    if (at + 2 > block.length) return block.length;
    const count = Math.min(view.getUint16(at, little), Math.floor((block.length - at - 2) / ENTRY_BYTES));
    const end = at + 2 + count * ENTRY_BYTES;
    for (let entry = at + 2; entry < end; entry += ENTRY_BYTES) {
      const bytes = (TYPE_BYTES[view.getUint16(entry + 2, little)] ?? 0) * view.getUint32(entry + 4, little);
      pay(ENTRY_COST + (bytes <= block.length ? bytes : 0));
      if (DIRECTORIES.includes(view.getUint16(entry, little))) visit(place(entry + 8));
    }
    return end;
  };
  const next = place(visit(place(4)));
  if (next !== 0) visit(next);
}
