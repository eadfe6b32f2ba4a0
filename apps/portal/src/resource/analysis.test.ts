import { describe, expect, it } from 'vitest';
import { readAnalysis } from './analysis.js';

const stored = (cue: object) => ({
  decision: 'uncertain',
  score: null,
  reasons: [],
  quality: [],
  unbound: false,
  cues: [cue],
  versions: { engine: 'e', policy: 'p' },
});
const only = (cue: object) => readAnalysis(stored(cue)).cues[0];

describe('an analysis as it is stored', () => {
  it('draws what a cue measured over the time of the clip, and lists single values', () => {
    const cue = only({
      name: 'challenge',
      version: '1',
      outcome: {
        status: 'scored',
        llr: 1,
        quality: 1,
        evidence: {
          jumps: 0,
          hasty: '',
          timeMs: [0, 500, 1000],
          faceWidth: [0.2, null, 0.4],
          stepId: [0, 0, 1],
        },
      },
    });
    expect(cue?.measured.values).toEqual([['jumps', '0']]);
    expect(cue?.measured.courses).toEqual([
      {
        title: 'Width of the face, as a share of the shorter side',
        unit: 's',
        points: [
          { at: 0, value: 0.2, of: 'width' },
          { at: 1, value: 0.4, of: 'width' },
        ],
      },
    ]);
  });

  it('draws what was measured of evidence that is missing, where it is wanted most', () => {
    const cue = only({
      name: 'expression',
      version: '1',
      outcome: {
        status: 'not_applicable',
        missing: true,
        reason: 'no smile',
        evidence: { timeMs: [0], value: [0.1] },
      },
    });
    expect(cue?.outcome).toEqual({ status: 'not_applicable', missing: true, reason: 'no smile' });
    expect(cue?.measured.courses[0]?.points).toEqual([{ at: 0, value: 0.1, of: 'expression' }]);
  });

  it('numbers pairs of frames, and takes the frames that a cue names', () => {
    const pads = only({
      name: 'pad-networks',
      version: '1',
      outcome: {
        status: 'scored',
        llr: 1,
        quality: 1,
        evidence: { frames: [4, 7], fp4: [1, 2], d8l: [null, 3] },
      },
    });
    expect(pads?.measured.courses[0]?.points.map(({ at }) => at)).toEqual([4, 7, 7]);
    const pairs = only({
      name: 'parallax',
      version: '1',
      outcome: { status: 'scored', llr: 1, quality: 1, evidence: { pairDepth: [5, 6] } },
    });
    expect(pairs?.measured.courses[0]?.points.map(({ at }) => at)).toEqual([1, 2]);
  });

  it('shows the values of a cue that it does not know', () => {
    const cue = only({
      name: 'new',
      version: '1',
      outcome: { status: 'failed', reason: 'r', evidence: { a: 1 } },
    });
    expect(cue?.measured).toEqual({ courses: [], values: [['a', '1']] });
  });
});
