/** Bytes that threads share without a copy. */
export type SharedBytes = Uint8Array<SharedArrayBuffer>;

/** Gives shared memory of at least `length` bytes. */
export type Allocate = (length: number) => SharedBytes;

/** Shared memory of its own. */
export function newMemory(length: number): SharedBytes {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** Copies bytes to the beginning of shared memory and gives the part that holds them. */
export function copyInto(memory: SharedBytes, bytes: Uint8Array): SharedBytes {
  const part = memory.subarray(0, bytes.length);
  part.set(bytes);
  return part;
}

/**
 * Shared memory that is used again. The garbage collector does not count shared memory, so that pictures left to it would
 * pile up to gigabytes before it runs.
 */
export interface MemoryPool {
  take: Allocate;
  /** Takes memory back; nothing may use it any more. */
  giveBack(memory: SharedBytes): void;
}

/** Pieces are made in multiples of this, so that clips of nearly equal size share them. */
const GRAIN_BYTES = 256 * 1024;

/** Makes a pool that keeps at most `keepBytes` of memory that nobody uses. */
export function createMemoryPool(keepBytes: number): MemoryPool {
  const free: SharedBytes[] = [];
  const kept = () => free.reduce((sum, { length }) => sum + length, 0);
  return {
    take(length) {
      const size = GRAIN_BYTES * Math.ceil(length / GRAIN_BYTES);
      const at = free.findIndex((memory) => memory.length === size);
      const [memory] = at < 0 ? [] : free.splice(at, 1);
      return memory ?? newMemory(size);
    },
    giveBack(memory) {
      free.push(new Uint8Array(memory.buffer));
      while (kept() > keepBytes) free.shift();
    },
  };
}
