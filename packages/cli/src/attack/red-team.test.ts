import { SCENARIOS, type ClipRequest } from '@bonafide/simulator';
import type { CaptureMetadata } from '@bonafide/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { findFault } from '@bonafide/engine/evaluation';
import { renderClip, sessionOf } from '../simulate.js';
import type { Simulator } from '../simulate-pool.js';
import { NotJudgedError, type CaptureOutcome, type FaceService, type OpenSession } from './face-service.js';
import { attackService, type LevelResult, type RedTeam } from './red-team.js';

interface Presented {
  session: OpenSession;
  file: Uint8Array;
  metadata: CaptureMetadata;
}

/** What a kit does at a service that lets genuine captures pass, and answers attacks as it is told. */
async function attack(
  answers: (CaptureOutcome | NotJudgedError)[],
  {
    open,
    render = (request) => renderClip(request),
    ...team
  }: Partial<Pick<RedTeam, 'levels' | 'count' | 'people'>> &
    Partial<FaceService> &
    Partial<Pick<Simulator, 'render'>> = {},
) {
  const presented: Presented[] = [];
  const requests: ClipRequest[] = [];
  let opened = 0;
  const putOff: Record<string, number> = {};
  const seen: LevelResult[][] = [];
  const service: FaceService = {
    putOff,
    open: async () => {
      if (open) return open();
      const session = sessionOf(100 + opened++, { mode: 'PassiveActive', light: true });
      return { ...session, token: 't', startedAtMs: 0 };
    },
    present(session, { file, metadata }) {
      presented.push({ session, file, metadata });
      if (presented.length === 4) putOff['503'] = 3;
      const outcome = answers[presented.length - 1] ?? { decision: 'spoofface' };
      if (outcome instanceof Error) return Promise.reject(outcome);
      return Promise.resolve({ outcome, waitMs: 9000, queueMs: 0, judgeMs: 1000 * presented.length });
    },
  };
  const results = await attackService({
    service,
    simulator: {
      render(request) {
        requests.push(request);
        return render(request);
      },
      close: () => Promise.resolve(),
    },
    levels: ['L0', 'L1', 'L2', 'L3', 'L4'],
    count: 2,
    people: 1,
    seed: 9,
    concurrency: 1,
    size: { width: 60, height: 80 },
    ...team,
    signal: new AbortController().signal,
    onProgress: (now) => void seen.push([...now]),
  });
  const of = (k: number) => presented[k] ?? expect.fail(`nothing was sent at ${k}`);
  return { results, requests, seen, of };
}

let made: Awaited<ReturnType<typeof attack>>;
let results: LevelResult[];
beforeAll(async () => {
  made = await attack([
    { decision: 'realface' },
    { decision: 'refused', code: 'InvalidMetadata' },
    { decision: 'refused', code: 'InvalidMetadata' },
    { decision: 'realface' },
    { decision: 'uncertain' },
    new NotJudgedError('AbuseDetected'),
  ]);
  ({ results } = made);
});

describe('attackService', () => {
  it('sends the genuine captures first and the same bytes again at L0', () => {
    expect(made.of(1).file).toBe(made.of(0).file);
    expect(made.of(1).metadata).toBe(made.of(0).metadata);
    expect(made.of(1).session.nonce).not.toBe(made.of(0).session.nonce);
  });

  it('binds at every other level what it sends to the session that it attacks', async () => {
    for (let k = 3; k <= 10; k++) {
      const { session, file, metadata } = made.of(k);
      const { sessionId, nonce, challenge } = session;
      expect(await findFault(file, { sessionId, nonce, challenge, metadata })).toBeNull();
    }
  });

  it('uses nothing but frames of the old capture at L1', () => {
    const old = Buffer.from(made.of(0).file).toString('latin1');
    const frame = Buffer.from(made.of(3).file).subarray(60, 400).toString('latin1');
    expect(old).toContain(frame);
  });

  it('renders the higher levels of the person whom it has recorded', () => {
    const rendered = made.requests
      .slice(1)
      .map(({ scenario, seed, earlier }) => [scenario, seed, earlier?.nonce]);
    const recorded = made.of(0).session.nonce;
    for (const [k, name] of ['inject-warped', 'inject-tinted', 'inject-puppet'].entries()) {
      expect(rendered.slice(2 * k, 2 * k + 2)).toEqual(Array(2).fill([name, 9, recorded]));
      expect(SCENARIOS.some((scenario) => scenario.name === name)).toBe(true);
    }
  });

  it('counts what became of them, level by level, with a bound for none that passed', () => {
    expect(results.map(({ level }) => level)).toEqual(['genuine', 'L0', 'L1', 'L2', 'L3', 'L4']);
    expect(results[1]).toMatchObject({ n: 2, realface: 0, refused: 2, codes: { InvalidMetadata: 2 } });
    expect(results[2]).toMatchObject({ n: 2, realface: 1, uncertain: 1, refused: 0 });
    // 0 of 2: 1 - sqrt(0.05).
    expect(results[1]?.upperBound).toBeCloseTo(0.7764, 3);
    expect(results[2]?.upperBound).toBeGreaterThan(0.9);
  });

  it('counts what the service did not judge apart: as a defence it would flatter', () => {
    expect(results[3]).toMatchObject({ planned: 2, n: 1, refused: 0, notJudged: { AbuseDetected: 1 } });
    // 0 of 1.
    expect(results[3]?.upperBound).toBeCloseTo(0.95);
  });

  it('counts calls that were put off at the level that they belong to', () => {
    expect(results.map(({ putOff }) => putOff)).toEqual([{}, {}, { 503: 3 }, {}, {}, {}]);
  });

  it('says where the time of a capture went', () => {
    // The second and third capture.
    expect(results[1]?.meanMs).toMatchObject({ wait: 9000, queue: 0, judge: 2500 });
  });

  it('tells after each capture how far it is, with the levels before', () => {
    const counts = made.seen.map((now) => now.map(({ n, notJudged }) => n + Object.keys(notJudged).length));
    expect(counts.slice(0, 6)).toEqual([[0], [1], [1, 0], [1, 1], [1, 2], [1, 2, 0]]);
    expect(counts.at(-1)).toEqual([1, 2, 2, 2, 2, 2]);
  });

  it('attacks with one person after the other, so that nobody is painted again for every capture', async () => {
    const one = await renderClip(made.requests[0] ?? expect.fail());
    const render = () => Promise.resolve(one);
    const { requests } = await attack([], { levels: ['L2'], count: 4, people: 2, render });
    expect(requests.map(({ seed }) => seed)).toEqual([9, 10, 9, 9, 10, 10]);
  });

  it('says that there is nothing to attack with when nobody genuine could be recorded', async () => {
    const closed = attack([], { levels: ['L0'], open: () => Promise.reject(new NotJudgedError('429')) });
    await expect(closed).rejects.toThrow('nothing to attack with');
  });
});
