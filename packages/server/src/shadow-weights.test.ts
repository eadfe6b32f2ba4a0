import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@bonafide/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANNA, MODELS_FOLDER, swayingClip } from '../../engine/test/clips.js';
import { makeOtherWeights } from '../../engine/test/other-weights.js';
import { createAnalysisPool } from './analysis-pool.js';
import { openShadowWeights } from './shadow-model.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-weights-'));
  makeOtherWeights(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('other weights say something else of the same clip, under a version of their own', async () => {
  const policy = loadPolicy();
  const installed = await createAnalysisPool({ modelsFolder: MODELS_FOLDER, policy, workers: 1 });
  const other = await openShadowWeights(folder, policy, {
    yieldTo: installed,
    onWorkerError: (error) => {
      throw error;
    },
  });
  try {
    const request = { content: await swayingClip(ANNA, 6), allowUnbound: true, allowStill: false };
    // Asked at once, the weights that decide go first.
    const order: string[] = [];
    const said = async (who: string, analysis: ReturnType<typeof installed.analyse>) => {
      const { score, versions } = await analysis;
      order.push(who);
      return { score: score ?? NaN, engine: versions.engine };
    };
    const live = said('installed', installed.analyse(request));
    const shadow = said(
      'other',
      (other.engine.atLeisure ?? other.engine).analyse({ ...request, decideBy: policy }),
    );
    expect((await shadow).score).toBeLessThan((await live).score - 1);
    expect(order).toEqual(['installed', 'other']);
    expect((await shadow).engine).toBe(`${(await live).engine}~${other.weights.fingerprint.slice(0, 8)}`);
    expect(other.weights).toMatchObject({ changed: [{ file: 'pad-fasnet.onnx' }], policy: null });
  } finally {
    await Promise.all([installed.close(), other.engine.close()]);
  }
});
