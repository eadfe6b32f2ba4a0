import { policySha256, type Engine, type Policy } from '@bonafide/engine';
import {
  calibratedPolicy,
  decideAgain,
  ENGINE_FAILED,
  judge,
  type Outcome,
} from '@bonafide/engine/evaluation';
import type { Candidates } from '../candidates.js';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Resource, Resources } from '../resources.js';
import { createEvaluationThread } from './evaluation-thread.js';
import { manifestSha256, sourceOf, toLabelled } from './manifest.js';
import type { Presentation, Presentations } from './presentations.js';
import type { NewRun, Run, RunResult, Runs } from './runs.js';

/** Works through the measurements of all resources, one presentation at a time. */
export interface RunQueue {
  /** @throws ServiceError `NotPossible` */
  start(resource: Resource, wanted: NewRun, by: string): Promise<Run>;
  /** @throws ServiceError `UnknownName`, `NotPossible` */
  cancel(resource: Resource, id: string, by: string): Promise<void>;
  /** Breaks off; what was under way goes on where it was when the service starts again. */
  stop(): Promise<void>;
}

/** Between two looks for measurements that others have asked for or cancelled, ms. */
const LOOK_MS = 2_000;

/** Why a measurement cannot come to an end; the message is a sentence for the operator. */
class RunFailure extends Error {
  override readonly name = 'RunFailure';
}

