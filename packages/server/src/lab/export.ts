import type { LabClip, Presentation, Presentations } from './presentations.js';
import { writeTar, type ArchivedFile } from './tar.js';

/** Columns of the manifest, as `bonafide evaluate` reads them; it passes over `instrument`. */
const COLUMNS = [
  'path',
  'label',
  'species',
  'subject',
  'clip',
  'source',
  'media',
  'licence',
  'instrument',
] as const;
/** What the manifest calls the set: captured by a lab, and by whose resource. */
export function sourceOf(resourceName: string): string {
  return `lab ${resourceName}`;
}

/**
 * The recorded set as an archive that `bonafide evaluate` takes once it is unpacked: clips, their companions, and `manifest.csv`
 * at the end, which names what is there. Presentations that are deleted meanwhile are in neither.
 */
export function exportLab(
  presentations: Pick<Presentations, 'clip'>,
  recorded: readonly Presentation[],
  resourceName: string,
): AsyncGenerator<Uint8Array> {
  return writeTar(files(presentations, recorded, resourceName));
}

async function* files(
  presentations: Pick<Presentations, 'clip'>,
  recorded: readonly Presentation[],
  resourceName: string,
): AsyncGenerator<ArchivedFile> {
  const rows: string[] = [COLUMNS.join(',')];
  let modifiedAtMs = 0;
  for (const presentation of recorded) {
    const clip = await presentations.clip(presentation.id);
    if (!clip) continue;
    modifiedAtMs = presentation.recordedAtMs ?? modifiedAtMs;
    yield* filesOf(presentation, clip, modifiedAtMs);
    rows.push(rowOf(presentation, resourceName));
  }
  yield { name: 'manifest.csv', content: Buffer.from(`${rows.join('\r\n')}\r\n`), modifiedAtMs };
}

function* filesOf({ id }: Presentation, { content, companion }: LabClip, modifiedAtMs: number) {
  yield { name: `clips/${id}.webp`, content, modifiedAtMs };
  yield { name: `clips/${id}.json`, content: Buffer.from(JSON.stringify(companion)), modifiedAtMs };
}

function rowOf({ id, label, species, subject, instrument }: Presentation, resourceName: string): string {
  const path = `clips/${id}.webp`;
  const source = sourceOf(resourceName);
  const row = { path, label, species, subject, clip: '', source, media: 'clip', instrument };
  return COLUMNS.map((column) => cell({ ...row, licence: 'as the subject agreed' }[column])).join(',');
}

/** RFC 4180. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
