import type { LabClip } from './clips.js';
import { manifestOf, toLabelled } from './manifest.js';
import type { Presentation, Presentations } from './presentations.js';
import { writeTar, type ArchivedFile } from './tar.js';

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
  const written: Presentation[] = [];
  let modifiedAtMs = 0;
  for (const presentation of recorded) {
    const clip = await presentations.clip(presentation.id);
    if (!clip) continue;
    modifiedAtMs = presentation.recordedAtMs ?? modifiedAtMs;
    yield* filesOf(toLabelled(presentation, resourceName).path, clip, modifiedAtMs);
    written.push(presentation);
  }
  yield {
    name: 'manifest.csv',
    content: Buffer.from(manifestOf(written, resourceName)),
    modifiedAtMs,
  };
}

function* filesOf(path: string, { content, companion }: LabClip, modifiedAtMs: number) {
  yield { name: path, content, modifiedAtMs };
  const beside = path.replace(/webp$/, 'json');
  yield { name: beside, content: Buffer.from(JSON.stringify(companion)), modifiedAtMs };
}
