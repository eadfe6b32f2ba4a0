import { describe, expect, it } from 'vitest';
import { figuresOf, sectionFiguresOf, WORST_SPECIES } from './figures.js';
import type { Outcome } from './presentation.js';

let serial = 0;
const outcome = (given: Partial<Outcome>): Outcome => ({
  path: `${serial++}.jpg`,
  label: 'attack',
  species: given.label === 'bonafide' ? '' : 'print',
  subject: '',
  clip: '',
  source: 'lab',
  decision: 'uncertain',
  score: 0,
  reasons: [],
  cues: [],
  quality: [],
  unbound: true,
  conditions: null,
  timeMs: 1,
  ...given,
});

/** Worked by hand: five bona fide presentations, four prints, two replays. */
const OUTCOMES = [
  outcome({ label: 'bonafide', decision: 'realface', score: 3 }),
  outcome({ label: 'bonafide', decision: 'realface', score: 2 }),
  outcome({ label: 'bonafide', decision: 'uncertain', score: 0.5 }),
  outcome({ label: 'bonafide', decision: 'spoofface', score: -2 }),
  outcome({ label: 'bonafide', decision: 'noResponse', score: null }),
  outcome({ decision: 'spoofface', score: -3 }),
  outcome({ decision: 'spoofface', score: -2.5 }),
  outcome({ decision: 'realface', score: 1.5 }),
  outcome({ decision: 'noResponse', score: null }),
  outcome({ species: 'replay', decision: 'realface', score: 2.5 }),
  outcome({ species: 'replay', decision: 'uncertain', score: 0 }),
  outcome({ label: 'art', decision: 'realface', score: 9 }),
];

describe('figures of a worked example', () => {
  const figures = figuresOf(OUTCOMES, 'clip');

  it('count bona fide called spoofface, and the undecided apart', () => {
    const { bonaFide } = figures;
    expect(bonaFide.decisions).toEqual({ realface: 2, uncertain: 1, spoofface: 1, noResponse: 1 });
    expect(bonaFide.error).toMatchObject({ errors: 1, n: 5, rate: 0.2 });
    expect(bonaFide.uncertain.rate).toBe(0.2);
    expect(bonaFide.noResponse.rate).toBe(0.2);
    expect(bonaFide.notRight.rate).toBeCloseTo(0.6, 12);
  });

  it('count attacks called realface by species, the worst first', () => {
    expect(figures.species.map(({ species, error }) => [species, error.rate])).toEqual([
      ['replay', 0.5],
      ['print', 0.25],
    ]);
    expect(figures.species[1]?.notRight.rate).toBe(0.5);
  });

  it('read BPCER off the scores with the worst species held to the target', () => {
    // Above 2.5 no replay passes, and of the scored bona fide 0.5, -2 and 2 fall below 3.
    expect(figures.bpcerAt.find(({ apcer }) => apcer === 0.05)).toEqual({
      apcer: 0.05,
      bpcer: 0.75,
      threshold: 3,
    });
    expect(figures.scored).toEqual({ bonaFide: 4, attack: 5 });
  });

  it('pool the attacks for AUC: 3 beats 5, 2 beats 4, 0.5 beats 3, -2 beats 2 of five', () => {
    expect(figures.pooled.auc).toBeCloseTo(14 / 20, 12);
    expect(figures.species.find(({ species }) => species === 'replay')?.auc).toBeCloseTo(4 / 8, 12);
  });

  it('leave other labels out', () => {
    expect(figures.bonaFide.n + figures.species.reduce((sum, { n }) => sum + n, 0)).toBe(11);
  });
});

describe('grouping', () => {
  const frames = (clip: string, subject: string, n: number) =>
    Array.from({ length: n }, () => outcome({ label: 'bonafide', decision: 'realface', clip, subject }));

  it('takes frames of one clip as one piece of evidence', () => {
    const rows = [...frames('a', 's', 10), ...frames('b', 's', 10), ...frames('', '', 1)];
    expect(figuresOf(rows, 'clip').bonaFide.error).toMatchObject({ n: 21, clusters: 3 });
    expect(figuresOf(rows, 'subject').bonaFide.error).toMatchObject({ n: 21, clusters: 2 });
    expect(figuresOf(rows, 'clip').bonaFide.subjects).toBe(1);
  });

  it('does not mistake equal names in two sources for one clip', () => {
    const rows = [
      ...frames('a', 's', 2),
      ...frames('a', 's', 2).map((row) => ({ ...row, source: 'street' })),
    ];
    expect(figuresOf(rows, 'clip').bonaFide.error.clusters).toBe(2);
  });
});

