import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clopperPearson } from './intervals.js';
import {
  areaUnderCurve,
  bpcerAtApcer,
  calibrationBins,
  detectionErrorTradeoff,
  equalErrorRate,
  logLikelihoodRatioCost,
  percentile,
  rateOf,
} from './metrics.js';

const scores = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });
const pooled = (attacks: readonly number[]) => new Map([['all', attacks]]);

/** Worked by hand: bona fide 1 2 3 4; prints 0 1; replays 0 2.5 5. */
const BONA_FIDE = [1, 2, 3, 4];
const BY_SPECIES = new Map([
  ['print', [0, 1]],
  ['replay', [0, 2.5, 5]],
]);

describe('the detection error trade-off', () => {
  it('takes the worst species at every threshold', () => {
    expect(detectionErrorTradeoff(BONA_FIDE, BY_SPECIES)).toEqual([
      { threshold: 0, apcer: 1, bpcer: 0 },
      { threshold: 1, apcer: 2 / 3, bpcer: 0 },
      { threshold: 2, apcer: 2 / 3, bpcer: 0.25 },
      { threshold: 2.5, apcer: 2 / 3, bpcer: 0.5 },
      { threshold: 3, apcer: 1 / 3, bpcer: 0.5 },
      { threshold: 4, apcer: 1 / 3, bpcer: 0.75 },
      { threshold: 5, apcer: 1 / 3, bpcer: 1 },
      { threshold: Infinity, apcer: 0, bpcer: 1 },
    ]);
  });

  it('falls in APCER and rises in BPCER, from refusing nobody to refusing everybody', () => {
    fc.assert(
      fc.property(scores, scores, scores, (bonaFide, prints, replays) => {
        const points = detectionErrorTradeoff(
          bonaFide,
          new Map([
            ['print', prints],
            ['replay', replays],
          ]),
        );
        expect(points.at(-1)).toEqual({ threshold: Infinity, apcer: 0, bpcer: 1 });
        expect(points[0]?.bpcer === 0 || points[0]?.apcer === 1).toBe(true);
        points.reduce((before, point) => {
          expect(point.apcer).toBeLessThanOrEqual(before.apcer);
          expect(point.bpcer).toBeGreaterThanOrEqual(before.bpcer);
          return point;
        });
      }),
    );
  });

  it('has no point without bona fide or without attack scores', () => {
    expect(detectionErrorTradeoff([], BY_SPECIES)).toEqual([]);
    expect(detectionErrorTradeoff([1], new Map([['print', []]]))).toEqual([]);
  });
});

describe('BPCER at a fixed APCER', () => {
  it('is read off the worked example', () => {
    const points = detectionErrorTradeoff(BONA_FIDE, BY_SPECIES);
    expect(bpcerAtApcer(points, 0.7)).toMatchObject({ threshold: 1, bpcer: 0 });
    expect(bpcerAtApcer(points, 0.4)).toMatchObject({ threshold: 3, bpcer: 0.5 });
    expect(bpcerAtApcer(points, 0.05)).toMatchObject({ threshold: Infinity, bpcer: 1 });
    expect(bpcerAtApcer([], 0.05)).toBeNull();
  });

  it('takes the threshold at which exactly as many attacks pass as allowed', () => {
    for (const [n, target] of [
      [20, 0.05],
      [100, 0.01],
    ] as const) {
      const attacks = [5, ...Array<number>(n - 1).fill(0)];
      const points = detectionErrorTradeoff([4, 6], pooled(attacks));
      expect(bpcerAtApcer(points, target)).toEqual({ threshold: 4, apcer: 1 / n, bpcer: 0 });
    }
  });

  it('is never better over several species than over their pool', () => {
    fc.assert(
      fc.property(scores, scores, scores, (bonaFide, prints, replays) => {
        const bySpecies = new Map([
          ['print', prints],
          ['replay', replays],
        ]);
        const worst = bpcerAtApcer(detectionErrorTradeoff(bonaFide, bySpecies), 0.2)?.bpcer ?? NaN;
        const pool = detectionErrorTradeoff(bonaFide, pooled([...prints, ...replays]));
        expect(worst).toBeGreaterThanOrEqual(bpcerAtApcer(pool, 0.2)?.bpcer ?? NaN);
      }),
    );
  });
});

describe('the equal error rate', () => {
  it('is the crossing of the worked example, between (1/3, 1/2) and (2/3, 1/2)', () => {
    expect(equalErrorRate(detectionErrorTradeoff(BONA_FIDE, BY_SPECIES))).toBeCloseTo(0.5, 12);
  });

  it('is 1/4 when one of four on each side is on the wrong side', () => {
    expect(equalErrorRate(detectionErrorTradeoff([1, 5, 6, 7], pooled([0, 0.5, 0.7, 5.5])))).toBeCloseTo(
      0.25,
      12,
    );
  });

  it('is 0 for separated and 1 for exchanged classes', () => {
    expect(equalErrorRate(detectionErrorTradeoff([2, 3], pooled([0, 1])))).toBe(0);
    expect(equalErrorRate(detectionErrorTradeoff([0, 1], pooled([2, 3])))).toBe(1);
    expect(equalErrorRate([])).toBeNull();
  });

  it('does not change under a rising map of the scores, and mirrors when the classes do', () => {
    fc.assert(
      fc.property(scores, scores, (bonaFide, attacks) => {
        const rate = (live: readonly number[], fake: readonly number[]) =>
          equalErrorRate(detectionErrorTradeoff(live, pooled(fake))) ?? NaN;
        const rising = (score: number) => Math.exp(score / 10);
        const negative = (score: number) => -score;
        expect(rate(bonaFide.map(rising), attacks.map(rising))).toBeCloseTo(rate(bonaFide, attacks), 12);
        expect(rate(attacks.map(negative), bonaFide.map(negative))).toBeCloseTo(rate(bonaFide, attacks), 9);
      }),
    );
  });
});

