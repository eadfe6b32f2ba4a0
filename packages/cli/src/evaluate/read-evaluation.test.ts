import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@bonafide/engine';
import { makeReport } from '@bonafide/engine/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvaluation } from './read-evaluation.js';

const REPORT = makeReport({
  ...{ createdAt: new Date(0), run: null, presentations: [], outcomes: [], policy: loadPolicy() },
  pairs: null,
});

describe('reading an evaluation', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bonafide-compare-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes a folder or a file, with or without the scores', () => {
    writeFileSync(join(folder, 'report.json'), JSON.stringify(REPORT));
    expect(readEvaluation(folder)).toEqual({ report: REPORT, outcomes: null });
    writeFileSync(join(folder, 'scores.jsonl'), '{"path":"a"}\n');
    expect(readEvaluation(join(folder, 'report.json')).outcomes).toHaveLength(1);
  });

  it('refuses what is no report', () => {
    expect(() => readEvaluation(join(folder, 'none'))).toThrow(/cannot be read as the report/);
    writeFileSync(join(folder, 'other.json'), '{"schema":"other/1"}');
    expect(() => readEvaluation(join(folder, 'other.json'))).toThrow(
      /other\.json is no report of evaluate that this version reads/,
    );
    for (const text of ['null', '[]', '{"schema":"bonafide-report/1"}']) {
      writeFileSync(join(folder, 'other.json'), text);
      expect(() => readEvaluation(join(folder, 'other.json'))).toThrow(/is no report of evaluate/);
    }
    const sections = [{ media: 'clip', simulated: false, figures: {} }];
    writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...REPORT, sections }));
    expect(() => readEvaluation(join(folder, 'other.json'))).toThrow(/\/sections\/0\/figures\/bonaFide/);
  });

  it.each([
    ['its last line', '{"path":"a"}\n{"path":"b","lab', 2],
    ['another', '{"path":"a"}\n{"pa\n{"path":"c"}\n', 2],
  ])('names %s of scores that were cut', (_, text, line) => {
    writeFileSync(join(folder, 'report.json'), JSON.stringify(REPORT));
    writeFileSync(join(folder, 'scores.jsonl'), text);
    expect(() => readEvaluation(folder)).toThrow(`scores.jsonl:${line}: no line of scores`);
  });
});
