import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@bonafide/engine';
import { makeReport } from '@bonafide/engine/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvaluation } from './read-evaluation.js';

describe('reading an evaluation', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bonafide-compare-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes a folder or a file, with or without the scores', () => {
    const report = makeReport({
      ...{ createdAt: new Date(0), run: null, presentations: [], outcomes: [], policy: loadPolicy() },
      pairs: null,
    });
    writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
    expect(readEvaluation(folder)).toEqual({ report, outcomes: null });
    writeFileSync(join(folder, 'scores.jsonl'), '{"path":"a"}\n');
    expect(readEvaluation(join(folder, 'report.json')).outcomes).toHaveLength(1);
  });

  it('refuses what is no report', () => {
    expect(() => readEvaluation(join(folder, 'none'))).toThrow(/cannot be read as the report/);
    writeFileSync(join(folder, 'other.json'), '{"schema":"other/1"}');
    expect(() => readEvaluation(join(folder, 'other.json'))).toThrow(/no report that this version reads/);
  });
});
