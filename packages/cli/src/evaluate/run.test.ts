import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError, loadPolicy, type Analysis, type AnalysisRequest } from '@bonafide/engine';
import type { Presentation } from './dataset.js';
import { decideAgain, isUnreadable, type Outcome, type RunIdentity } from '@bonafide/engine/evaluation';
import { evaluatePresentations, readScores, type Run } from './run.js';
import { COMPANION } from '../../test/companion.js';

const identity: RunIdentity = {
  engine: 'e1',
  policy: 'p1',
  policySha256: 'ef',
  manifestSha256: 'ab',
  sample: null,
};

const policy = loadPolicy();
const { balanced, strict } = policy.operatingPoints;
const weight = policy.cues['pad-networks']?.weight.value ?? NaN;
/** Between the thresholds of two points. */
const SCORE = (balanced.realface.value + strict.realface.value) / 2;

const analysis: Analysis = {
  mode: 'singleFrame',
  decision: 'realface',
  score: SCORE,
  reasons: [{ code: 'pad-networks', text: `pad-networks speaks for a bona fide (${SCORE.toFixed(2)})` }],
  quality: [],
  unbound: true,
  cues: [
    {
      name: 'pad-networks',
      version: '1',
      outcome: { status: 'scored', llr: SCORE / weight, quality: 1, evidence: {} },
    },
  ],
  frames: [],
  target: { frameIndex: 0, timeMs: 0, faceRectangle: { top: 0, left: 0, width: 9, height: 9 } },
  verification: null,
  versions: { engine: 'e1', policy: 'p1' },
};

const TINY_WEBP = sharp({ create: { width: 8, height: 8, channels: 3, background: 'grey' } })
  .webp()
  .toBuffer();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-run-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A presentation whose file holds its own name. */
function present(path: string): Presentation {
  const file = join(folder, path);
  writeFileSync(file, path);
  const row = { label: 'attack', species: 'print', subject: 's', clip: 'c', source: 'lab', licence: '' };
  return { ...row, path, file, media: 'still', simulated: false };
}

/** A run whose engine answers by the content, and a list of what it was asked. */
function runOf(
  presentations: Presentation[],
  answer: (content: string) => Analysis | Error = () => analysis,
  given: Partial<Run> = {},
) {
  const asked: string[] = [];
  const requests: AnalysisRequest[] = [];
  const progress: number[] = [];
  const run: Run = {
    engine: {
      async analyse(request) {
        const content = Buffer.from(request.content).toString();
        asked.push(content);
        requests.push(request);
        const answered = answer(content);
        if (answered instanceof Error) throw answered;
        return answered;
      },
    },
    identity,
    policy,
    operatingPoint: 'balanced',
    presentations,
    folder: join(folder, 'out'),
    concurrency: 2,
    onProgress: (done) => {
      progress.push(done);
    },
    signal: new AbortController().signal,
    ...given,
  };
  return { run, asked, requests, progress };
}

const scoresFile = () => join(folder, 'out', 'scores.jsonl');

