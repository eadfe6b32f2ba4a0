import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InputError, type FaceTemplate } from '@bonafide/engine';
import { pairFigures } from '@bonafide/engine/evaluation';
import type { Pair } from './dataset.js';
import { evaluatePairs, type PairRun } from './pairs.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-pairs-'));
  for (const name of ['0.2', '0.9', '0.4', 'none']) writeFileSync(join(folder, name), name);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const pair = (a: string, b: string, same: boolean): Pair => ({
  pathA: a,
  pathB: b,
  fileA: join(folder, a),
  fileB: join(folder, b),
  same,
  set: 'desk',
});

/** An engine whose template is the number in the file, and a comparison that says how near two numbers are. */
function runOf(pairs: Pair[], engine: Partial<PairRun['engine']> = {}) {
  const embedded: string[] = [];
  const run: PairRun = {
    engine: {
      async inspectReference(content) {
        const name = Buffer.from(content).toString();
        embedded.push(name);
        if (name === 'none') throw new InputError('NoFace', 'no face');
        const template: FaceTemplate = { test: Float32Array.of(Number(name)) };
        const faceRectangle = { top: 0, left: 0, width: 1, height: 1 };
        return { faceRectangle, qualityForRecognition: 'high', failedRules: [], template };
      },
      ...engine,
    },
    compare: (a, b) => {
      const similarity = 1 - Math.abs((a['test']?.[0] ?? 0) - (b['test']?.[0] ?? 0));
      return { matchConfidence: similarity, similarity };
    },
    pairs,
    folder,
    concurrency: 2,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  return { run, embedded };
}

it('embeds each image once and writes no embedding', async () => {
  const { run, embedded } = runOf([
    pair('0.2', '0.9', false),
    pair('0.2', '0.4', true),
    pair('0.9', '0.4', true),
  ]);
  const outcomes = await evaluatePairs(run);
  expect(embedded.sort()).toEqual(['0.2', '0.4', '0.9']);
  expect(outcomes.map(({ matchConfidence }) => matchConfidence?.toFixed(3))).toEqual([
    '0.300',
    '0.800',
    '0.500',
  ]);
  const written = readFileSync(join(folder, 'pairs.jsonl'), 'utf8');
  expect(written.trim().split('\n')).toHaveLength(3);
  expect(written).not.toContain('template');
});

it('keeps pairs with a refused image out of the rates, with the reason', async () => {
  const outcomes = await evaluatePairs(runOf([pair('0.2', 'none', true), pair('0.2', '0.4', true)]).run);
  expect(outcomes[0]).toMatchObject({ matchConfidence: null, reason: 'NoFace: no face' });
  expect(pairFigures(outcomes)[0]).toMatchObject({ genuine: 1, notCompared: 1, fnmr: { n: 1, errors: 0 } });
});

it('does not take a failing engine for a refused image', async () => {
  const broken = { inspectReference: () => Promise.reject(new Error('out of memory')) };
  await expect(evaluatePairs(runOf([pair('0.2', '0.4', true)], broken).run)).rejects.toThrow('out of memory');
});
