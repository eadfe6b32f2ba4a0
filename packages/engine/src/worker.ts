import { workerData } from 'node:worker_threads';
import { answerJob, openLocalInference, type Job, type WorkerAnswer } from './inference.js';
import type { Checksums } from './models.js';
import type { NetworkRun } from './networks.js';

// Entry of a worker thread of a pool (piscina): opens the networks once, then does one job at a time.
// Workers know nothing of each other; a job brings all that it needs.

/** What a pool hands to each of its workers as `workerData`. */
export interface WorkerOptions {
  modelsFolder: string;
  /** What weights must be instead of what the manifest says. */
  checksums?: Checksums | undefined;
}

/**
 * Does one job. A promise of the function, so that the pool takes the worker for ready once its networks are open; an idle
 * worker of piscina blocks its event loop, and opening would stand still.
 */
export default openWorker(optionsOf(workerData));

async function openWorker({
  modelsFolder,
  checksums,
}: WorkerOptions): Promise<(job: Job) => Promise<WorkerAnswer>> {
  const runs: NetworkRun[] = [];
  const inference = await openLocalInference(modelsFolder, (run) => runs.push(run), checksums);
  return async (job) => ({ answer: await answerJob(inference, job), runs: runs.splice(0) });
}

function optionsOf(data: unknown): WorkerOptions {
  if (
    typeof data === 'object' &&
    data !== null &&
    'modelsFolder' in data &&
    typeof data.modelsFolder === 'string'
  )
    return data as WorkerOptions;
  throw new TypeError('a worker needs workerData {modelsFolder}');
}
