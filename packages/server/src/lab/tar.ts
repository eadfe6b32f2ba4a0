/** A file of an archive. */
export interface ArchivedFile {
  /** Path in the archive, up to 100 ASCII characters; made by us, never by whoever uploads. */
  name: string;
  content: Uint8Array;
  /** ms since 1970 UTC. */
  modifiedAtMs: number;
}

const BLOCK_BYTES = 512;
const MAX_NAME_LENGTH = 100;

/** A tar archive (POSIX.1-1988 ustar) piece by piece: one file is in memory at a time. */
export async function* writeTar(files: AsyncIterable<ArchivedFile>): AsyncGenerator<Uint8Array> {
  for await (const file of files) {
    yield header(file);
    yield file.content;
    const rest = file.content.length % BLOCK_BYTES;
    if (rest > 0) yield Buffer.alloc(BLOCK_BYTES - rest);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

function header({ name, content, modifiedAtMs }: ArchivedFile): Buffer {
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(name) || name.length > MAX_NAME_LENGTH || name.includes('..'))
    throw new TypeError(`expected a relative path of at most ${MAX_NAME_LENGTH} plain characters`);
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at);
  block.write(name, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(Math.floor(modifiedAtMs / 1000), 136, 12);
  // The checksum counts itself as spaces.
  block.fill(' ', 148, 156);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257, 'latin1');
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