/** Takes up what an earlier service left, and waits for more. */
export function startRunQueue(parts: {
  runs: Runs;
  presentations: Pick<Presentations, 'clip'>;
  resources: Pick<Resources, 'findById'>;
  candidates: Pick<Candidates, 'get'>;
  /** Its analyses must not hold up anybody's check. */
  engine: Pick<Engine, 'analyse' | 'versions'>;
  /** The installed one, by which the engine measures. */
  policy: Policy;
  clock: Clock;
  onError: (error: unknown) => void;
}): RunQueue {
  const { runs, presentations, resources, candidates, engine, policy, clock, onError } = parts;
  const thread = createEvaluationThread();
  const closing = new AbortController();
  let current: { id: string; cancelled: AbortController } | null = null;
  let working: Promise<void> | null = null;
  let woken = false;

  function wake(): void {
    woken = true;
    working ??= workWhileWoken();
  }

  async function workWhileWoken(): Promise<void> {
    while (woken) {
      woken = false;
      await work().catch(onError);
    }
    working = null;
  }

  async function work(): Promise<void> {
    for (;;) {
      const run = closing.signal.aborted ? undefined : await runs.next();
      if (!run) return;
      const cancelled = new AbortController();
      current = { id: run.id, cancelled };
      const signal = AbortSignal.any([cancelled.signal, closing.signal]);
      try {
        await runs.begin(run);
        await runs.finish(run, await measure(run, signal));
      } catch (error) {
        if (closing.signal.aborted) return;
        if (cancelled.signal.aborted) continue;
        if (!(error instanceof RunFailure)) onError(error);
        const known = error instanceof RunFailure;
        await runs.fail(run, known ? error.message : 'The service failed; its log says why.');
      } finally {
        current = null;
      }
    }
  }

  async function measure(run: Run, signal: AbortSignal): Promise<RunResult> {
    if (run.engine !== engine.versions.engine || run.policy !== engine.versions.policy)
      throw new RunFailure('It was broken off by an update of the engine or its policy; start it again.');
    const decideBy = await decidingIn(run);
    for (const presentation of await runs.unscored(run)) {
      signal.throwIfAborted();
      const outcome = await score(run, presentation, decideBy, signal);
      if (outcome) await runs.keep(run, presentation, outcome);
    }
    signal.throwIfAborted();
    const resource = await resources.findById(run.resourceId);
    const scored = resource ? await runs.scores(run, resource.name) : [];
    if (!resource || scored.length === 0) throw new RunFailure('What was to be measured is deleted.');
    const outcomes = scored.map(({ outcome }) => outcome);
    const presented = scored.map(({ presentation }) => presentation);
    const identity = {
      ...{ engine: run.engine, policy: decideBy.version, policySha256: policySha256(decideBy) },
      ...{ manifestSha256: manifestSha256(presented, resource.name), sample: null },
    };
    if (run.kind === 'calibration') {
      const found = await calibrate(outcomes, signal);
      const { bonaFide, attacks, species } = found;
      const set = `${sourceOf(resource.name)} (${identity.manifestSha256.slice(0, 12)})`;
      const origin = `calibrated on ${set}, ${bonaFide} bona fide and ${attacks} attacks`;
      const fitted = calibratedPolicy(policy, found, policy.version, origin);
      const facts = { resourceId: run.resourceId, runId: run.id, origin, bonaFide, species };
      return { kind: run.kind, result: found, page: null, candidate: { ...facts, policy: fitted } };
    }
    const { realface, spoofface } = decideBy.operatingPoints[run.operatingPoint];
    const { report, page } = await thread.run(
      'report',
      {
        createdAt: new Date(clock()),
        run: {
          ...identity,
          operatingPoint: run.operatingPoint,
          manifest: sourceOf(resource.name),
          groupedBy: 'subject',
          concurrency: 1,
          thresholds: { realface: realface.value, spoofface: spoofface.value },
        },
        presentations: presented.map((one) => toLabelled(one, resource.name)),
        outcomes,
        policy: decideBy,
        pairs: null,
      },
      signal,
    );
    return { kind: run.kind, result: report, page };
  }

  /** The policy that decides in a run; a calibration starts from the installed one. */
  async function decidingIn({ resourceId, decisionPolicy }: Run): Promise<Policy> {
    if (decisionPolicy === '') return policy;
    const candidate = await candidates.get({ id: resourceId }, decisionPolicy).catch((error: unknown) => {
      if (error instanceof ServiceError) throw new RunFailure('Its candidate is deleted or damaged.');
      throw error;
    });
    if (candidate.stale) throw new RunFailure('Its candidate was found with another engine or policy.');
    return candidate.policy;
  }

  /** What the engine makes of a presentation, measured now or in an earlier run; null where it was deleted meanwhile. */
  async function score(
    run: Run,
    presentation: Presentation,
    decideBy: Policy,
    signal: AbortSignal,
  ): Promise<Outcome | null> {
    const { operatingPoint } = run;
    const earlier = await runs.measured(run, presentation.id);
    if (earlier && !earlier.reasons.some(({ code }) => code === ENGINE_FAILED))
      return decideAgain(earlier, decideBy, operatingPoint);
    const clip = await presentations.clip(presentation.id);
    if (!clip) return null;
    const { sessionId, nonce, challenge, metadata } = clip.companion;
    const measured = await judge(
      toLabelled(presentation, ''),
      { content: clip.content, capture: { sessionId, nonce, challenge, metadata } },
      { engine, operatingPoint, signal },
    );
    return decideBy === policy ? measured : decideAgain(measured, decideBy, operatingPoint);
  }

  async function calibrate(outcomes: Outcome[], signal: AbortSignal) {
    const measured = outcomes.map((one) => ({ ...one, simulated: false }));
    try {
      return await thread.run('calibration', { outcomes: measured, policy }, signal);
    } catch (error) {
      if (error instanceof RangeError) throw new RunFailure(`It cannot be calibrated on: ${error.message}.`);
      throw error;
    }
  }

  /** What a command has asked for or cancelled is found by itself. */
  async function look(): Promise<void> {
    const under = current;
    if (under && !(await runs.isOpen(under))) under.cancelled.abort();
    wake();
  }

  wake();
  let looked = Promise.resolve();
  const looking = setInterval(() => {
    looked = look().catch(onError);
  }, LOOK_MS).unref();
  return {
    async start(resource, wanted, by) {
      if (closing.signal.aborted) throw new ServiceError('Overloaded');
      const run = await runs.start(resource, wanted, { versions: engine.versions, by });
      wake();
      return run;
    },
    async cancel(resource, id, by) {
      await runs.cancel(resource, id, by);
      if (current?.id === id.toLowerCase()) current.cancelled.abort();
    },
    async stop() {
      clearInterval(looking);
      await looked;
      closing.abort(new Error('the service ends'));
      await working;
      await thread.close();
    },
  };
}
