import { loadPolicy } from '@bonafide/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { ANNA, MODELS_FOLDER, swayingClip } from '../../engine/test/clips.js';
import {
  AnalysisTimeoutError,
  createAnalysisPool,
  OverloadedError,
  type AnalysisPool,
  type AnalysisPoolOptions,
} from './analysis-pool.js';

let pool: AnalysisPool | null = null;
afterEach(() => pool?.close());

async function open(options: Partial<AnalysisPoolOptions>): Promise<AnalysisPool> {
  pool = await createAnalysisPool({
    modelsFolder: MODELS_FOLDER,
    policy: loadPolicy(),
    workers: 1,
    ...options,
  });
  return pool;
}

const clip = async () => ({
  content: await swayingClip(ANNA, 6),
  allowUnbound: true,
  allowStill: false,
});

describe('a pool of workers', () => {
  it('turns away what it cannot hold, and answers the rest in order', async () => {
    const { analyse, stats } = await open({ maxQueue: 1 });
    const request = await clip();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const first = analyse(request);
    const second = analyse(request);
    await expect(analyse(request)).rejects.toThrow(OverloadedError);
    expect(stats()).toMatchObject({ active: 1, waiting: 1 });
    expect(await second).toEqual(await first);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    // Two clips of six frames after the warm-up.
    expect(stats().networks.get('face-mesh')?.runs).toBeGreaterThanOrEqual(12);
    expect(stats().networks.get('pad-tree')?.ms).toBeGreaterThan(0);
  });

  it('gives up what takes too long or is not wanted any more', async () => {
    const { analyse } = await open({ timeoutMs: 20 });
    const request = await clip();
    await expect(analyse(request)).rejects.toThrow(AnalysisTimeoutError);
    await expect(analyse(request, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  it('does what can wait behind what came later, without a place in the queue, and finds the same', async () => {
    const { analyse, atLeisure, stats } = await open({ maxQueue: 0 });
    const request = await clip();
    const ended: string[] = [];
    const patient = atLeisure.analyse(request).finally(() => ended.push('patient'));
    const other = atLeisure.analyse(request);
    expect(stats()).toMatchObject({ active: 0, waiting: 0 });
    const check = analyse(request).finally(() => ended.push('check'));
    expect(await patient).toEqual(await check);
    expect(ended).toEqual(['check', 'patient']);
    await other;
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(atLeisure.analyse(request, gone)).rejects.toThrow('gone');
  });

  it('ends what has begun before it closes, and nothing else', async () => {
    const { analyse, close } = await open({});
    const request = await clip();
    const stop = new AbortController();
    const given = [analyse(request, stop.signal), analyse(request, stop.signal)];
    const kept = analyse(request);
    setTimeout(() => stop.abort(new Error('gone')), 50);
    for (const one of given) await expect(one).rejects.toThrow('gone');
    const closing = close();
    pool = null;
    await expect(kept).rejects.toThrow('the pool is closed');
    await closing;
    await expect(analyse(request)).rejects.toThrow('the pool is closed');
  });
});
