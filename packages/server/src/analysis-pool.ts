import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import {
  createEngine,
  readAnswer,
  verifyNetworks,
  type Engine,
  type Inference,
  type Job,
  type JobKind,
  type Jobs,
  type OwnWeights,
  type Policy,
  type WorkerAnswer,
} from '@bonafide/engine';
import { Piscina } from 'piscina';
import { createTurns } from './turns.js';
import { tryWeights } from './weights-trial.js';

/** How an analysis pool works. */
export interface AnalysisPoolOptions {
  modelsFolder: string;
  policy: Policy;
  /** Weights of the folder where they are none of the manifest's, as they were looked at. */
  weights?: OwnWeights | undefined;
  /** A pool whose analyses go first: a job at leisure begins only while none of them is at work. */
  yieldTo?: Pick<AnalysisPool, 'whenIdle'> | undefined;
  /** Threads that run the networks, one network thread each; as many as cores when left out. */
  workers?: number;
  /** Analyses that may wait besides those at work; {@link DEFAULT_QUEUE_PER_WORKER} a worker when left out. */
  maxQueue?: number;
  /** An analysis that takes longer, waiting included, is given up, ms. */
  timeoutMs?: number;
  /** Told of a worker that died; another takes its place. */
  onWorkerError?: (error: Error) => void;
}

/** Analyses at work and waiting, and what each network has done since the start. */
export interface PoolStats {
  active: number;
  waiting: number;
  maxQueue: number;
  workers: number;
  networks: ReadonlyMap<string, NetworkTime>;
}

/** Runs of a network and the time they took together, ms. */
export interface NetworkTime {
  runs: number;
  ms: number;
}

/** An engine over worker threads, and how busy it is. */
export interface AnalysisPool extends Engine {
  stats: () => PoolStats;
  /**
   * For what nobody waits for: takes no place in the queue and knows no time-out. Its jobs run one at a time, and only while
   * no other job waits, so that a check is held up by one of them at most.
   */
  atLeisure: Pick<Engine, 'analyse'>;
  /** Waits until no analysis is at work or waits, those at leisure aside. @throws the reason of `signal` */
  whenIdle: (signal?: AbortSignal) => Promise<void>;
}

/** Of the 4 to 8 a worker that keep the wait below a client's patience: 6 checks of 0.3 s are about 2 s. */
const DEFAULT_QUEUE_PER_WORKER = 6;
const DEFAULT_TIMEOUT_MS = 20_000;

/** More analyses came than the pool may hold; the client should come again after `retryAfterSeconds`. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  constructor(readonly retryAfterSeconds: number) {
    super('all workers are busy and the queue is full');
  }
}

/** The pool was closed before the work began. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
}

/** An analysis took longer than the pool allows. */
export class AnalysisTimeoutError extends Error {
  override readonly name = 'AnalysisTimeoutError';
}

/**
 * Starts the workers, opens and warms up their networks, and gives an engine whose work on pixels spreads over them. As many
 * analyses as workers are at work at a time, in the order in which they came, so that each is answered as early as can be.
 * Its methods also throw {@link OverloadedError} and {@link AnalysisTimeoutError}.
 */
