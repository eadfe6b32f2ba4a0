import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prove } from '../bench/proof.js';
import { MODELS_FOLDER } from '../packages/engine/test/clips.js';

test('the proof in small: a simulated person passes, one without the screen’s light stays undecided', async () => {
  const out = mkdtempSync(join(tmpdir(), 'bonafide-proof-'));
  try {
    const options = {
      ...{ modelsFolder: MODELS_FOLDER, clips: 1, out, ways: ['turn, expression and light'] },
      scenarios: ['live', 'live-no-screen'],
    };
    const lines = await prove(options);
    expect(
      lines.map(({ scenario, decision, wrong }) => ({ scenario, decision, accepted: wrong?.accepted })),
    ).toEqual([
      { scenario: 'live', decision: 'realface', accepted: 0 },
      { scenario: 'live-no-screen', decision: 'uncertain', accepted: 0 },
    ]);
    // A run that was broken off goes on: nothing is judged twice.
    expect(await prove(options)).toEqual(lines);
    expect(readFileSync(join(out, 'proof.txt'), 'utf8')).toContain('| live | 1 | 1 | 0 | 0 | 0 |');
  } finally {
    rmSync(out, { recursive: true });
  }
}, 240_000);