describe('a run', () => {
  it('writes one line a presentation with the settled members, in the order of the manifest', async () => {
    const { run, requests, progress } = runOf([present('a'), present('b'), present('c')]);
    const outcomes = await evaluatePresentations(run);
    expect(outcomes.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(readScores(scoresFile())).toEqual(outcomes);
    expect(Object.keys(outcomes[0] ?? {})).toEqual(
      'path label species subject clip source decision score reasons cues quality unbound conditions timeMs sha256'.split(
        ' ',
      ),
    );
    expect(outcomes[0]?.unbound).toBe(true);
    expect(requests[0]).toMatchObject({ allowUnbound: true, allowStill: true, operatingPoint: 'balanced' });
    expect(progress).toEqual([0, 1, 2, 3]);
  });

  it('takes refused files and faces that were not found as no response, with the reason', async () => {
    const { run } = runOf([present('bad'), present('empty'), present('good')], (content) => {
      if (content === 'bad') return new InputError('Undecodable', 'expected an image');
      return content === 'empty'
        ? { ...analysis, decision: 'uncertain', score: null, target: null }
        : analysis;
    });
    const outcomes = await evaluatePresentations(run);
    expect(outcomes.map(({ decision, score }) => [decision, score])).toEqual([
      ['noResponse', null],
      ['noResponse', null],
      ['realface', SCORE],
    ]);
    expect(outcomes[0]?.reasons).toEqual([{ code: 'Undecodable', text: 'expected an image' }]);
  });

  it('marks presentations on which the engine itself failed', async () => {
    const { run } = runOf([present('a')], () => new Error('out of memory'));
    const [outcome] = await evaluatePresentations(run);
    expect(outcome).toMatchObject({
      decision: 'noResponse',
      reasons: [{ code: 'EngineFailed', text: 'out of memory' }],
    });
  });

  it('goes on after the last outcome when it was broken off', async () => {
    const presentations = [present('a'), present('b'), present('c')];
    const broken = new AbortController();
    const first = runOf(
      presentations,
      (content) => {
        if (content === 'b') broken.abort(new Error('enough'));
        return analysis;
      },
      { signal: broken.signal, concurrency: 1 },
    );
    await expect(evaluatePresentations(first.run)).rejects.toThrow('enough');
    appendFileSync(scoresFile(), '{"path":"c","label":"att'); // A kill in the middle of a line.

    const second = runOf(presentations);
    const outcomes = await evaluatePresentations(second.run);
    expect(second.asked).toEqual(['c']);
    expect(second.progress).toEqual([0, 1, 2, 3]);
    expect(outcomes).toHaveLength(3);
    expect(readScores(scoresFile())).toEqual(outcomes);
  });

  it.each([
    ['the engine', { engine: 'e2' }],
    ['the policy', { policy: 'p2', policySha256: '00' }],
    ["the policy's content", { policySha256: '00' }],
    ['the manifest', { manifestSha256: 'cd' }],
    ['the engine, the sample', { engine: 'e2', sample: { perGroup: 1, seed: 1 } }],
  ] satisfies [string, Partial<RunIdentity>][])(
    'leaves a folder alone that differs in %s, and says so',
    async (what, change) => {
      const presentations = [present('a')];
      await evaluatePresentations(runOf(presentations).run);
      const before = readFileSync(scoresFile(), 'utf8');
      const second = runOf(presentations, () => analysis, { identity: { ...identity, ...change } });
      await expect(evaluatePresentations(second.run)).rejects.toThrow(
        `${join(folder, 'out')} holds an evaluation that differs in ${what}; take another --out, or remove the folder`,
      );
      expect(second.asked).toEqual([]);
      expect(readFileSync(scoresFile(), 'utf8')).toBe(before);
      await evaluatePresentations(runOf(presentations).run);
    },
  );

  it('leaves scores alone of which nothing tells what they are of', async () => {
    await evaluatePresentations(runOf([present('a')]).run);
    writeFileSync(join(folder, 'out', 'run.json'), '{');
    await expect(evaluatePresentations(runOf([present('a')]).run)).rejects.toThrow('differs in the engine');
    expect(readScores(scoresFile())).toHaveLength(1);
  });

  it('judges again what has changed, the file or its companion', async () => {
    const names = ['same.webp', 'file.webp', 'session.webp'];
    const presentations = names.map(present);
    const companion = join(folder, 'session.json');
    writeFileSync(companion, JSON.stringify(COMPANION));
    const first = await evaluatePresentations(runOf(presentations).run);
    writeFileSync(join(folder, 'file.webp'), 'another clip');
    rmSync(companion);
    const second = runOf(presentations, () => analysis, { concurrency: 1 });
    const outcomes = await evaluatePresentations(second.run);
    expect(second.asked).toEqual(['another clip', 'session.webp']);
    expect(outcomes[0]).toEqual(first[0]);
    expect(outcomes.map(({ decision }) => decision)).toEqual(['realface', 'realface', 'realface']);
    expect(readScores(scoresFile())).toEqual(outcomes);
  });

  it('decides again at another operating point, or leaves decisions as they are, without judging anew', async () => {
    const presentations = [present('a'), present('b')];
    const first = await evaluatePresentations(runOf(presentations).run);
    const decided = async (operatingPoint: Run['operatingPoint']) => {
      const { run, asked } = runOf(presentations, () => analysis, { operatingPoint });
      const outcomes = await evaluatePresentations(run);
      expect(asked).toEqual([]);
      expect(readScores(scoresFile())).toEqual(outcomes);
      return outcomes;
    };
    const strictly = first.map((one): Outcome => decideAgain(one, policy, 'strict'));
    expect(strictly.map(({ decision }) => decision)).toEqual(['uncertain', 'uncertain']);
    expect(await decided('strict')).toEqual(strictly);
    expect(await decided(null)).toEqual(strictly);
    expect(await decided('balanced')).toEqual(first);
  });

  it('judges nothing again when all is done', async () => {
    const presentations = [present('a'), present('b')];
    await evaluatePresentations(runOf(presentations).run);
    const before = readFileSync(scoresFile(), 'utf8');
    const second = runOf(presentations);
    await evaluatePresentations(second.run);
    expect(second.asked).toEqual([]);
    expect(readFileSync(scoresFile(), 'utf8')).toBe(before);
  });

  it('tries again what the engine failed on', async () => {
    const presentations = [present('a'), present('b')];
    const first = runOf(presentations, (content) => (content === 'a' ? new Error('no memory') : analysis));
    await evaluatePresentations(first.run);
    const second = runOf(presentations);
    const outcomes = await evaluatePresentations(second.run);
    expect(second.asked).toEqual(['a']);
    expect(outcomes.map(({ path, decision }) => [path, decision])).toEqual([
      ['a', 'realface'],
      ['b', 'realface'],
    ]);
    expect(readScores(scoresFile())).toEqual(outcomes);
  });

  it('stops at a companion that is broken, naming it', async () => {
    const presentation = present('clip.webp');
    writeFileSync(join(folder, 'clip.json'), '{"schema":"bonafide-companion/1"}');
    await expect(evaluatePresentations(runOf([presentation]).run)).rejects.toThrow(
      /clip\.json is not the companion of a clip: \/sessionId/,
    );
  });

  it('counts a clip that is no capture of the session of its companion as one that a service refuses', async () => {
    const presentation = present('clip.webp');
    writeFileSync(presentation.file, await TINY_WEBP);
    writeFileSync(join(folder, 'clip.json'), JSON.stringify(COMPANION));
    const { run, asked } = runOf([presentation]);
    const [outcome] = await evaluatePresentations(run);
    expect(outcome).toMatchObject({
      decision: 'noResponse',
      score: null,
      unbound: false,
      reasons: [{ code: 'InvalidMetadata', text: 'nonce is not that of the attempt' }],
    });
    expect(asked).toEqual([]);
  });

  it('takes a damaged clip for a file that could not be read, whatever its companion says', async () => {
    const presentation = present('clip.webp');
    writeFileSync(presentation.file, (await TINY_WEBP).subarray(0, -4));
    writeFileSync(join(folder, 'clip.json'), JSON.stringify(COMPANION));
    const [outcome] = await evaluatePresentations(runOf([presentation]).run);
    expect(outcome && isUnreadable(outcome)).toBe(true);
  });
});
