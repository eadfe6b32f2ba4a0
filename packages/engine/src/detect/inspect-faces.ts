import type { DetectedFace } from '../analysis.js';
import { frameBytes } from '../decode.js';
import type { Policy } from '../policy.js';
import { judgeForRecognition } from '../reference.js';
import { CONTENT_LIMITS, readSource } from '../source.js';
import type { Workspace } from '../workspace.js';
import { measureForehead } from './forehead.js';
import { faceLandmarks } from './landmarks.js';
import { measureNoise } from './noise.js';

/**
 * Finds and measures every face of a picture, largest first.
 * @throws InputError what {@link readSource} throws, or `Undecodable`
 */
export async function inspectFaces(
  content: Uint8Array,
  { templates }: { templates: boolean },
  work: Workspace,
  policy: Policy,
  signal?: AbortSignal,
): Promise<DetectedFace[]> {
  const source = await readSource(content, CONTENT_LIMITS, work.allocate);
  const memory = [work.allocate(frameBytes(source))];
  const found = await work.run('find', { source, memory }, signal);
  return Promise.all(
    found.map(async (seen) => {
      const { frame, face } = seen;
      return {
        report: face.report,
        landmarks: faceLandmarks(face.mesh, frame.uploaded.width / frame.width),
        noise: measureNoise(frame, face.box),
        foreheadVisibility: measureForehead(frame, face.mesh),
        qualityForRecognition: judgeForRecognition(face, 0, policy).qualityForRecognition,
        template: templates ? await work.run('embed', { frame: seen }, signal) : null,
      };
    }),
  );
}