describe('figures of a section', () => {
  it('draw one curve a species and one of the worst, ending where everybody is refused', () => {
    const { det } = sectionFiguresOf(OUTCOMES, 'clip');
    expect(det.map(({ species }) => species)).toEqual(['print', 'replay', WORST_SPECIES]);
    for (const { points } of det) expect(points.at(-1)).toEqual({ apcer: 0, bpcer: 1 });
  });

  it('keep every corner of a staircase and nothing else', () => {
    const rows = [
      outcome({ label: 'bonafide', score: 5 }),
      outcome({ label: 'bonafide', score: 2 }),
      ...[1, 3, 4].map((score) => outcome({ score })),
    ];
    expect(sectionFiguresOf(rows, 'clip').det[0]?.points).toEqual([
      { apcer: 1, bpcer: 0 },
      { apcer: expect.closeTo(2 / 3, 12), bpcer: 0 },
      { apcer: expect.closeTo(2 / 3, 12), bpcer: 0.5 },
      { apcer: 0, bpcer: 0.5 },
      { apcer: 0, bpcer: 1 },
    ]);
  });

  it('put every score into the histogram once', () => {
    const { histogram } = sectionFiguresOf(OUTCOMES, 'clip');
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
    expect([sum(histogram.bonaFide), sum(histogram.attack)]).toEqual([4, 5]);
    expect([histogram.edges[0], histogram.edges.at(-1)]).toEqual([-3, 3]);
  });

  it('tell how each cue separates alone, and where it could not be measured', () => {
    const cue = (status: 'scored' | 'failed' | 'not_applicable', llr: number) => ({
      name: 'parallax',
      version: '1',
      outcome:
        status === 'scored'
          ? ({ status, llr, quality: 1, evidence: {} } as const)
          : ({ status, reason: 'no motion' } as const),
    });
    const rows = [
      outcome({ label: 'bonafide', cues: [cue('scored', 2)] }),
      outcome({ label: 'bonafide', cues: [cue('not_applicable', 0)] }),
      outcome({ cues: [cue('scored', 2)] }),
      outcome({ cues: [cue('scored', -1)] }),
      outcome({ cues: [cue('failed', 0)] }),
    ];
    expect(sectionFiguresOf(rows, 'clip').cues).toEqual([
      { name: 'parallax', scored: { bonaFide: 1, attack: 2 }, notApplicable: 1, failed: 1, auc: 0.75 },
    ]);
  });

  it('say nothing where there is nothing to say', () => {
    const figures = sectionFiguresOf([outcome({ score: null })], 'clip');
    expect(figures.histogram.edges).toEqual([]);
    expect(figures.det).toEqual([]);
    expect(figures.bpcerAt).toEqual([]);
    expect(figures.pooled).toEqual({ eer: null, auc: null, llrCost: null });
  });

  it('try each species against a threshold that has not seen it', () => {
    const { leftOut } = sectionFiguresOf(OUTCOMES, 'clip');
    // Without print the replays ask for a threshold above 2.5: the first score there is 3, and no print passes it.
    // Without replay the prints ask for one above 1.5: at 2 one of the two replays passes, and half of the bona fide fail.
    expect(leftOut).toMatchObject([
      { species: 'print', threshold: 3, apcer: { errors: 0, n: 3 }, bpcer: { errors: 3, n: 4 } },
      { species: 'replay', threshold: 2, apcer: { errors: 1, n: 2 }, bpcer: { errors: 2, n: 4 } },
    ]);
    const oneSpecies = OUTCOMES.filter(({ species }) => species !== 'replay');
    expect(sectionFiguresOf(oneSpecies, 'clip').leftOut).toEqual([]);
  });
});