describe('the area under the curve', () => {
  it('counts wins and half the ties by hand', () => {
    // 1 beats 0 and ties 1: 1.5; 2 beats both: 2; of 4 pairs.
    expect(areaUnderCurve([1, 2], [0, 1])).toBe(3.5 / 4);
    expect(areaUnderCurve([], [1])).toBeNull();
  });

  it('equals the count over all pairs, and 1 minus itself with the classes exchanged', () => {
    fc.assert(
      fc.property(scores, scores, (bonaFide, attacks) => {
        let wins = 0;
        for (const live of bonaFide)
          for (const fake of attacks) wins += live > fake ? 1 : live === fake ? 0.5 : 0;
        expect(areaUnderCurve(bonaFide, attacks)).toBeCloseTo(wins / (bonaFide.length * attacks.length), 12);
        expect(areaUnderCurve(attacks, bonaFide)).toBeCloseTo(
          1 - (areaUnderCurve(bonaFide, attacks) ?? NaN),
          12,
        );
      }),
    );
  });
});

describe('the cost of the log-likelihood ratios', () => {
  it('is one bit when every score says nothing, and near none when all are right and sure', () => {
    expect(logLikelihoodRatioCost([0, 0], [0])).toBeCloseTo(1, 12);
    expect(logLikelihoodRatioCost([20], [-20])).toBeLessThan(1e-8);
    expect(logLikelihoodRatioCost([-1000], [1000])).toBeCloseTo(1000 / Math.LN2, 6);
    expect(logLikelihoodRatioCost([], [1])).toBeNull();
  });

  it('is log2(1 + 1/3) for a ratio of 3 on the right side of both classes', () => {
    expect(logLikelihoodRatioCost([Math.log(3)], [-Math.log(3)])).toBeCloseTo(Math.log2(4 / 3), 12);
  });
});

it('calibration weighs both classes alike and leaves empty bins out', () => {
  const fair = Math.log(3);
  expect(calibrationBins([fair, fair, fair, fair, -fair, -fair], [fair, -fair, -fair])).toEqual([
    { predicted: expect.closeTo(0.25, 9), observed: expect.closeTo(1 / 3, 9), n: 4 },
    { predicted: expect.closeTo(0.75, 9), observed: expect.closeTo(2 / 3, 9), n: 5 },
  ]);
});

it('percentiles are values that occurred', () => {
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([5, 1, 4, 2, 3], 0.95)).toBe(5);
  expect(percentile([], 0.5)).toBeNull();
});

describe('a rate', () => {
  const trial = (cluster: string, error: boolean) => ({ cluster, error });

  it('of independent presentations has the exact interval', () => {
    const rate = rateOf([trial('a', true), trial('b', false)]);
    expect(rate).toMatchObject({ errors: 1, n: 2, clusters: 2, rate: 0.5, method: 'exact' });
    expect(rate.interval.high).toBeCloseTo(Math.sqrt(0.975), 9);
  });

  it('without errors in frames of three clips knows as much as three presentations', () => {
    const frames = ['a', 'b', 'c'].flatMap((clip) => Array.from({ length: 100 }, () => trial(clip, false)));
    const rate = rateOf(frames);
    expect(rate).toMatchObject({ errors: 0, n: 300, clusters: 3, method: 'exact over clusters' });
    expect(rate.interval.high).toBeCloseTo(1 - 0.025 ** (1 / 3), 9);
    expect(rateOf(frames.map(({ cluster }) => trial(cluster, true))).interval.low).toBeCloseTo(
      0.025 ** (1 / 3),
      9,
    );
  });

  it('of mixed clips is resampled by clip', () => {
    const frames = Array.from({ length: 20 }, (_, clip) =>
      Array.from({ length: 5 }, () => trial(String(clip), clip < 5)),
    ).flat();
    const rate = rateOf(frames);
    expect(rate).toMatchObject({ errors: 25, n: 100, rate: 0.25, method: 'cluster bootstrap' });
    expect(rate.interval.high - rate.interval.low).toBeGreaterThan(0.3);
  });

  it('is never surer of clustered presentations than of independent ones', () => {
    // One error in each of five clips: resampling clips gives exactly one tenth every time.
    const even = Array.from({ length: 50 }, (_, index) => trial(String(index % 5), index < 5));
    expect(rateOf(even).interval).toEqual({
      low: clopperPearson(5, 50).low,
      high: clopperPearson(0, 5).high,
    });
  });

  it('moves no end of the interval down when an error is added', () => {
    const clips = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(clips, fc.boolean(), (sizes, byClip) => {
        const frames = sizes
          .flatMap((size, clip) => Array.from({ length: size }, (_, frame) => ({ clip, frame })))
          .sort((a, b) => (byClip ? a.clip - b.clip : a.frame - b.frame));
        const intervals = Array.from({ length: frames.length + 1 }, (_, errors) => {
          const trials = frames.map(({ clip }, k) => trial(String(clip), k < errors));
          return rateOf(trials).interval;
        });
        intervals.reduce((before, interval) => {
          expect(interval.high).toBeGreaterThanOrEqual(before.high);
          expect(interval.low).toBeGreaterThanOrEqual(before.low);
          return interval;
        });
      }),
      { numRuns: 20 },
    );
  });

  it('of nothing is not a number in disguise', () => {
    expect(rateOf([])).toMatchObject({ n: 0, rate: null, interval: { low: 0, high: 1 } });
  });
});
