import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { ModelError, type OwnWeights } from '@bonafide/engine';

/** What the process of a trial is told, as its one argument in JSON. */
export interface Trial {
  folder: string;
  checksums: OwnWeights['checksums'];
}

/** What the process says before it ends. */
export interface TrialResult {
  /** What is wrong with the weights; null for nothing. */
  fault: string | null;
}

/** Longer than any network takes to open and run once on a slow machine, ms. */
const TRIAL_MS = 120_000;

/**
 * Tries weights that are none of the manifest's once, in a process of their own: a network that is not what it stands for may
 * take the process down that runs it, or fill in nonsense without a word.
 * @param program what runs the trial
 * @throws ModelError `unusable`
 */
export async function tryWeights(
  folder: string,
  { checksums, changed }: Pick<OwnWeights, 'checksums' | 'changed'>,
  // Through the package's exports, so that tests, which run from the sources, find the built file too.
  program = createRequire(import.meta.url).resolve('@bonafide/server/weights-trial-process'),
): Promise<void> {
  if (changed.length === 0) return;
  const trial: Trial = { folder, checksums };
  const child = fork(program, [JSON.stringify(trial)], {
    execArgv: [],
    stdio: 'ignore',
    timeout: TRIAL_MS,
    killSignal: 'SIGKILL',
  });
  const end = await new Promise<TrialResult | { how: string }>((settle, reject) => {
    child.on('message', (result: TrialResult) => settle(result));
    child.on('close', (code, signal) => settle({ how: signal ?? `exit ${code}` }));
    child.on('error', reject);
  });
  if ('how' in end) {
    const files = changed.map(({ file }) => file).join(', ');
    throw new ModelError(
      'unusable',
      `the weights in ${folder} end the process that runs them (${end.how}); none of the manifest's: ${files}`,
    );
  }
  if (end.fault !== null) throw new ModelError('unusable', end.fault);
}
