import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { prove, type ProofOptions } from '../bench/proof/prove.js';
import { equalError } from '../bench/proof/tables.js';
import { MODELS_FOLDER } from '../packages/engine/test/clips.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

test('the proof in small: a simulated person passes, one without the screen’s light stays undecided', async () => {
  const out = mkdtempSync(join(tmpdir(), 'bonafide-proof-'));
  // Within the clone, where the thread finds the packages.
  const worker = join(root, 'node_modules/.cache/bonafide-bench/proof-test-worker.mjs');
  await build({
    entryPoints: [join(root, 'bench/proof/worker.ts')],
    outfile: worker,
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external' },
  });
  try {
    const options: ProofOptions = {
      ...{ modelsFolder: MODELS_FOLDER, worker, workers: 1, out, first: 1, clips: 1, networkClips: 0 },
      fingerprints: { clips: 'some', lines: 'others' },
      ways: ['turn, expression and light'],
      scenarios: ['live', 'live-no-screen', 'payload-flipped-byte'],
    };
    const lines = await prove(options);
    expect(
      lines.map(({ scenario, own, wrong, depthAtRest }) => ({
        ...{ scenario, decision: own.decisions.balanced },
        ...{ accepted: wrong?.accepted, depthAtRest },
      })),
    ).toEqual([
      { scenario: 'live', decision: 'realface', accepted: 0, depthAtRest: false },
      { scenario: 'live-no-screen', decision: 'uncertain', accepted: undefined, depthAtRest: false },
      { scenario: 'payload-flipped-byte', decision: 'refused', accepted: undefined, depthAtRest: null },
    ]);
    // A run that was broken off goes on: nothing is judged twice.
    expect(await prove(options)).toEqual(lines);
    expect(readFileSync(join(out, 'proof.md'), 'utf8')).toContain('| live | 1 | 1 | 0 | 0 | 0 |');
  } finally {
    rmSync(out, { recursive: true });
  }
}, 240_000);

test('the equal error rate is where as many people fall below a threshold as sheets reach it', () => {
  expect(equalError([3, 4, 5, 6], [0, 1, 2, 2])).toBe(0);
  expect(equalError([1, 4, 5, 6], [0, 1, 2, 3])).toBe(0.25);
  expect(equalError([1, 2], [1, 2])).toBe(0.5);
});
