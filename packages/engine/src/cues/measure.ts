import type { CueOutcome, CueReport } from '../analysis.js';
import type { SeenFrame } from '../face.js';
import type { Inference } from '../inference.js';
import type { Policy } from '../policy.js';
import { STAGES, notApplicable, type Clip, type Cue, type Parameters } from './cue.js';
import { CUES } from './index.js';

/**
 * Measures every cue on a clip, stage after stage; after a veto the dearer stages are spared. An error in a cue is its
 * outcome `failed`; only an abort and input that turns out undecodable end the whole.
 */
export async function measureCues(
  clip: Clip,
  inference: Pick<Inference, 'run'>,
  policy: Policy,
  signal?: AbortSignal,
  cues: readonly Cue[] = CUES,
): Promise<CueReport[]> {
  const reports: CueReport[] = [];
  for (const stage of STAGES) {
    const vetoed = reports.find(({ outcome }) => outcome.status === 'scored' && outcome.veto);
    const ofStage = cues.filter((cue) => cue.stage === stage);
    const outcomes = await Promise.all(
      ofStage.map((cue) =>
        vetoed
          ? notApplicable(`spared: ${vetoed.name} decides alone`)
          : measureCue(cue, clip, inference, parametersOf(cue, policy), signal),
      ),
    );
    ofStage.forEach(({ name, version }, k) => {
      const outcome = outcomes[k];
      if (outcome) reports.push({ name, version, outcome });
    });
  }
  return reports;
}

async function measureCue(
  cue: Cue,
  clip: Clip,
  inference: Pick<Inference, 'run'>,
  parameters: Parameters,
  signal?: AbortSignal,
): Promise<CueOutcome> {
  try {
    const parts = cue.plan(clip, parameters);
    if (!Array.isArray(parts)) return parts;
    const measured = await Promise.all(
      parts.map((part) => {
        const frames = part.frames.map((index) => frameOf(clip, index));
        return inference.run('measure', { cue: cue.name, part, frames }, signal);
      }),
    );
    return cue.conclude(measured, clip, parameters, parts);
  } catch (error) {
    signal?.throwIfAborted();
    return { status: 'failed', reason: error instanceof Error ? error.message : 'unknown error' };
  }
}

function frameOf({ frames }: Clip, index: number): SeenFrame {
  const frame = frames[index];
  if (!frame) throw new RangeError(`the clip has no frame ${index}`);
  return frame;
}

/** The numbers that a policy gives for a cue. */
export function parametersOf({ name }: Pick<Cue, 'name'>, { cues }: Policy): Parameters {
  const rows = Object.entries(cues[name]?.parameters ?? {});
  return Object.fromEntries(rows.map(([key, { value }]) => [key, value]));
}
