import { expectWeights, loadPolicy, type Policy } from '@bonafide/engine';
import { createAnalysisPool, type AnalysisPool } from '@bonafide/server';

/** An engine over worker threads with the policy that it decides by. */
export interface OpenEngine {
  engine: AnalysisPool;
  policy: Policy;
}

/** Nobody waits at a camera: a busy machine shall not change what is measured. */
const PATIENCE_MS = 300_000;

/** Starts the workers that the service would run; the caller closes the engine. */
export async function openEngine({
  modelsDir,
  weights,
  workers,
  ...options
}: {
  modelsDir: string;
  weights?: string;
  policy?: string;
  workers: number;
}): Promise<OpenEngine> {
  const policy = loadPolicy(options.policy);
  const engine = await createAnalysisPool({
    modelsFolder: modelsDir,
    policy,
    workers,
    timeoutMs: PATIENCE_MS,
    ...(weights !== undefined && { weights: await expectWeights(modelsDir, weights) }),
  });
  return { engine, policy };
}