export async function createAnalysisPool(options: AnalysisPoolOptions): Promise<AnalysisPool> {
  const workers = options.workers ?? availableParallelism();
  const maxQueue = options.maxQueue ?? DEFAULT_QUEUE_PER_WORKER * workers;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const networks = new Map<string, NetworkTime>();
  const inference = await startWorkers(options, workers, networks);
  const engine = createEngine(inference, options.policy);
  const patientEngine = createEngine({ ...inference, run: inference.runPatiently }, options.policy);

  const turns = createTurns(workers);
  const closing = new AbortController();

  /** Runs an analysis once it is its turn. */
  async function inTurn<T>(
    signal: AbortSignal | undefined,
    analyse: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (turns.active >= workers && turns.waiting >= maxQueue) throw new OverloadedError(1);
    const timeout = AbortSignal.timeout(timeoutMs);
    const stop = AbortSignal.any([...(signal ? [signal] : []), timeout, closing.signal]);
    // Every job that waits listens to it.
    setMaxListeners(0, stop);
    try {
      await turns.take(stop);
      // The place is free when the last job has ended, which may be after the answer to an abort.
      const work = analyse(stop).finally(() => turns.give());
      return await unlessAborted(work, stop);
    } catch (error) {
      if (timeout.aborted && stop.reason === timeout.reason)
        throw new AnalysisTimeoutError(`the analysis took more than ${timeoutMs} ms`, { cause: error });
      throw error;
    }
  }

  return {
    versions: engine.versions,
    analyse: (request, signal) => inTurn(signal, (stop) => engine.analyse(request, stop)),
    inspectReference: (content, signal) => inTurn(signal, (stop) => engine.inspectReference(content, stop)),
    compare: (one, other) => engine.compare(one, other),
    detectFaces: (content, options, signal) =>
      inTurn(signal, (stop) => engine.detectFaces(content, options, stop)),
    pictures: (content, signal) => inTurn(signal, (stop) => engine.pictures(content, stop)),
    atLeisure: {
      analyse: (request, signal) => {
        const stop = AbortSignal.any([...(signal ? [signal] : []), closing.signal]);
        setMaxListeners(0, stop);
        return patientEngine.analyse(request, stop);
      },
    },
    whenIdle: (signal) => turns.idle(signal),
    stats: () => ({ active: turns.active, waiting: turns.waiting, maxQueue, workers, networks }),
    async close() {
      closing.abort(new PoolClosedError('the pool is closed'));
      await engine.close();
    },
  };
}

/** Worker threads behind the engine's port, ready and warm; adds up in `networks` what they do. */
async function startWorkers(
  options: AnalysisPoolOptions,
  workers: number,
  networks: Map<string, NetworkTime>,
): Promise<Inference & { runPatiently: Inference['run'] }> {
  // Here rather than in the workers alone: a piscina worker that fails while it starts is started over and over.
  const { modelsFolder, weights } = options;
  if (weights) await tryWeights(modelsFolder, weights);
  await verifyNetworks(modelsFolder, weights?.checksums);
  const threads = new Piscina<Job, WorkerAnswer>({
    // Through the package's exports, so that tests, which run from the sources, find the built file too.
    filename: createRequire(import.meta.url).resolve('@bonafide/engine/worker'),
    workerData: { modelsFolder, checksums: weights?.checksums },
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
  });
  threads.on('error', (error: Error) => options.onWorkerError?.(error));
  // Not piscina's queue: what it is told to drop, it stops in the middle, and a worker that is stopped while a network runs
  // takes the whole process with it. Jobs wait here, and leave when their analysis is given up; what has begun always ends.
  const turns = createTurns(workers);
  const patient = createTurns(1);
  async function work<K extends JobKind>(kind: K, input: Jobs[K]['input']) {
    try {
      const { answer, runs } = await threads.run({ kind, input } as Job);
      for (const { network, ms } of runs) {
        const before = networks.get(network) ?? { runs: 0, ms: 0 };
        networks.set(network, { runs: before.runs + 1, ms: before.ms + ms });
      }
      return readAnswer(kind, answer);
    } finally {
      turns.give();
    }
  }
  const inference = {
    weights,
    async run<K extends JobKind>(kind: K, input: Jobs[K]['input'], signal?: AbortSignal) {
      await turns.take(signal);
      return work(kind, input);
    },
    async runPatiently<K extends JobKind>(kind: K, input: Jobs[K]['input'], signal?: AbortSignal) {
      await patient.take(signal);
      try {
        await options.yieldTo?.whenIdle(signal);
        await turns.take(signal, true);
        return await work(kind, input);
      } finally {
        patient.give();
      }
    },
    async close() {
      await turns.close(new PoolClosedError('the pool is closed'));
      await threads.close({ force: true });
    },
  };
  try {
    // As many jobs as workers, each of which takes one at a time: every worker gets one.
    await Promise.all(Array.from({ length: workers }, () => inference.run('warmUp', null)));
    return inference;
  } catch (error) {
    await threads.destroy();
    throw error;
  }
}

/** Rejects as soon as `signal` fires; the work itself goes on. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
