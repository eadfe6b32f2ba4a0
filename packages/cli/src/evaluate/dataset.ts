import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { seededRandom, type LabelledPresentation } from '@bonafide/engine/evaluation';
import { companionBeside } from '../companion.js';
import { Failure } from '../failure.js';

/** Lines of a faulty file that are named before the rest is only counted. */
const FAULTS_SHOWN = 10;

/** One row of a manifest. Columns that the manifest lacks are empty strings. */
export interface Presentation extends LabelledPresentation {
  /** Absolute path of the file; `path` is as the manifest writes it. */
  file: string;
}

/** A manifest as read, with what identifies it. */
export interface Dataset {
  presentations: Presentation[];
  /** Lower-case hex SHA-256 of the manifest file. */
  sha256: string;
}

/** One row of a pairs file: two images and whether they show the same person. */
export interface Pair {
  pathA: string;
  pathB: string;
  fileA: string;
  fileB: string;
  same: boolean;
  /** Pairs are reported set by set; empty when the file has no such column. */
  set: string;
}

/**
 * Reads a manifest: CSV with a header, `path` and `label` required, `species`, `subject`, `clip`, `source`, `media` and
 * `licence` optional, other columns ignored; paths are relative to the manifest. Throws a {@link Failure} that names the
 * lines which are wrong.
 */
export function readManifest(manifest: string): Dataset {
  const { rows, sha256 } = readCsv(manifest, ['path', 'label']);
  const faults = new Faults(manifest);
  const firstLine = new Map<string, number>();
  const presentations = rows.map(({ line, cell }) => {
    const path = cell('path');
    const file = resolve(dirname(manifest), path);
    const earlier = firstLine.get(file);
    if (path === '') faults.add(line, 'path is empty');
    else if (earlier !== undefined) faults.add(line, `${path} is on line ${earlier} already`);
    else faults.addIfNoFile(line, path, file);
    firstLine.set(file, earlier ?? line);
    const label = cell('label').toLowerCase();
    if (label === '') faults.add(line, 'label is empty; expected bonafide, attack or another word');
    const media = cell('media');
    if (!['', 'image', 'clip'].includes(media))
      faults.add(line, `media is "${media}"; expected image, clip or nothing`);
    return {
      path,
      file,
      label,
      species: label === 'attack' ? cell('species') || 'unspecified' : '',
      subject: cell('subject'),
      clip: cell('clip'),
      source: cell('source') || 'unspecified',
      media,
      licence: cell('licence'),
      simulated: faults.catch(line, () => companionBeside(file))?.simulated ?? false,
    };
  });
  faults.throwIfAny();
  return {
    sha256,
    presentations: presentations.map(({ simulated, ...row }) => ({
      ...row,
      simulated: simulated || /simulat/i.test(row.source),
      media: row.media === 'clip' || (row.media === '' && isAnimatedWebp(row.file)) ? 'clip' : 'still',
    })),
  };
}

/** Reads a pairs file: CSV with `path_a`, `path_b`, `same` (1 or 0) and optionally `set`; otherwise as {@link readManifest}. */
export function readPairs(file: string): { pairs: Pair[]; sha256: string } {
  const { rows, sha256 } = readCsv(file, ['path_a', 'path_b', 'same']);
  const faults = new Faults(file);
  const pairs = rows.map(({ line, cell }) => {
    for (const column of ['path_a', 'path_b']) {
      if (cell(column) === '') faults.add(line, `${column} is empty`);
      else faults.addIfNoFile(line, cell(column), resolve(dirname(file), cell(column)));
    }
    if (!['0', '1'].includes(cell('same'))) faults.add(line, `same is "${cell('same')}"; expected 1 or 0`);
    return {
      pathA: cell('path_a'),
      pathB: cell('path_b'),
      fileA: resolve(dirname(file), cell('path_a')),
      fileB: resolve(dirname(file), cell('path_b')),
      same: cell('same') === '1',
      set: cell('set') || 'unspecified',
    };
  });
  faults.throwIfAny();
  return { pairs, sha256 };
}

/** At most `perGroup` presentations of each source, label, species and media, the same ones for the same seed, in order. */
export function sample(
  presentations: readonly Presentation[],
  perGroup: number,
  seed: number,
): Presentation[] {
  const groups = new Map<string, Presentation[]>();
  for (const row of presentations) {
    const key = JSON.stringify([row.source, row.label, row.species, row.media]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const random = seededRandom(seed);
  const chosen = new Set(
    [...groups.values()].flatMap((rows) =>
      rows
        .map((row) => ({ row, order: random() }))
        .sort((a, b) => a.order - b.order)
        .slice(0, perGroup)
        .map(({ row }) => row),
    ),
  );
  return presentations.filter((row) => chosen.has(row));
}

interface Row {
  line: number;
  /** The trimmed cell of a column, empty when the file lacks the column. */
  cell(column: string): string;
}

function readCsv(file: string, required: readonly string[]): { rows: Row[]; sha256: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Failure(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  let records: { info: { lines: number }; record: Record<string, string> }[];
  try {
    records = parse(bytes, { bom: true, columns: true, info: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new Failure(`${file} is not a CSV file with a header: ${cause.message}`, { cause });
  }
  const header = Object.keys(records[0]?.record ?? {});
  if (records.length === 0) throw new Failure(`${file} has no row below its header`);
  const lacking = required.filter((column) => !header.includes(column));
  if (lacking.length > 0)
    throw new Failure(
      `${file}:1: expected the columns ${required.join(', ')}; ${lacking.join(', ')} missing`,
    );
  const rows = records.map(({ info, record }) => ({
    line: info.lines,
    cell: (column: string) => record[column] ?? '',
  }));
  return { rows, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Collects what is wrong with a file, so that one run names it all. */
class Faults {
  readonly #found: string[] = [];
  constructor(private readonly file: string) {}

  add(line: number, fault: string): void {
    this.#found.push(`${this.file}:${line}: ${fault}`);
  }

  /** Adds what keeps a path from being a file that can be judged. */
  addIfNoFile(line: number, path: string, file: string): void {
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found) this.add(line, `${path} does not exist`);
    else if (!found.isFile()) this.add(line, `${path} is no file`);
  }

  /** What `work` returns; null where it throws a {@link Failure}, which is added. */
  catch<T>(line: number, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.add(line, error.message);
      return null;
    }
  }

  throwIfAny(): void {
    const rest = this.#found.length - FAULTS_SHOWN;
    const more = rest > 0 ? [`... and ${rest} more`] : [];
    if (this.#found.length > 0)
      throw new Failure([...this.#found.slice(0, FAULTS_SHOWN), ...more].join('\n'));
  }
}

/** Whether the file begins as an extended WebP whose header has the animation flag (WebP container specification, VP8X). */
function isAnimatedWebp(file: string): boolean {
  if (extname(file).toLowerCase() !== '.webp') return false;
  const head = Buffer.alloc(21);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  return head.toString('latin1', 8, 16) === 'WEBPVP8X' && ((head[20] ?? 0) & 0x02) !== 0;
}
