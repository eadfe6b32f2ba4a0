import { SCENARIOS, type ClipRequest } from '@bonafide/simulator';
import type { CaptureMetadata } from '@bonafide/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { findFault } from '@bonafide/engine/evaluation';
import { renderClip, sessionOf } from '../simulate.js';
import type { CaptureOutcome, FaceService, OpenSession } from './face-service.js';
import { attackService, type LevelResult } from './red-team.js';

interface Presented {
  session: OpenSession;
  file: Uint8Array;
  metadata: CaptureMetadata;
}

/** What a kit does at a service that lets genuine captures pass, and answers attacks as it is told. */
async function attack(answers: CaptureOutcome[]) {
  const presented: Presented[] = [];
  const requests: ClipRequest[] = [];
  let opened = 0;
  const service: FaceService = {
    open: () => {
      const session = sessionOf(100 + opened++, { mode: 'PassiveActive', light: true });
      return Promise.resolve({ ...session, token: 't', startedAtMs: 0 });
    },
    present(session, { file, metadata }) {
      presented.push({ session, file, metadata });
      return Promise.resolve(answers[presented.length - 1] ?? { decision: 'spoofface' });
    },
  };
  const results = await attackService({
    service,
    simulator: {
      render(request) {
        requests.push(request);
        return renderClip(request);
      },
      close: () => Promise.resolve(),
    },
    levels: ['L0', 'L1', 'L2', 'L3', 'L4'],
    count: 2,
    people: 1,
    seed: 9,
    concurrency: 1,
    size: { width: 60, height: 80 },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const of = (k: number) => presented[k] ?? expect.fail(`nothing was sent at ${k}`);
  return { results, requests, of };
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
});
