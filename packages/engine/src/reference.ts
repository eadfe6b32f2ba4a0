import { InputError, type ReferenceReport } from './analysis.js';
import { area } from './detector.js';
import { CONTENT_LIMITS, readSource } from './source.js';
import type { Workspace } from './workspace.js';

/** Inspects a reference photograph: exactly one face, how far it can be trusted, and its template. */
export async function inspectReference(
  content: Uint8Array,
  work: Workspace,
  signal?: AbortSignal,
): Promise<ReferenceReport> {
  const source = await readSource(content, CONTENT_LIMITS, work.allocate);
  const [seen] = await work.run('see', { source, from: 0, to: 1, memory: [] }, signal);
  if (!seen?.face) throw new InputError('NoFace', 'expected one face in the reference image, found none');
  const { face, others } = seen;
  const comparable = others.filter((other) => area(other) >= 0.3 * area(face.box));
  if (comparable.length > 0)
    throw new InputError(
      'SeveralFaces',
      `expected one face in the reference image, found ${1 + comparable.length}`,
    );
  const template = await work.run('embed', { frame: seen }, signal);
  return {
    faceRectangle: face.report.rectangle,
    qualityForRecognition: 'high',
    failedRules: [],
    template,
  };
}
